"""Dead letters looked at and replayed: the set frozen when asked for, counted before, at a limited rate.

A replayed record goes to its origin topic with its original key, bytes and headers and one more
`x-replay-attempt`, which is part of its identity for the inbox of the consumer that failed. The topic's other
consumers know it by its first identity. Replaying the same letters twice therefore has one effect. By which run
it was replayed, and from where, stands in the replayed record's own headers.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaProducer

from aftercare.kit.ids import new_reference
from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.messaging.consumer import Record
from aftercare.kit.messaging.dead_letter import (
    PREFIX,
    REPLAY_ATTEMPT,
    REPLAY_FOR,
    addressee,
    dead_letters_of,
    original_headers,
    replay_attempt,
)
from aftercare.kit.messaging.topic_reader import Ends, reader

log = logging.getLogger(__name__)

REPLAY_RUN = "x-replay-run"
REPLAY_OF = "x-replay-of"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which dead letters are meant. Empty means all. Instants are those of the first failure."""

    reason: str | None = None
    consumer: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def takes(self, letter: "DeadLetter") -> bool:
        failed = letter.first_failed_at
        return (
            (self.reason is None or letter.reason == self.reason)
            and (self.consumer is None or letter.consumer == self.consumer)
            and (self.since is None or (failed is not None and failed >= self.since))
            and (self.until is None or (failed is not None and failed < self.until))
        )


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record of a dead-letter topic."""

    record: Record

    def stated(self, name: str) -> str:
        """What its header `x-dead-letter-<name>` says, or nothing."""
        wanted = f"{PREFIX}{name}"
        return next((value.decode("utf-8", "replace") for header, value in self.record.headers if header == wanted), "")

    @property
    def reason(self) -> str:
        return self.stated("reason")

    @property
    def consumer(self) -> str:
        return self.stated("consumer")

    @property
    def origin(self) -> str:
        return f"{self.stated('topic')}/{self.stated('partition')}/{self.stated('offset')}"

    @property
    def first_failed_at(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self.stated("first-failed-at"))
        except ValueError:
            return None

    @property
    def has_bytes(self) -> bool:
        """False where the service keeps the raw record itself: then its own replay is the one to use."""
        return not self.stated("sha256")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a replay would do. The ends are frozen: letters that come later are not in it."""

    topic: str
    ends: Ends
    wanted: Filter
    counts: Counter[str] = field(default_factory=Counter)
    """How many by reason."""
    kept_by_service: int = 0

    @property
    def total(self) -> int:
        return self.counts.total()


async def plan(connection: KafkaConnection, topic: str, wanted: Filter) -> Plan:
    """Freeze and count. `topic` is the origin topic. Raises `UnknownTopicError`."""
    async with reader(connection) as source:
        ends = await source.ends(dead_letters_of(topic))
    counts: Counter[str] = Counter()
    kept = 0
    async for letter in letters(connection, topic, wanted, ends):
        if letter.has_bytes:
            counts[letter.reason] += 1
        else:
            kept += 1
    return Plan(topic, ends, wanted, counts, kept)


async def letters(
    connection: KafkaConnection, topic: str, wanted: Filter, ends: Ends | None = None
) -> AsyncIterator[DeadLetter]:
    """The dead letters of `topic` in order, up to `ends` or to what is there now."""
    source_topic = dead_letters_of(topic)
    async with reader(connection) as source:
        async for batch in source.records(source_topic, ends or await source.ends(source_topic)):
            for record in batch:
                letter = DeadLetter(record)
                if wanted.takes(letter):
                    yield letter


async def find(connection: KafkaConnection, topic: str, partition: int, offset: int) -> DeadLetter | None:
    """One dead letter by its own place."""
    async with reader(connection) as source:
        async for batch in source.records(dead_letters_of(topic), {partition: offset + 1}, {partition: offset}):
            return DeadLetter(batch[0])
    return None


async def replay(
    connection: KafkaConnection, planned: Plan, per_second: float, done: Callable[[int], None] = lambda _: None
) -> str:
    """Publish what was planned, no faster than `per_second`; `done` hears how many so far.

    Returns the run's reference, which stands in each record's headers and in the log.
    """
    run = new_reference("rpl")
    log.info("dead_letter_replay %s begins: %d of %s", run, planned.total, planned.topic)
    producer = AIOKafkaProducer(**connection.for_aiokafka(), acks="all", enable_idempotence=True)
    await producer.start()
    count = 0
    try:
        async for letter in letters(connection, planned.topic, planned.wanted, planned.ends):
            if letter.has_bytes:
                count += 1
                await _paced(_publish(producer, letter, planned.topic, run), per_second)
                done(count)
    finally:
        await producer.stop()
        log.info("dead_letter_replay %s ends: %d published to %s", run, count, planned.topic)
    return run


async def _publish(producer: AIOKafkaProducer, letter: DeadLetter, topic: str, run: str) -> None:
    record = letter.record
    ours = {
        REPLAY_ATTEMPT: str(replay_attempt(record) + 1),
        REPLAY_FOR: addressee(letter.stated("service"), letter.consumer),
        REPLAY_RUN: run,
        REPLAY_OF: record.position,
    }
    kept = [(name, value) for name, value in original_headers(record) if name.lower() not in ours]
    headers = [*kept, *((name, value.encode()) for name, value in ours.items())]
    await producer.send_and_wait(topic, value=record.value, key=record.key, headers=headers)


async def _paced(work: Any, per_second: float) -> None:
    loop = asyncio.get_running_loop()
    earliest_end = loop.time() + 1 / per_second
    await work
    await asyncio.sleep(max(0.0, earliest_end - loop.time()))
