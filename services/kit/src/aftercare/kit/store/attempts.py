"""How often a record was taken up and not finished: how a message that kills the process is found."""

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.kit.messaging.consumer import Record
from aftercare.kit.store.transaction import Transaction


async def count_first_try(
    connection: AsyncConnection, consumer: str, records: Sequence[Record]
) -> Mapping[str, int] | None:
    """Write down that the records are about to be handled, unless one of them was taken up before: then `None`.

    Returns 0 earlier attempts for each record position. Nobody waits for the disk: an attempt that only a crash
    of the database forgets was none that a message killed.
    """
    rows = (await connection.execute(_COUNT_FIRST, _places(consumer, records))).all()
    if any(row.tried for row in rows):
        return None
    return {record.position: 0 for record in records}


async def count_up(tx: Transaction, consumer: str, records: Sequence[Record]) -> Mapping[str, int]:
    """Write down that the records are about to be handled. Returns earlier attempts by record position."""
    rows = await tx.connection.execute(_COUNT_UP, _places(consumer, records))
    return {f"{topic}/{partition}/{offset}": attempts - 1 for topic, partition, offset, attempts in rows}


async def forget(tx: Transaction, consumer: str, records: Sequence[Record]) -> None:
    """Handled: nothing is suspect about these records any more."""
    await tx.connection.execute(_FORGET, _places(consumer, records))


def _places(consumer: str, records: Sequence[Record]) -> dict[str, object]:
    ordered = sorted(records, key=lambda record: (record.topic, record.partition, record.offset))
    return {
        "consumer": consumer,
        "topics": [record.topic for record in ordered],
        "partitions": [record.partition for record in ordered],
        "offsets": [record.offset for record in ordered],
    }


_COUNT_FIRST = text(
    "with wanted as (select distinct t, p, o from"
    " unnest(cast(:topics as text[]), cast(:partitions as int[]), cast(:offsets as bigint[])) as u(t, p, o)),"
    " before as (select exists (select 1 from delivery_attempt d join wanted w"
    ' on d.topic = w.t and d.partition = w.p and d."offset" = w.o where d.consumer = :consumer) as tried),'
    ' counted as (insert into delivery_attempt (consumer, topic, partition, "offset", attempts)'
    " select :consumer, t, p, o, 1 from wanted where not (select tried from before)"
    ' on conflict (consumer, topic, partition, "offset") do update set attempts = delivery_attempt.attempts + 1)'
    " select tried, set_config('synchronous_commit', 'off', true) from before"
)
_COUNT_UP = text(
    'insert into delivery_attempt (consumer, topic, partition, "offset", attempts)'
    " select distinct :consumer, t, p, o, 1 from"
    " unnest(cast(:topics as text[]), cast(:partitions as int[]), cast(:offsets as bigint[])) as u(t, p, o)"
    ' on conflict (consumer, topic, partition, "offset") do update set attempts = delivery_attempt.attempts + 1'
    ' returning topic, partition, "offset", attempts'
)
_FORGET = text(
    "delete from delivery_attempt d using"
    " unnest(cast(:topics as text[]), cast(:partitions as int[]), cast(:offsets as bigint[])) as u(t, p, o)"
    ' where d.consumer = :consumer and d.topic = u.t and d.partition = u.p and d."offset" = u.o'
)
