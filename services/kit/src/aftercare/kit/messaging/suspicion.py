"""Finding the record that kills the process.

Such a record leaves no trace in memory, so the attempt is written down before it is made. That costs a commit,
therefore only the first records of each partition after a start or a new assignment are suspect: if a record
killed the process before, it is among them.
"""

from collections.abc import Iterable, Sequence

from aftercare.kit.messaging.consumer import Record
from aftercare.kit.store import attempts
from aftercare.kit.store.transaction import UnitOfWork

DELIVERIES_BEFORE_PARKING = 3


class Suspicion:
    """Counts deliveries of suspect records in commits of their own."""

    def __init__(self, consumer: str, unit_of_work: UnitOfWork, budget: int) -> None:
        self._consumer = consumer
        self._unit_of_work = unit_of_work
        self._budget = budget
        self._left: dict[tuple[str, int], int] = {}
        self._earlier: dict[str, int] = {}
        """Attempts before this process's own, by position: an outage retried in place is not a new delivery."""

    def falls_on(self, records: Sequence[Record]) -> bool:
        return any(self._left.get((record.topic, record.partition), self._budget) > 0 for record in records)

    def forget_partitions(self, partitions: Iterable[tuple[str, int]]) -> None:
        """The partitions are given away: when they come back, another worker may have died of them."""
        for partition in partitions:
            self._left.pop(partition, None)

    def finished(self, records: Sequence[Record]) -> None:
        """The records are dealt with; fewer of their partitions are suspect now."""
        for record in records:
            partition = (record.topic, record.partition)
            self._left[partition] = max(0, self._left.get(partition, self._budget) - 1)
            self._earlier.pop(record.position, None)

    async def must_go_alone(self, records: Sequence[Record]) -> bool:
        """Whether one of the records was taken up before. If not, write down that all of them are now."""
        if any(self._earlier.get(record.position, 0) > 0 for record in records):
            return True
        unseen = [record for record in records if record.position not in self._earlier]
        if not unseen:
            return False
        async with self._unit_of_work.one_statement() as connection:
            counted = await attempts.count_first_try(connection, self._consumer, unseen)
        self._earlier.update(counted or {})
        return counted is None

    async def earlier_deliveries(self, record: Record) -> int:
        """How often the record was taken up before and not finished. This delivery is written down."""
        if record.position not in self._earlier:
            async with self._unit_of_work() as tx:
                counted = await attempts.count_up(tx, self._consumer, [record])
            self._earlier.update(counted)
        return self._earlier[record.position]
