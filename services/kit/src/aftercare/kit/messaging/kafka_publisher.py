"""Publishes outbox rows to Kafka: idempotent, acknowledged by all in-sync replicas, each one awaited."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import TopicPartition

from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.messaging.metadata_rest import rest_after_failures
from aftercare.kit.store.relay import Published, Ready

log = logging.getLogger(__name__)

_ONE_TOPIC_ONLY = (
    InvalidTopicError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
REQUEST_TIMEOUT_MS = 10_000
METADATA_SECONDS = 5.0
CLOSE_SECONDS = 5.0
BATCH_BYTES = 262_144
LARGEST_ROW_BYTES = 1_000_000
"""Key and value. Brokers take a mebibyte by default, with headers and frame."""
_partition_of = DefaultPartitioner()


class KafkaPublisher:
    """One producer, made when first needed and made anew after a failure.

    A failed idempotent producer has gaps in its sequence numbers, so it is not used again.
    """

    def __init__(self, connection: KafkaConnection, client_id: str) -> None:
        self._connection = connection
        self._client_id = client_id
        self._producer: AIOKafkaProducer | None = None
        rest_after_failures()

    async def publish(self, rows: Sequence[Ready]) -> Published:
        """Send everything, topic by topic side by side; what a single topic refuses holds up that topic alone."""
        try:
            producer = await self._started()
            refused = await self._unavailable(producer, {row.topic for row in rows})
            taken = [row for row in rows if row.topic not in refused]
            outcomes = await _send(producer, taken)
        except BaseException:
            await self.close()
            raise
        published = _sorted_out(taken, outcomes, refused)
        if len(published.ids) < len(rows):
            await self.close()
        return published

    async def close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await producer.stop()

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **self._connection.for_aiokafka(),
                client_id=self._client_id,
                acks="all",
                enable_idempotence=True,
                max_batch_size=BATCH_BYTES,
                request_timeout_ms=REQUEST_TIMEOUT_MS,
                retry_backoff_ms=100,
            )
            try:
                await producer.start()
            except BaseException:
                with contextlib.suppress(Exception):
                    await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def _unavailable(self, producer: AIOKafkaProducer, topics: set[str]) -> dict[str, str]:
        """Topics that the broker doesn't know or doesn't let us write to. Known ones cost nothing here.

        Raises `KafkaConnectionError` when nothing is known of any of them: then it is the broker.
        """
        asked = sorted(topics)
        answers = await asyncio.gather(*(_trouble(producer, topic) for topic in asked))
        if all(answer is TimeoutError for answer in answers):
            raise KafkaConnectionError
        known = zip(asked, answers, strict=True)
        return {topic: _name(answer) for topic, answer in known if answer is not None}


async def _send(producer: AIOKafkaProducer, rows: Sequence[Ready]) -> Mapping[int, object]:
    """Send all partitions side by side. Returns what became of each row, by its id: an exception, or anything else."""
    partitions = {topic: sorted(await producer.partitions_for(topic)) for topic in {row.topic for row in rows}}
    lanes: dict[TopicPartition, list[Ready]] = defaultdict(list)
    for row in rows:
        known = partitions[row.topic]
        lanes[TopicPartition(row.topic, _partition_of(row.key, known, known))].append(row)
    sent = await asyncio.gather(*(_send_lane(producer, *lane) for lane in lanes.items()), return_exceptions=True)
    outcomes: dict[int, object] = {}
    for one in sent:
        if isinstance(one, BaseException):
            raise one
        outcomes |= one
    return outcomes


async def _send_lane(producer: AIOKafkaProducer, lane: TopicPartition, rows: Sequence[Ready]) -> dict[int, object]:
    """The rows of one partition, in order, in whole batches: to wait for each row by itself costs twice as much."""
    sent: list[tuple[Sequence[int], asyncio.Future[object]]] = []
    unsent: KafkaError | None = None
    try:
        for batch, ids in _batches(producer, rows):
            sent.append((ids, await producer.send_batch(batch, lane.topic, partition=lane.partition)))
    except _ONE_TOPIC_ONLY as error:
        unsent = error
    ends = await asyncio.gather(*(future for _, future in sent), return_exceptions=True)
    known = {row: end for (ids, _), end in zip(sent, ends, strict=True) for row in ids}
    return {row.id: known.get(row.id, unsent) for row in rows}


def _batches(producer: AIOKafkaProducer, rows: Sequence[Ready]) -> Iterator[tuple[BatchBuilder, Sequence[int]]]:
    """Batches with the ids of their rows. Raises `MessageSizeTooLargeError` in place of a row that no broker takes."""
    batch, ids = producer.create_batch(), list[int]()
    for row in rows:
        is_too_large = len(row.key or b"") + len(row.value or b"") > LARGEST_ROW_BYTES
        if is_too_large or not _added(batch, row):
            if ids:
                yield batch, ids
            if is_too_large:
                raise MessageSizeTooLargeError
            batch, ids = producer.create_batch(), []
            _added(batch, row)
        ids.append(row.id)
    if ids:
        yield batch, ids


def _added(batch: BatchBuilder, row: Ready) -> bool:
    """Whether there was room for it. The first always has."""
    return batch.append(timestamp=None, key=row.key, value=row.value, headers=list(row.headers)) is not None


def _name(error: type[Exception]) -> str:
    """The client waits in vain for a topic that isn't there."""
    return UnknownTopicOrPartitionError.__name__ if error is TimeoutError else error.__name__


async def _trouble(producer: AIOKafkaProducer, topic: str) -> type[Exception] | None:
    try:
        async with asyncio.timeout(METADATA_SECONDS):
            await producer.partitions_for(topic)
    except (*_ONE_TOPIC_ONLY, TimeoutError) as error:
        return type(error)
    return None


def _sorted_out(rows: Sequence[Ready], outcomes: Mapping[int, object], refused: Mapping[str, str]) -> Published:
    """Which rows count as published: of each topic, those before its first failure. Raises what hits every topic."""
    failed = dict(refused)
    ids: list[int] = []
    errors: dict[str, BaseException] = {}
    for row in rows:
        outcome = outcomes[row.id]
        if isinstance(outcome, BaseException):
            errors.setdefault(row.topic, outcome)
            failed.setdefault(row.topic, type(outcome).__name__)
        elif row.topic not in failed:
            ids.append(row.id)
    broken = [error for error in errors.values() if not isinstance(error, _ONE_TOPIC_ONLY)]
    if broken and not ids:
        raise broken[0]
    return Published(ids, failed)
