"""The inbox: which messages a consumer has dealt with, marked in the transaction that deals with them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from sqlalchemy import text

from aftercare.kit.store.transaction import Transaction, UnitOfWork

Identity = tuple[str, str]
"""`(source, id)` of a message; for bytes that cannot be read `(topic, topic/partition/offset)`."""

INBOX_RETENTION = timedelta(days=35)
"""Longer than any topic and dead-letter topic keeps its records, plus the window for replays (14 days)."""

PURGE_EVERY_SECONDS = 3600.0
_PURGE_SIZE = 5_000


async def mark(tx: Transaction, consumer: str, identities: Sequence[Identity]) -> set[Identity]:
    """Mark the messages as dealt with. Returns those that were not marked before.

    The order of insertion is the order of the identities, sorted, so two workers that meet after a
    rebalance wait for each other instead of deadlocking.
    """
    ordered = sorted(set(identities))
    rows = await tx.connection.execute(
        _MARK,
        {
            "consumer": consumer,
            "sources": [source for source, _ in ordered],
            "ids": [identity for _, identity in ordered],
            "now": tx.now,
        },
    )
    return {(source, identity) for source, identity in rows}


async def known(tx: Transaction, consumer: str, identities: Sequence[Identity]) -> set[Identity]:
    """Which of the messages are marked already."""
    rows = await tx.connection.execute(
        _KNOWN,
        {
            "consumer": consumer,
            "sources": [source for source, _ in identities],
            "ids": [identity for _, identity in identities],
        },
    )
    return {(source, identity) for source, identity in rows}


async def purge(unit_of_work: UnitOfWork, retention: timedelta = INBOX_RETENTION) -> int:
    """Forget marks older than `retention`, a few thousand per transaction. Returns how many went."""
    total = 0
    while True:
        async with unit_of_work() as tx:
            gone = await tx.connection.execute(_PURGE, {"before": tx.now - retention, "size": _PURGE_SIZE})
        total += gone.rowcount
        if gone.rowcount < _PURGE_SIZE:
            return total


def purging(unit_of_work: UnitOfWork, retention: timedelta = INBOX_RETENTION) -> Callable[[], Awaitable[float]]:
    """A background step (`kit.service.Background`) that forgets old marks once an hour."""

    async def step() -> float:
        await purge(unit_of_work, retention)
        return PURGE_EVERY_SECONDS

    return step


_MARK = text(
    "insert into inbox (consumer, source, id, received_at)"
    " select :consumer, s, i, :now from unnest(cast(:sources as text[]), cast(:ids as text[])) as u(s, i)"
    " on conflict do nothing returning source, id"
)
_KNOWN = text(
    "select i.source, i.id from inbox i"
    " join unnest(cast(:sources as text[]), cast(:ids as text[])) as u(source, id)"
    " on i.source = u.source and i.id = u.id where i.consumer = :consumer"
)
_PURGE = text(
    "delete from inbox where ctid = any(array(select ctid from inbox where received_at < :before limit :size))"
)
