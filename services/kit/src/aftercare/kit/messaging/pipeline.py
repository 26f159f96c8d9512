"""The way of every message, whoever brings it: trace, decode, deduplicate, handle in one transaction, settle.

`handle_batch` returns when every record of the batch is settled for good: handled, known already, not for us,
or put aside as a dead letter. Only then may the caller move its offsets. It holds no type of any broker.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from aftercare.kit.backoff import Backoff
from aftercare.kit.messaging.consumer import Consumer, Received, Record
from aftercare.kit.messaging.dead_letter import Cause, addressee, dead_letter, replay_attempt
from aftercare.kit.messaging.observer import Observer
from aftercare.kit.messaging.probe import probe_began
from aftercare.kit.messaging.standing import Standing
from aftercare.kit.messaging.suspicion import DELIVERIES_BEFORE_PARKING, Suspicion
from aftercare.kit.outcome import Halt, InvalidMessage, Retryable
from aftercare.kit.store import attempts, inbox
from aftercare.kit.store.failures import database_at_fault, row_at_fault
from aftercare.kit.store.transaction import Transaction, UnitOfWork

log = logging.getLogger(__name__)

BATCH_SIZE = 500
TRIES_OF_A_FAILING_HANDLER = 3
FAILURES_IN_A_ROW_BEFORE_HALT = 20
"""So many messages one after the other that our own code can't handle: it is the code, not the messages."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A record that was read: a message, or why it is none."""

    record: Record
    identity: inbox.Identity
    message: Received[Any] | None = None
    invalid: Cause | None = None


class _Again(Exception):  # noqa: N818 # control flow inside this file
    """Our own code raised something that it shouldn't have. Try once more before giving the message up."""


