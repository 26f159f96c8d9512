"""Publishes outbox rows to Kafka: idempotent, acknowledged by all in-sync replicas, each one awaited."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence

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
            futures = [(row, await self._send(producer, row)) for row in rows if row.topic not in refused]
            outcomes = await asyncio.gather(*(future for _, future in futures), return_exceptions=True)
        except BaseException:
            await self.close()
            raise
        published = _sorted_out(futures, outcomes, refused)
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
                max_batch_size=262_144,
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

    async def _send(self, producer: AIOKafkaProducer, row: Ready) -> asyncio.Future[object]:
        try:
            future: asyncio.Future[object] = await producer.send(
                row.topic, value=row.value, key=row.key, headers=list(row.headers)
            )
        except _ONE_TOPIC_ONLY as error:
            future = asyncio.get_running_loop().create_future()
            future.set_exception(error)
        return future


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


def _sorted_out(
    sent: Sequence[tuple[Ready, object]], outcomes: Sequence[object], refused: Mapping[str, str]
) -> Published:
    """Which rows count as published: of each topic, those before its first failure. Raises what hits every topic."""
    failed = dict(refused)
    ids: list[int] = []
    errors: dict[str, BaseException] = defaultdict(KafkaError)
    for (row, _), outcome in zip(sent, outcomes, strict=True):
        if isinstance(outcome, BaseException):
            errors.setdefault(row.topic, outcome)
            failed.setdefault(row.topic, type(outcome).__name__)
        elif row.topic not in failed:
            ids.append(row.id)
    broken = [error for error in errors.values() if not isinstance(error, _ONE_TOPIC_ONLY)]
    if broken and not ids:
        raise broken[0]
    return Published(ids, failed)
