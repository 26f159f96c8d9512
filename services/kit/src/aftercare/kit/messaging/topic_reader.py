"""Reads a range of a topic without a consumer group: nothing is committed, nobody is disturbed."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.messaging.consumer import Record

Ends = Mapping[int, int]
"""The end offset of each partition: the first offset that no longer belongs to the range."""

BATCH = 500
_POLL_MS = 1_000


class UnknownTopicError(Exception):
    """The broker knows no such topic, or does not show it to this user."""


@asynccontextmanager
async def reader(connection: KafkaConnection) -> AsyncIterator["TopicReader"]:
    """A reader for as long as the block lasts."""
    consumer = AIOKafkaConsumer(
        **connection.for_aiokafka(), enable_auto_commit=False, auto_offset_reset="earliest", group_id=None
    )
    await consumer.start()
    try:
        yield TopicReader(consumer)
    finally:
        await consumer.stop()


class TopicReader:
    """One plain consumer."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer

    async def ends(self, topic: str) -> Ends:
        """Where each partition ends at this moment. Raises `UnknownTopicError`."""
        partitions = await self._partitions(topic)
        ends = await self._consumer.end_offsets(partitions)
        return {tp.partition: end for tp, end in ends.items()}

    async def records(
        self, topic: str, ends: Ends, starts: Mapping[int, int] | None = None
    ) -> AsyncIterator[list[Record]]:
        """Batches of records up to `ends`, from `starts` or from the beginning of each partition."""
        partitions = [TopicPartition(topic, number) for number in ends]
        self._consumer.assign(partitions)
        first = await self._consumer.beginning_offsets(partitions)
        for tp in partitions:
            self._consumer.seek(tp, max(first[tp], (starts or {}).get(tp.partition, 0)))
        open_partitions = {tp for tp in partitions if first[tp] < ends[tp.partition]}
        while open_partitions:
            fetched = await self._consumer.getmany(*open_partitions, timeout_ms=_POLL_MS, max_records=BATCH)
            batch = [_record(message) for messages in fetched.values() for message in messages]
            wanted = [record for record in batch if record.offset < ends[record.partition]]
            if wanted:
                yield wanted
            for tp in list(open_partitions):
                if await self._consumer.position(tp) >= ends[tp.partition]:
                    open_partitions.discard(tp)

    async def _partitions(self, topic: str) -> list[TopicPartition]:
        cluster = await self._consumer._client.fetch_all_metadata()  # noqa: SLF001 # `topics()` keeps no partitions
        numbers = cluster.partitions_for_topic(topic)
        if not numbers:
            raise UnknownTopicError(topic)
        return [TopicPartition(topic, number) for number in sorted(numbers)]


def _record(message: Any) -> Record:
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=tuple((name, value or b"") for name, value in message.headers),
        timestamp_ms=message.timestamp,
    )