class Pipeline:
    """Runs one consumer of a service."""

    def __init__(
        self,
        consumer: Consumer[Any],
        unit_of_work: UnitOfWork,
        service: str,
        observer: Observer | None = None,
        standing: Standing | None = None,
    ) -> None:
        self.consumer = consumer
        self.standing = standing or Standing()
        self._unit_of_work = unit_of_work
        self._service = service
        self._observer = observer or Observer()
        self._suspicion = Suspicion(consumer.name, unit_of_work, BATCH_SIZE)
        self._failures: dict[str, int] = {}
        self._failed_in_a_row = 0

    async def handle_batch(self, records: Sequence[Record]) -> None:
        """Settle all records, in order. Retries in place for as long as it takes; never returns after a `Halt`."""
        backoff = Backoff()
        with self._observer.batch(self.consumer.name, records):  # trace
            while True:
                try:
                    await self._settle(records)
                except Halt as halt:
                    await self._stand_still(halt)
                except Exception as error:
                    if not _can_pass(error):
                        raise
                    await self._wait(error, backoff.delay())
                else:
                    break
        self._suspicion.finished(records)
        self.standing.fine(self.consumer.name)

    def forget_partitions(self, partitions: Iterable[tuple[str, int]]) -> None:
        """To be called when partitions `(topic, number)` are given away."""
        self._suspicion.forget_partitions(partitions)

    async def _settle(self, records: Sequence[Record]) -> None:
        suspect = self._suspicion.falls_on(records)
        if suspect and await self._suspicion.must_go_alone(records):
            for record in records:
                await self._alone(record)
        else:
            await self._together(self._decode(records), suspect=suspect)

    async def _alone(self, record: Record) -> None:
        deliveries = await self._suspicion.earlier_deliveries(record)
        if deliveries < DELIVERIES_BEFORE_PARKING:
            await self._together(self._decode([record]), suspect=True)
            return
        detail = "its handling ended the process each time"
        cause = Cause("kills-the-process", detail, "ProcessKilled", deliveries)
        await self._put_aside(Taken(record, (record.topic, record.position)), cause)

    def _decode(self, records: Sequence[Record]) -> list[Taken]:
        taken = [self._take(record) for record in records]
        skipped = sum(item.message is None and item.invalid is None for item in taken)
        if skipped:
            self._observer.skipped(self.consumer.name, skipped)
        return taken

    def _take(self, record: Record) -> Taken:
        unread = (record.topic, record.position)
        try:
            received = self.consumer.decode(record)
        except InvalidMessage as invalid:
            return Taken(record, unread, invalid=Cause(invalid.reason, invalid.detail))
        except Exception as error:  # noqa: BLE001 # decoding is pure: it would fail each time
            return Taken(record, unread, invalid=Cause("unreadable", "reading it failed", type(error).__name__))
        if received is None:
            return Taken(record, unread)
        again = replay_attempt(record, addressee(self._service, self.consumer.name))
        identity = f"{received.id}#r{again}" if again else received.id
        return Taken(record, (received.source, identity), message=received)

    async def _together(self, taken: Sequence[Taken], *, suspect: bool) -> None:
        """One transaction for all; if one of them is at fault, halves, in order, until it stands alone."""
        try:
            await self._in_one_transaction(taken, suspect=suspect)
        except Exception as error:
            if isinstance(error, Halt) or _can_pass(error):
                raise
            if len(taken) == 1:
                await self._once_more(taken, error, suspect=suspect)
                return
            middle = len(taken) // 2
            await self._together(taken[:middle], suspect=suspect)
            await self._together(taken[middle:], suspect=suspect)

    async def _once_more(self, taken: Sequence[Taken], error: Exception, *, suspect: bool) -> None:
        """A refused row may have met one that was being written at this moment: that is seen now."""
        if row_at_fault(error):
            try:
                await self._in_one_transaction(taken, suspect=suspect)
            except Exception as again:
                if isinstance(again, Halt) or _can_pass(again):
                    raise
                error = again
            else:
                return
        await self._give_up(taken[0], error)

    async def _in_one_transaction(self, taken: Sequence[Taken], *, suspect: bool) -> None:
        started = asyncio.get_running_loop().time()
        async with self._unit_of_work() as tx:
            now = tx.now
            fresh = await self._deduplicate(tx, taken)
            for item in fresh:
                if item.invalid is not None:
                    self._write_dead_letter(tx, item.record, item.invalid)
            messages = [item.message for item in fresh if item.message is not None]
            if messages:
                await self.consumer.handle(tx, messages)
            if suspect:
                await attempts.forget(tx, self.consumer.name, [item.record for item in taken])
        seconds = asyncio.get_running_loop().time() - started
        self._count(fresh, len(messages), seconds)
        for message in messages:
            if (began := probe_began(message.message)) is not None:
                self._observer.probe(self.consumer.name, (now - began).total_seconds() + seconds)

    async def _deduplicate(self, tx: Transaction, taken: Sequence[Taken]) -> list[Taken]:
        """Those not dealt with before, each once, in order."""
        wanted = [item for item in taken if item.message is not None or item.invalid is not None]
        if not wanted:
            return []
        unseen = await inbox.mark(tx, self.consumer.name, [item.identity for item in wanted])
        fresh = []
        for item in wanted:
            if item.identity in unseen:
                unseen.discard(item.identity)
                fresh.append(item)
        if len(fresh) < len(wanted):
            self._observer.duplicates(self.consumer.name, len(wanted) - len(fresh))
        return fresh

    async def _give_up(self, item: Taken, error: Exception) -> None:
        """The one record at fault becomes a dead letter; one that trips our own code is tried a few times first."""
        if isinstance(error, InvalidMessage):
            await self._put_aside(item, Cause(error.reason, error.detail))
        elif row_at_fault(error):
            await self._put_aside(item, Cause("row-refused", _sqlstate(error), type(error).__name__))
        else:
            await self._after_a_slip(item, error)

    async def _after_a_slip(self, item: Taken, error: Exception) -> None:
        tries = self._failures.get(item.record.position, 0) + 1
        self._failures[item.record.position] = tries
        name = type(error).__name__
        log.error("%s: %s while handling %s", self.consumer.name, name, item.record.position, exc_info=error)
        if tries < TRIES_OF_A_FAILING_HANDLER:
            raise _Again(name) from None
        if self._failed_in_a_row + 1 >= FAILURES_IN_A_ROW_BEFORE_HALT:
            raise Halt(f"handler-fails-in-a-row:{name}")
        await self._put_aside(item, Cause("handler-failed", "", name, tries))
        self._failed_in_a_row += 1
        self._failures.pop(item.record.position, None)

    async def _put_aside(self, item: Taken, cause: Cause) -> None:
        """Store the dead letter together with the inbox mark. If that cannot be stored, going on would lose it."""
        try:
            async with self._unit_of_work() as tx:
                if await inbox.mark(tx, self.consumer.name, [item.identity]):
                    self._write_dead_letter(tx, item.record, cause)
                await attempts.forget(tx, self.consumer.name, [item.record])
        except Exception as error:
            if _can_pass(error):
                raise
            raise Halt(f"dead-letter-not-stored:{type(error).__name__}") from error
        self._observer.dead_letter(self.consumer.name, cause.reason)
        log.warning("%s: dead letter %s for %s", self.consumer.name, cause.reason, item.record.position)

    def _write_dead_letter(self, tx: Transaction, record: Record, cause: Cause) -> None:
        tx.publish(dead_letter(self.consumer, record, cause, self._service, tx.now))

    def _count(self, fresh: Sequence[Taken], handled: int, seconds: float) -> None:
        if handled:
            self._failed_in_a_row = 0
            self._observer.handled(self.consumer.name, handled, seconds)
        for item in fresh:
            if item.invalid is not None:
                self._observer.dead_letter(self.consumer.name, item.invalid.reason)

    async def _wait(self, error: Exception, seconds: float) -> None:
        kind = str(error) if isinstance(error, _Again) else type(error).__name__
        self.standing.troubled(self.consumer.name, f"waits: {kind}")
        self._observer.retried(self.consumer.name, kind)
        log.warning("%s: %s, trying again in %.1f s", self.consumer.name, kind, seconds)
        await asyncio.sleep(seconds)

    async def _stand_still(self, halt: Halt) -> None:
        """Commit nothing, be unready, wait for a human: until the process is stopped."""
        self.standing.troubled(self.consumer.name, f"halted: {halt}")
        self._observer.halted(self.consumer.name, str(halt))
        log.critical("%s halted: %s. Nothing is lost; it goes on after a restart.", self.consumer.name, halt)
        await asyncio.Event().wait()


def _can_pass(error: Exception) -> bool:
    """Whether the same batch may well succeed later, without anybody changing it."""
    return isinstance(error, Retryable | _Again) or database_at_fault(error)


def _sqlstate(error: Exception) -> str:
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return f"SQLSTATE {state}" if isinstance(state, str) else "refused by the driver"
