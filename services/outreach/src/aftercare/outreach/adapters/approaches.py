"""Approaches and the requests that they carry, in Postgres."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, text

from aftercare.kit.store.transaction import Transaction
from aftercare.outreach.adapters import tables
from aftercare.outreach.adapters.rows import Approach, approach_of
from aftercare.outreach.adapters.tables import Ended
from aftercare.outreach.domain.vocabulary import Channel, Purpose
from aftercare.outreach.service_layer.commands import RequestContact, Trail


@dataclass(frozen=True, slots=True)
class HeldApproach:
    """An approach whose first message still waits for its instant."""

    approach: Approach
    due: datetime


@dataclass(frozen=True, slots=True)
class Carried:
    """A request as its approach sees it."""

    ref: str
    regarding: str
    purpose: Purpose
    requested: datetime
    cancelled: bool
    trail: Trail


async def known(tx: Transaction, refs: Collection[str]) -> set[str]:
    """Which of these requests came before."""
    rows = await tx.connection.execute(_KNOWN, {"refs": list(refs)})
    return set(rows.scalars())


async def known_or_withdrawn(tx: Transaction, refs: Collection[str]) -> tuple[set[str], set[str]]:
    """Which of these requests came before, and which were taken back before they came."""
    rows = (await tx.connection.execute(_KNOWN_OR_WITHDRAWN, {"refs": list(refs)})).all()
    return {row.ref for row in rows if row.known}, {row.ref for row in rows if not row.known}


async def held_for(tx: Transaction, persons: Collection[str]) -> dict[str, HeldApproach]:
    """By person: the offer that has not gone out yet. Its message is locked, so that it can't slip away."""
    if not persons:
        return {}
    rows = await tx.connection.execute(_HELD, {"persons": list(persons), "now": tx.now})
    return {row.person: HeldApproach(approach_of(row), row.message_due) for row in rows}


async def add(tx: Transaction, approaches: Sequence[Approach]) -> None:
    """Store new approaches."""
    if not approaches:
        return
    await tx.connection.execute(
        insert(tables.approach),
        [
            {
                "ref": one.ref,
                "person": one.person,
                "duty": one.duty,
                "purpose": one.purpose,
                "urgent": one.urgent,
                "zone": one.zone,
                "language": one.language,
                "channels": list(one.channels),
                "began": one.began,
                "expires": one.expires,
                "ended": one.ended,
            }
            for one in approaches
        ],
    )


async def add_requests(
    tx: Transaction, requests: Sequence[tuple[RequestContact, str | None]], *, cancelled: bool = False
) -> None:
    """Store requests, each with its approach; without one it will never be sent."""
    if not requests:
        return
    rows = [
        {
            "ref": one.ref,
            "approach": approach,
            "purpose": one.purpose,
            "regarding": one.regarding,
            "person": one.person,
            "duty": one.duty,
            "urgent": one.urgent,
            "requested": one.requested,
            "cancelled": tx.now if cancelled else None,
            "correlation": one.trail.correlation,
            "causation": one.trail.causation,
            "traceparent": one.trail.traceparent,
        }
        for one, approach in requests
    ]
    await tx.connection.execute(insert(tables.request), rows)


async def change_purpose(tx: Transaction, ref: str, purpose: Purpose) -> None:
    """A merged approach speaks for more than one request."""
    await tx.connection.execute(_CHANGE_PURPOSE, {"ref": ref, "purpose": purpose})


async def get(tx: Transaction, ref: str) -> Approach:
    """Read, without a lock."""
    return approach_of((await tx.connection.execute(_GET, {"ref": ref})).one())


async def lock(tx: Transaction, ref: str) -> Approach:
    """Read and lock: who moves a ladder holds this."""
    return approach_of((await tx.connection.execute(_LOCK, {"ref": ref})).one())


async def carried(tx: Transaction, ref: str) -> list[Carried]:
    """The requests of an approach, oldest first."""
    rows = await tx.connection.execute(_CARRIED, {"ref": ref})
    return [
        Carried(
            ref=row.ref,
            regarding=row.regarding,
            purpose=Purpose(row.purpose),
            requested=row.requested,
            cancelled=row.cancelled is not None,
            trail=Trail(row.correlation, row.causation, row.traceparent),
        )
        for row in rows
    ]


async def end(tx: Transaction, ref: str, ended: Ended) -> None:
    """It climbs no more. The first reason stands."""
    await tx.connection.execute(_END, {"ref": ref, "ended": ended})
    tx.cancel_timers(ref)


async def begin_later(tx: Transaction, ref: str, began: datetime) -> None:
    """The first message may go out only then; all rungs count from there."""
    await tx.connection.execute(_BEGIN_LATER, {"ref": ref, "began": began})


async def know_channels(tx: Transaction, ref: str, channels: Sequence[Channel]) -> None:
    """What the person really has, learned when the contact was resolved."""
    await tx.connection.execute(_KNOW_CHANNELS, {"ref": ref, "channels": list(channels)})


async def cancel(tx: Transaction, refs: Collection[str]) -> list[str]:
    """Mark requests cancelled. Returns the approaches of those that were not so before."""
    rows = await tx.connection.execute(_CANCEL, {"refs": list(refs), "now": tx.now})
    return list(dict.fromkeys(row.approach for row in rows if row.approach is not None))


async def approach_of_request(tx: Transaction, ref: str) -> str | None:
    """Which approach carries a request."""
    found: str | None = await tx.connection.scalar(_OF_REQUEST, {"ref": ref})
    return found


async def withdraw_unknown(tx: Transaction, refs: Collection[str]) -> None:
    """Remember that these were taken back before they came."""
    await tx.connection.execute(_WITHDRAW, {"refs": list(refs), "now": tx.now})


async def withdrawn(tx: Transaction, refs: Collection[str]) -> set[str]:
    """Which of these were taken back before they came."""
    rows = await tx.connection.execute(_WITHDRAWN, {"refs": list(refs)})
    return set(rows.scalars())


_KNOWN = text("select ref from request where ref = any(cast(:refs as text[]))")
_KNOWN_OR_WITHDRAWN = text(
    "select ref, true as known from request where ref = any(cast(:refs as text[]))"
    " union all select ref, false from withdrawn where ref = any(cast(:refs as text[]))"
)
_HELD = text(
    "select a.*, m.due as message_due from approach a join message m on m.approach = a.ref"
    " where a.person = any(cast(:persons as text[])) and a.ended is null and not a.urgent"
    " and m.kind = 'contact' and m.rung = 0 and m.status = 'queued' and m.attempts = 0 and m.due > :now"
    " order by m.due for update of m skip locked"
)
_CHANGE_PURPOSE = text("update approach set purpose = :purpose where ref = :ref")
_GET = text("select * from approach where ref = :ref")
_LOCK = text("select * from approach where ref = :ref for no key update")
_CARRIED = text("select * from request where approach = :ref order by requested, ref")
_END = text("update approach set ended = coalesce(ended, :ended) where ref = :ref")
_BEGIN_LATER = text("update approach set began = :began where ref = :ref")
_KNOW_CHANNELS = text("update approach set channels = cast(:channels as text[]) where ref = :ref")
_CANCEL = text(
    "update request set cancelled = :now where ref = any(cast(:refs as text[])) and cancelled is null"
    " returning approach"
)
_OF_REQUEST = text("select approach from request where ref = :ref")
_WITHDRAW = text(
    "insert into withdrawn (ref, at) select unnest(cast(:refs as text[])), :now on conflict (ref) do nothing"
)
_WITHDRAWN = text("select ref from withdrawn where ref = any(cast(:refs as text[]))")
