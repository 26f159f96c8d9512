"""How often a record was taken up and not finished: how a message that kills the process is found."""

from collections.abc import Mapping, Sequence

from sqlalchemy import text

from aftercare.kit.messaging.consumer import Record
from aftercare.kit.store.transaction import Transaction


async def tried_before(tx: Transaction, consumer: str, records: Sequence[Record]) -> bool:
    """Whether any of the records was taken up before and never finished."""
    found = await tx.connection.scalar(_TRIED, _places(consumer, records))
    return bool(found)


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


_TRIED = text(
    "select exists (select 1 from delivery_attempt d join"
    " unnest(cast(:topics as text[]), cast(:partitions as int[]), cast(:offsets as bigint[])) as u(t, p, o)"
    ' on d.topic = u.t and d.partition = u.p and d."offset" = u.o where d.consumer = :consumer)'
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
