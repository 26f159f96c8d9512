"""The table of what is to be fetched. What to fetch is sealed: a resource's id is its source's word."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import text

from aftercare.intake.domain.outcome import Pointer, Reason, Refusal
from aftercare.intake.service_layer.fetch_ports import Answer
from aftercare.intake.service_layer.ports import Vault
from aftercare.intake.service_layer.take import Taken
from aftercare.kit.store.transaction import Transaction

FETCH = "fetch"
"""The kind of the timer that says that something may be fetched."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Something to fetch, claimed by this process. `record` is the notification that asked for it."""

    record: str
    source: str
    pointer: Pointer = field(repr=False)
    attempts: int
    notified_at: datetime


async def wish(tx: Transaction, records: Sequence[Taken], vault: Vault) -> None:
    """Have fetched what records only point at, from now on; and anew what was given up."""
    once = {one.reference: one for one in records}
    pointing = [(one, one.pointer) for one in once.values() if one.pointer is not None]
    if not pointing:
        return
    sealed = [vault.seal(json.dumps(asdict(pointer)).encode(), f"fetch:{one.reference}") for one, pointer in pointing]
    await tx.connection.execute(
        _ADD,
        {
            "records": [one.reference for one, _ in pointing],
            "sources": [one.source for one, _ in pointing],
            "sealed": sealed,
            "now": tx.now,
        },
    )
    for one, _ in pointing:
        tx.set_timer(one.reference, FETCH, tx.now)


async def claim(tx: Transaction, sources: Sequence[str], vault: Vault, until: datetime, limit: int) -> list[Wish]:
    """What is due, taken for this process until `until`: if it dies, another takes over then."""
    rows = await tx.connection.execute(
        _CLAIM, {"now": tx.now, "sources": list(sources), "until": until, "limit": limit}
    )
    return [
        Wish(
            row.record,
            row.source,
            Pointer(**json.loads(vault.open(row.sealed, f"fetch:{row.record}"))),
            row.attempts,
            row.notified_at,
        )
        for row in rows
    ]


async def postpone(tx: Transaction, wanted: Wish, answer: Answer, next_at: datetime) -> None:
    """Try again at `next_at`."""
    await tx.connection.execute(_POSTPONE, {"record": wanted.record, "answer": str(answer), "next": next_at})
    tx.set_timer(wanted.record, FETCH, next_at)


async def settle(tx: Transaction, wanted: Wish, answer: Answer, incident: str | None, rca: str | None) -> None:
    """It was fetched, and what it brought has a record of its own: the notification has done its work."""
    await tx.connection.execute(
        _SETTLE, {"record": wanted.record, "state": "fetched", "answer": str(answer), "now": tx.now}
    )
    await tx.connection.execute(
        _CLOSE_RECORD, {"record": wanted.record, "incident": incident, "rca": rca, "now": tx.now}
    )


async def give_up(tx: Transaction, wanted: Wish, answer: Answer) -> None:
    """Nobody tries any more; the record says so in the parking lot."""
    refusal = Refusal(Reason.CAN_NOT_BE_FETCHED, f"the source's server answers: {answer}")
    await tx.connection.execute(
        _SETTLE, {"record": wanted.record, "state": "given-up", "answer": str(answer), "now": tx.now}
    )
    await tx.connection.execute(
        _GIVE_UP_RECORD,
        {"record": wanted.record, "reason": refusal.reason.value, "detail": refusal.detail},
    )


_ADD = text(
    "insert into fetching (record, source, sealed, state, attempts, notified_at, next_at)"
    " select r, s, p, 'due', 0, :now, :now"
    " from unnest(cast(:records as text[]), cast(:sources as text[]), cast(:sealed as bytea[])) as u(r, s, p)"
    " on conflict (record) do update set state = 'due', attempts = 0, notified_at = :now, next_at = :now,"
    " settled_at = null where fetching.state = 'given-up'"
)
_CLAIM = text(
    "update fetching set next_at = :until, attempts = attempts + 1 where record in (select record from fetching"
    " where state = 'due' and next_at <= :now and source = any(cast(:sources as text[]))"
    " order by next_at limit :limit for update skip locked)"
    " returning record, source, sealed, attempts, notified_at"
)
_POSTPONE = text("update fetching set next_at = :next, last_answer = :answer where record = :record and state = 'due'")
_SETTLE = text("update fetching set state = :state, last_answer = :answer, settled_at = :now where record = :record")
_CLOSE_RECORD = text(
    "update record set outcome = 'mapped', reason = 'mapped', detail = '', incident = :incident, rca = :rca,"
    " replayed_at = :now where reference = :record"
)
_GIVE_UP_RECORD = text("update record set reason = :reason, detail = :detail where reference = :record")
