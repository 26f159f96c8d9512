"""The embedded Kafka: the broker itself refuses what `schemas/topics` does not grant."""

import asyncio
import itertools

import pytest
from aftercare_local.kafka import EmbeddedKafka, ExternalKafka, kafka_for
from aftercare_local.kafka_access import KafkaAccess, admin_client
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
)
from aiokafka.structs import TopicPartition
from kafka import KafkaProducer

from aftercare.schemas.topic_registry import Operation, grants, load_topics
from aftercare.schemas.topics import Topic

pytestmark = pytest.mark.real

SERVICES = ("intake", "directory", "support", "outreach", "source")
TOPICS = tuple(topic.value for topic in Topic) + tuple(topic.dead_letters for topic in Topic)
GRANTED = {(grant.user, grant.operation, grant.topic) for grant in grants()}


def options(access: KafkaAccess) -> dict:
    return access.client_options()


@pytest.fixture(scope="module", autouse=True)
def something_in_every_topic(embedded_kafka: EmbeddedKafka) -> None:
    """A reader that is let in gets a record, so that an empty hand is never taken for a refusal."""
    producer = KafkaProducer(**embedded_kafka.access.client_options())
    for topic in TOPICS:
        producer.send(topic, b"probe", key=b"probe", partition=0).get(10)
    producer.close()


async def reads(access: KafkaAccess, topic: str) -> bool:
    """Whether the broker hands this user a record of the topic."""
    consumer = AIOKafkaConsumer(topic, **options(access), auto_offset_reset="earliest")
    try:
        await consumer.start()
        async with asyncio.timeout(20):
            return (await consumer.getone()).value is not None
    except TopicAuthorizationFailedError:
        return False
    finally:
        await consumer.stop()


async def writes(access: KafkaAccess, topic: str) -> bool:
    producer = AIOKafkaProducer(**options(access), request_timeout_ms=5_000, enable_idempotence=True)
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"probe", key=b"probe")
    except TopicAuthorizationFailedError:
        return False
    finally:
        await producer.stop()
    return True


@pytest.mark.parametrize("user", SERVICES)
async def test_user_reads_exactly_the_topics_of_the_registry(embedded_kafka: EmbeddedKafka, user: str) -> None:
    seen = await asyncio.gather(*(reads(embedded_kafka.users[user], topic) for topic in TOPICS))
    expected = [(user, Operation.READ, topic) in GRANTED for topic in TOPICS]
    assert dict(zip(TOPICS, seen, strict=True)) == dict(zip(TOPICS, expected, strict=True))


@pytest.mark.parametrize("user", SERVICES)
async def test_user_writes_exactly_the_topics_of_the_registry(embedded_kafka: EmbeddedKafka, user: str) -> None:
    done = await asyncio.gather(*(writes(embedded_kafka.users[user], topic) for topic in TOPICS))
    expected = [(user, Operation.WRITE, topic) in GRANTED for topic in TOPICS]
    assert dict(zip(TOPICS, done, strict=True)) == dict(zip(TOPICS, expected, strict=True))


@pytest.mark.parametrize(
    ("user", "topic"),
    [
        ("support", "aftercare.source"),
        ("support", "aftercare.incident-patient"),
        ("outreach", "aftercare.incident"),
        ("intake", "aftercare.support-case"),
        ("intake", "aftercare.answer"),
        ("directory", "aftercare.outreach"),
        ("source", "aftercare.incident"),
    ],
)
async def test_side_that_reads_the_other_sides_topic_is_refused_by_the_broker(
    embedded_kafka: EmbeddedKafka, user: str, topic: str
) -> None:
    assert not await reads(embedded_kafka.users[user], topic)


@pytest.mark.parametrize(
    ("user", "other"), list(itertools.permutations(("intake", "directory", "support", "outreach"), 2))
)
async def test_service_can_not_join_the_group_of_another(embedded_kafka: EmbeddedKafka, user: str, other: str) -> None:
    topic = next(grant.topic for grant in grants() if grant.user == user and grant.operation is Operation.READ)
    consumer = AIOKafkaConsumer(topic, **options(embedded_kafka.users[user]), group_id=f"aftercare.{other}")
    with pytest.raises(GroupAuthorizationFailedError):
        await consumer.start()
    await consumer.stop()


@pytest.mark.parametrize(("user", "password"), [("support", "guess"), ("nobody", "guess"), ("admin", "guess")])
async def test_wrong_password_is_refused(embedded_kafka: EmbeddedKafka, user: str, password: str) -> None:
    access = embedded_kafka.access
    for mechanism in ("SCRAM-SHA-512", "PLAIN"):
        wrong = KafkaAccess(access.bootstrap, access.protocol, mechanism, user, password)
        producer = AIOKafkaProducer(**options(wrong))
        with pytest.raises(KafkaConnectionError):
            await producer.start()
        await producer.stop()


async def test_client_without_a_password_is_refused(embedded_kafka: EmbeddedKafka) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=embedded_kafka.access.bootstrap, request_timeout_ms=1_000)
    with pytest.raises(KafkaConnectionError):
        await producer.start()
    await producer.stop()


def test_topics_are_as_the_registry_says_and_no_others(embedded_kafka: EmbeddedKafka) -> None:
    client = admin_client(embedded_kafka.access)
    described = {topic["name"]: len(topic["partitions"]) for topic in client.describe_topics()}
    client.close()
    wanted = {spec.topic.value: spec.partitions for spec in load_topics()}
    wanted |= {spec.dead_letter.topic: 1 for spec in load_topics()}
    assert {name: count for name, count in described.items() if not name.startswith("__")} == wanted


async def test_killed_broker_comes_back_with_messages_and_offsets(embedded_kafka: EmbeddedKafka) -> None:
    access = embedded_kafka.users["source"]
    producer = AIOKafkaProducer(**options(access))
    await producer.start()
    sent = await producer.send_and_wait("aftercare.source", b"kept", key=b"k", partition=3)
    await producer.stop()
    place = TopicPartition("aftercare.source", 3)
    reader = AIOKafkaConsumer(**options(embedded_kafka.users["intake"]), group_id="aftercare.intake")
    await reader.start()
    reader.assign([place])
    await reader.commit({place: sent.offset})
    await reader.stop()

    embedded_kafka.child.kill()
    embedded_kafka.start()

    again = AIOKafkaConsumer(
        **options(embedded_kafka.users["intake"]), group_id="aftercare.intake", enable_auto_commit=False
    )
    await again.start()
    again.assign([place])
    assert await again.committed(place) == sent.offset
    async with asyncio.timeout(20):
        assert (await again.getone(place)).value == b"kept"
    await again.stop()


async def test_broker_named_in_the_environment_is_set_up_and_used(
    embedded_kafka: EmbeddedKafka, monkeypatch: pytest.MonkeyPatch, tmp_path, watchdog
) -> None:
    for name, value in embedded_kafka.access.environment().items():
        monkeypatch.setenv(name, value)
    before = dict(embedded_kafka.users)
    other = kafka_for(tmp_path, watchdog)
    assert isinstance(other, ExternalKafka)
    other.start()
    assert await reads(other.users["support"], "aftercare.incident")
    assert not await reads(other.users["support"], "aftercare.source")
    assert other.users["support"].password != before["support"].password
    embedded_kafka.users.update(other.users)  # the passwords were drawn anew
