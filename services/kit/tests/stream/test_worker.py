"""The Faust worker on real Kafka and real Postgres, killed and cut off: every message has its effect once."""

import asyncio
import json
import random
from collections import Counter
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, MemberToRemove

from aftercare.kit.messaging.dead_letter import PREFIX
from aftercare.kit.messaging.topic_reader import reader
from aftercare.kit.stream.faust_worker import EXIT_ESCAPED
from aftercare.kit.testing.waiting import eventually

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]


def body(number: int) -> bytes:
    return json.dumps({"n": number}).encode()


async def everything_on(kafka: Any, topic: str) -> list[Any]:
    async with reader(kafka) as source:
        ends = await source.ends(topic)
        return [record async for batch in source.records(topic, ends) for record in batch]


async def committed(kafka: Any, topic: str) -> tuple[int, int]:
    """Committed offsets and ends, summed over the partitions."""
    consumer = AIOKafkaConsumer(**kafka.for_aiokafka(), group_id=f"group-{topic}", enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(3)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        offsets = [await consumer.committed(tp) or 0 for tp in partitions]
        return sum(offsets), sum(ends.values())
    finally:
        await consumer.stop()


async def test_kill_9_under_load_with_duplicates_and_garbage_loses_and_doubles_nothing(
    worker: Any, effects: Any, kafka: Any, topic: str, send: Any
) -> None:
    chance = random.Random(7)
    good = [(f"m{n}", body(n)) for n in range(6_000)]
    poison = [(f"p{n}", b'{"poison": true}') for n in range(40)]
    garbage = [(f"g{n}", b"\xff not json") for n in range(60)]
    repeated = chance.sample(good, 300)
    everything = [*good, *poison, *garbage]
    chance.shuffle(everything)
    _, connection = effects

    async def feed() -> None:
        for start in range(0, len(everything), 640):
            await send(everything[start : start + 640])
        await send(repeated)

    async def count() -> int:
        return int(await connection.fetchval("select count(*) from effect"))

    worker.start()
    feeding = asyncio.create_task(feed())
    for share in (0.1, 0.4, 0.7):
        await eventually(lambda wanted=share: _at_least(count(), len(good) * wanted), within=100)
        worker.kill()
        worker.start()
    await feeding
    await eventually(lambda: _at_least(count(), len(good)), within=100)
    await eventually(lambda: _equal(committed(kafka, topic)), within=100)
    await eventually(lambda: _none(connection, "outbox"), within=30)
    assert worker.terminate() == 0

    assert await count() == len(good)
    letters = await everything_on(kafka, f"{topic}.dlq")
    origins = {_origin(letter) for letter in letters}
    reasons = Counter(dict(letter.headers)[f"{PREFIX}reason"] for letter in letters if _origin(letter) in origins)
    assert len(origins) == len(poison) + len(garbage)
    assert set(reasons) == {b"poison", b"unreadable"}
    sent_on = Counter(dict(record.headers)["ce_id"] for record in await everything_on(kafka, f"{topic}.out"))
    assert sent_on.keys() == {key.encode() for key, _ in good}
    assert await connection.fetchval("select count(*) from delivery_attempt") == 0


async def test_a_message_that_kills_the_process_is_parked_and_the_rest_goes_on(
    worker: Any, effects: Any, kafka: Any, topic: str, send: Any
) -> None:
    _, connection = effects
    await send([*((f"m{n}", body(n)) for n in range(50)), ("deadly", b'{"deadly": true}')])
    await send([(f"m{n}", body(n)) for n in range(50, 100)])
    deaths = 0
    worker.start()
    while await connection.fetchval("select count(*) from effect") < 100:
        if worker.status is not None:
            deaths += 1
            assert deaths <= 3
            worker.start()
        await asyncio.sleep(0.02)
    await eventually(lambda: _none(connection, "outbox"))
    (letter,) = await everything_on(kafka, f"{topic}.dlq")
    assert dict(letter.headers)[f"{PREFIX}reason"] == b"kills-the-process"
    assert (letter.key, letter.value) == (b"deadly", b'{"deadly": true}')
    assert deaths == 3


async def test_workers_that_join_and_die_in_mid_batch_lose_and_double_nothing(
    workers: Any, effects: Any, kafka: Any, topic: str, send: Any
) -> None:
    _, connection = effects

    async def count() -> int:
        return int(await connection.fetchval("select count(*) from effect"))

    first, second = workers(instance=None), workers(instance=None)
    first.start()
    await send([(f"m{n}", body(n)) for n in range(4_000)])
    await eventually(lambda: _at_least(count(), 200), within=100)
    second.start()
    await send([(f"m{n}", body(n)) for n in range(4_000, 8_000)])
    await eventually(lambda: _at_least(count(), 5_000), within=100)
    first.kill()
    await eventually(lambda: _at_least(count(), 8_000), within=100)
    await eventually(lambda: _equal(committed(kafka, topic)), within=100)
    await eventually(lambda: _none(connection, "outbox"))
    assert second.terminate() == 0
    assert await count() == 8_000
    sent_on = [dict(record.headers)["ce_id"] for record in await everything_on(kafka, f"{topic}.out")]
    assert len(set(sent_on)) == 8_000


async def test_the_broker_may_restart_without_a_restart_of_the_worker(
    worker: Any, effects: Any, kafka: Any, topic: str, send: Any, kafka_server: Any
) -> None:
    _, connection = effects
    worker.start()
    await send([(f"m{n}", body(n)) for n in range(300)])
    await eventually(lambda: _at_least(connection.fetchval("select count(*) from effect"), 300), within=100)
    await asyncio.to_thread(kafka_server.stop)
    await asyncio.to_thread(kafka_server.start)
    await send([(f"m{n}", body(n)) for n in range(300, 600)])
    await eventually(lambda: _at_least(connection.fetchval("select count(*) from effect"), 600), within=100)
    await eventually(lambda: _none(connection, "outbox"), within=100)
    assert worker.status is None
    sent_on = {dict(record.headers)["ce_id"] for record in await everything_on(kafka, f"{topic}.out")}
    assert len(sent_on) == 600


async def test_a_worker_thrown_out_of_its_group_before_its_first_commit_commits_everything_in_the_end(
    workers: Any, effects: Any, kafka: Any, topic: str, send: Any, kafka_server: Any
) -> None:
    """The commit that the group then refuses must not count: what is below it is delivered again."""
    _, connection = effects
    worker = workers(instance=None)
    worker.start()
    await eventually(lambda: _is_member(kafka_server, f"group-{topic}"))
    await send([(f"m{n}", body(n)) for n in range(50)])
    await eventually(lambda: _at_least(connection.fetchval("select count(*) from effect"), 25))
    await asyncio.to_thread(_throw_out, kafka_server, f"group-{topic}")
    await eventually(lambda: _equal(committed(kafka, topic)), within=60)
    assert await connection.fetchval("select count(*) from effect") == 50
    assert worker.status is None


async def test_a_worker_that_could_not_learn_of_its_topics_at_first_works_soon(
    workers: Any, effects: Any, send: Any
) -> None:
    _, connection = effects
    worker = workers(instance=None, blind=True)
    worker.start()
    await send([("m1", body(1))])
    await eventually(lambda: _at_least(connection.fetchval("select count(*) from effect"), 1), within=30)
    assert "without knowing the topics" in worker.log


def _members(kafka_server: Any, group: str) -> list[str]:
    admin = KafkaAdminClient(**kafka_server.access.client_options())
    try:
        return [one["member_id"] for one in admin.describe_groups([group])[group]["members"]]
    finally:
        admin.close()


async def _is_member(kafka_server: Any, group: str) -> bool:
    return bool(await asyncio.to_thread(_members, kafka_server, group))


def _throw_out(kafka_server: Any, group: str) -> None:
    """Everybody, as an administrator may, or a broker that has not heard of them for too long."""
    members = [MemberToRemove(member_id=member) for member in _members(kafka_server, group)]
    assert members
    admin = KafkaAdminClient(**kafka_server.access.client_options())
    admin.remove_group_members(group, members)
    admin.close()


async def test_a_worker_waits_for_a_broker_that_is_not_there_yet(
    worker: Any, effects: Any, topic: str, send: Any, kafka_server: Any
) -> None:
    _, connection = effects
    await send([("m1", body(1))])
    await asyncio.to_thread(kafka_server.stop)
    worker.start()
    await eventually(lambda: "waiting for Kafka at" in worker.log, within=30)
    await asyncio.to_thread(kafka_server.start)
    await eventually(lambda: _at_least(connection.fetchval("select count(*) from effect"), 1), within=100)
    assert worker.terminate() == 0


async def test_a_service_reads_over_sasl_with_the_rights_of_the_registry_and_no_others(
    workers: Any, effects: Any, as_service: Any, kafka: Any
) -> None:
    _, connection = effects
    producer = AIOKafkaProducer(**as_service("intake").for_aiokafka())
    await producer.start()
    headers = [("ce_specversion", b"1.0"), ("ce_source", b"urn:x"), ("ce_type", b"t.v1"), ("ce_id", b"one")]
    await producer.send_and_wait("aftercare.incident", b"{}", key=b"k", headers=headers)
    await producer.stop()
    support = workers(instance=None, topic="aftercare.incident", group="aftercare.support", kafka=as_service("support"))
    support.start()
    await eventually(
        lambda: _at_least(connection.fetchval("select count(*) from effect where id = 'one'"), 1), within=60
    )
    assert support.terminate() == 0


async def test_postgres_may_stop_and_come_back_without_a_restart_of_the_worker(
    worker: Any, effects: Any, kafka: Any, topic: str, send: Any, postgres_server: Any
) -> None:
    url, connection = effects
    worker.start()
    await send([(f"m{n}", body(n)) for n in range(200)])
    await eventually(lambda: _effects(url, 200), within=100)
    await connection.close()
    await asyncio.to_thread(postgres_server.stop)
    await send([(f"m{n}", body(n)) for n in range(200, 400)])
    await eventually(lambda: "trying again" in worker.log)
    await asyncio.to_thread(postgres_server.start)
    await eventually(lambda: _effects(url, 400), within=100)
    assert worker.status is None
    fresh = await asyncpg.connect(url)
    await eventually(lambda: _none(fresh, "outbox"))
    await fresh.close()
    assert worker.terminate() == 0


async def test_a_stop_while_postgres_is_down_ends_in_time_and_loses_nothing(
    workers: Any, effects: Any, kafka: Any, topic: str, send: Any, postgres_server: Any
) -> None:
    url, connection = effects
    worker = workers(instance=None, stop_timeout=2.0)
    worker.start()
    await send([("m0", body(0))])
    await eventually(lambda: _effects(url, 1), within=100)
    await connection.close()
    await asyncio.to_thread(postgres_server.stop)
    await send([("m1", body(1))])
    await eventually(lambda: "trying again" in worker.log)
    assert worker.terminate() == 0
    await asyncio.to_thread(postgres_server.start)
    worker.start()
    await eventually(lambda: _effects(url, 2), within=100)
    assert worker.terminate() == 0


async def test_a_faust_that_crashes_takes_the_process_with_it(workers: Any, topic: str) -> None:
    worker = workers(instance=None, crash=True)
    worker.start()
    await eventually(lambda: worker.status is not None, within=100)
    assert worker.status == EXIT_ESCAPED


async def test_a_clean_stop_commits_what_is_done_and_leaves_nothing_in_hand(
    worker: Any, effects: Any, kafka: Any, topic: str, send: Any
) -> None:
    _, connection = effects
    worker.start()
    await send([(f"m{n}", body(n)) for n in range(3_000)])
    await eventually(lambda: _at_least(connection.fetchval("select count(*) from effect"), 500), within=100)
    assert worker.terminate() == 0
    handled = await connection.fetchval("select count(*) from effect")
    assert (await committed(kafka, topic))[0] == handled


async def _at_least(counting: Any, wanted: float) -> bool:
    return bool(await counting >= wanted)


async def _equal(asking: Any) -> bool:
    first, second = await asking
    return bool(first == second)


async def _none(connection: Any, table: str) -> bool:
    return int(await connection.fetchval(f"select count(*) from {table}")) == 0


async def _effects(url: str, wanted: int) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=2)
    except (OSError, asyncpg.PostgresError):
        return False
    try:
        return int(await connection.fetchval("select count(*) from effect")) == wanted
    finally:
        await connection.close()


def _origin(letter: Any) -> bytes:
    headers = dict(letter.headers)
    return headers[f"{PREFIX}partition"] + b"/" + headers[f"{PREFIX}offset"]
