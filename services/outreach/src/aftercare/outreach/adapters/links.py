"""Links in Postgres: the hash of a token, never the token."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, text

from aftercare.kit.store.transaction import Transaction
from aftercare.outreach.adapters import tables
from aftercare.outreach.adapters.tables import Kind
from aftercare.outreach.domain.vocabulary import Channel, Purpose


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link to be stored."""

    hash: bytes
    approach: str
    message: str
    kind: Kind
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link leads to."""

    approach: str
    kind: Kind
    purpose: Purpose
    person: str | None
    language: str | None
    channel: Channel | None
    """The channel by which the link went out."""


async def add(tx: Transaction, links: Sequence[NewLink]) -> None:
    """Store links."""
    if links:
        rows = [
            {"hash": one.hash, "approach": one.approach, "message": one.message, "kind": one.kind,
             "valid_until": one.valid_until}
            for one in links
        ]  # fmt: skip
        await tx.connection.execute(insert(tables.link), rows)


async def open_link(tx: Transaction, token_hash: bytes) -> Opened | None:
    """What a valid link leads to. Wrong, old and unknown ones all give `None` by the same query.

    A question to a supporter is void once the next supporter has been asked; all other links keep working.
    """
    row = (await tx.connection.execute(_OPEN, {"hash": token_hash, "now": tx.now})).one_or_none()
    if row is None:
        return None
    return Opened(
        approach=row.approach,
        kind=Kind(row.kind),
        purpose=Purpose(row.purpose),
        person=row.person,
        language=row.language,
        channel=Channel(row.channel) if row.channel else None,
    )


async def use_nonce(tx: Transaction, mark: bytes) -> bool:
    """Use up a nonce. False when it was used before: then nothing may happen a second time."""
    return (await tx.connection.execute(_USE, {"mark": mark, "now": tx.now})).rowcount == 1


async def forget_nonces(tx: Transaction, before: datetime) -> None:
    """Used nonces are of no use once they are too old to be accepted at all."""
    await tx.connection.execute(_FORGET, {"before": before})


_OPEN = text(
    "select l.approach, l.kind, a.purpose, a.person, a.language, m.channel from link l"
    " join approach a on a.ref = l.approach left join message m on m.ref = l.message"
    " where l.hash = :hash and l.valid_until > :now"
    " and (a.purpose <> 'supporter-ask' or a.expires is null or a.expires > :now)"
)
_USE = text("insert into confirmation (mark, used) values (:mark, :now) on conflict (mark) do nothing")
_FORGET = text("delete from confirmation where used < :before")
