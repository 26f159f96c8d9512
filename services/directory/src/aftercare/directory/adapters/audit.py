"""Who looked at whom, or changed them: append-only, each entry chained to the one before by its hash.

A changed, removed or inserted entry breaks the chain from there on. Whoever may rewrite the whole table could
chain it anew, so `aftercare-directory audit verify` prints the chains' heads, to be kept elsewhere.
"""

import hashlib
import json
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.directory.adapters.tables import AUDIT_LANES
from aftercare.kit.store.transaction import Transaction

START = hashlib.sha256(b"aftercare.directory.audit").digest()


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done, in fixed words and opaque references."""

    actor: str
    """A login token of a person, or `client:<id>` of a service."""
    action: str
    subject: str
    purpose: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of a lane, as counted and hashed from the start."""

    lane: int
    entries: int
    hash: str
    intact: bool


async def record(tx: Transaction, deed: Deed) -> None:
    """Write it down in this transaction: what is not written down does not happen."""
    content: Mapping[str, str] = {
        "at": tx.now.isoformat(),
        "actor": deed.actor,
        "action": deed.action,
        "subject": deed.subject,
        "purpose": deed.purpose,
        "result": deed.result,
    }
    entry = json.dumps(content, separators=(",", ":"))
    lane = zlib.crc32(deed.subject.encode()) % AUDIT_LANES
    await tx.connection.execute(_RECORD, {"lane": lane, "entry": entry})


async def verify(connection: AsyncConnection) -> AsyncIterator[Head]:
    """Re-compute every chain."""
    heads = {row.lane: row for row in await connection.execute(text("select * from audit_head"))}
    for lane in range(AUDIT_LANES):
        head, entries, intact = START, 0, True
        async for row in await connection.stream(_ENTRIES, {"lane": lane}):
            head = hashlib.sha256(head + row.entry.encode()).digest()
            entries += 1
            intact = intact and row.position == entries and row.hash == head
        kept = heads.get(lane)
        intact = intact and kept is not None and (kept.position, kept.hash) == (entries, head)
        yield Head(lane, entries, head.hex(), intact)


# One statement: a writer that waits for the lane's row sees it as the other left it, and chains on to that.
_RECORD = text(
    "with head as (update audit_head set position = position + 1,"
    " hash = sha256(hash || convert_to(cast(:entry as text), 'UTF8')) where lane = :lane"
    " returning lane, position, hash)"
    " insert into audit_entry (lane, position, entry, hash)"
    " select lane, position, cast(:entry as text), hash from head"
)
_ENTRIES = text("select position, entry, hash from audit_entry where lane = :lane order by position")
