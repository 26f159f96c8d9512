"""One contract for every publisher of outbox rows: the fake that tests use, and real Kafka."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.messaging.kafka_publisher import KafkaPublisher
from aftercare.kit.messaging.topic_reader import reader
from aftercare.kit.store.relay import Publisher, Ready
from aftercare.kit.testing.doubles import FakeBroker

Seen = Callable[[], Awaitable[list[tuple[bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]]]]
Case = tuple[Publisher, str, Seen]
ids = itertools.count(1)


def row(topic: str, value: bytes | None, key: bytes = b"k") -> Ready:
    return Ready(next(ids), topic, key, value, (("ce_id", b"1"), ("x", b"\xc3\xa9")))


class PublisherContract:
    """What the relay relies on."""

    async def test_rows_arrive_whole_and_in_order_tombstones_too(self, case: Case) -> None:
        publisher, topic, seen = case
        rows = [row(topic, str(n).encode()) for n in range(300)] + [row(topic, None)]
        published = await publisher.publish(rows)
        assert list(published.ids) == [one.id for one in rows]
        assert await seen() == [(one.key, one.value, one.headers) for one in rows]

    async def test_more_than_a_batch_holds_keeps_its_order_for_each_key(self, case: Case) -> None:
        publisher, topic, seen = case
        rows = [row(topic, b"%05d" % n + b"." * 5_000, b"key-%d" % (n % 7)) for n in range(500)]
        assert list((await publisher.publish(rows)).ids) == [one.id for one in rows]
        arrived = await seen()
        for key in {one.key for one in rows}:
            assert [value for its, value, _ in arrived if its == key] == [one.value for one in rows if one.key == key]

    async def test_one_topic_that_refuses_leaves_the_others_alone(self, case: Case) -> None:
        publisher, topic, seen = case
        rows = [row(topic, b"1"), row("refused", b"2"), row(topic, b"3")]
        published = await publisher.publish(rows)
        assert list(published.ids) == [rows[0].id, rows[2].id]
        assert published.refused.keys() == {"refused"}
        assert [value for _, value, _ in await seen()] == [b"1", b"3"]
        assert (await publisher.publish([row(topic, b"4")])).refused == {}


class TestFakeBroker(PublisherContract):
    @pytest.fixture
    def case(self) -> Case:
        broker = FakeBroker()
        broker.refusing = {"refused"}

        async def seen() -> Any:
            return [(row.key, row.value, row.headers) for row in broker.rows]

        return broker, "t", seen


@pytest.mark.real
class TestKafka(PublisherContract):
    @pytest.fixture
    async def case(self, kafka: KafkaConnection, topic: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Case]:
        monkeypatch.setattr("aftercare.kit.messaging.kafka_publisher.METADATA_SECONDS", 1.0)
        publisher = KafkaPublisher(kafka, "test")

        async def seen() -> Any:
            async with reader(kafka) as source:
                batches = [batch async for batch in source.records(topic, await source.ends(topic))]
            return [(record.key, record.value, record.headers) for batch in batches for record in batch]

        yield publisher, topic, seen
        await publisher.close()

    async def test_a_row_too_large_for_the_broker_holds_up_its_topic_alone(self, case: Case) -> None:
        publisher, topic, seen = case
        rows = [row(topic, b"1"), row(f"{topic}.out", b"x" * 3_000_000), row(topic, b"2")]
        published = await publisher.publish(rows)
        assert published.refused == {f"{topic}.out": "MessageSizeTooLargeError"}
        assert [value for _, value, _ in await seen()] == [b"1", b"2"]

    async def test_what_stands_before_a_row_too_large_is_published_and_what_comes_after_waits(self, case: Case) -> None:
        publisher, topic, seen = case
        rows = [row(topic, b"1"), row(topic, b"x" * 3_000_000), row(topic, b"2")]
        published = await publisher.publish(rows)
        assert list(published.ids) == [rows[0].id]
        assert published.refused == {topic: "MessageSizeTooLargeError"}
        assert [value for _, value, _ in await seen()] == [b"1"]

    async def test_a_key_goes_where_other_clients_put_it(
        self, case: Case, kafka: KafkaConnection, send: Callable[..., Awaitable[None]]
    ) -> None:
        publisher, topic, _ = case
        keys = [f"key-{n}" for n in range(40)]
        await send([(key, b"theirs") for key in keys])
        await publisher.publish([row(topic, b"ours", key.encode()) for key in keys])
        async with reader(kafka) as source:
            batches = [batch async for batch in source.records(topic, await source.ends(topic))]
        places = {(record.key, record.partition) for batch in batches for record in batch}
        assert len(places) == len(keys)
        assert len({partition for _, partition in places}) == 3


@pytest.mark.real
class TestServiceUsers:
    async def test_a_service_publishes_where_the_registry_lets_it_and_nowhere_else(
        self, as_service: Callable[[str], KafkaConnection], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("aftercare.kit.messaging.kafka_publisher.METADATA_SECONDS", 2.0)
        publisher = KafkaPublisher(as_service("outreach"), "test")
        own, foreign = row("aftercare.answer", b"{}"), row("aftercare.incident", b"{}")
        published = await publisher.publish([own, foreign])
        await publisher.close()
        assert list(published.ids) == [own.id]
        assert published.refused == {"aftercare.incident": "TopicAuthorizationFailedError"}
