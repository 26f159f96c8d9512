"""Dead letters go back to whom they failed for, once; history can be handled again without double effects."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import typer
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from aftercare.kit.clock import FixedClock
from aftercare.kit.messaging.codec import typed
from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.messaging.consumer import Consumer
from aftercare.kit.messaging.kafka_publisher import KafkaPublisher
from aftercare.kit.messaging.pipeline import Pipeline
from aftercare.kit.messaging.topic_reader import UnknownTopicError
from aftercare.kit.outcome import InvalidMessage
from aftercare.kit.store import dead_letters
from aftercare.kit.store.dead_letter_commands import dead_letter_commands
from aftercare.kit.store.dead_letters import Filter
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.relay import Relay
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.kit.stream.backfill import backfill
from aftercare.kit.testing.doubles import RecordingHandler

pytestmark = pytest.mark.real
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def read(kind: str, data: bytes | None, key: str | None) -> Any:
    return json.loads(data or b"null")


class Stage:
    """A service whose records are read by backfill: no group, no worker, the same pipeline."""

    def __init__(self, engine: AsyncEngine, kafka: KafkaConnection, topic: str) -> None:
        self.clock = FixedClock(NOW)
        self.unit_of_work = UnitOfWork(engine, self.clock, "urn:test")
        self.handler = RecordingHandler()
        self._engine, self._kafka, self._topic = engine, kafka, topic

    def pipeline(self, name: str = "c", *, keeps_bytes: bool = False) -> Pipeline:
        consumer: Consumer[Any] = Consumer(
            name, self._topic, typed(read, ValueError), self.handler, keeps_bytes=keeps_bytes
        )
        return Pipeline(consumer, self.unit_of_work, "svc")

    async def run(self, pipeline: Pipeline) -> int:
        self.heard: list[tuple[int, int]] = []
        count = await backfill(self._kafka, pipeline, done=lambda so_far, total: self.heard.append((so_far, total)))
        publisher = KafkaPublisher(self._kafka, "test")
        await Relay(self._engine, publisher, self.clock).publish_some()
        await publisher.close()
        return count


@pytest.fixture
async def stage(database: Any, kafka: KafkaConnection, topic: str) -> AsyncIterator[Stage]:
    engine = create_engine(database())
    yield Stage(engine, kafka, topic)
    await engine.dispose()


def failing(*ids: str, reason: str = "no-unit") -> dict[str, Exception]:
    return {one: InvalidMessage(reason) for one in ids}


async def test_a_replay_reaches_the_consumer_that_failed_once_and_nobody_twice(
    stage: Stage, kafka: KafkaConnection, topic: str, send: Any
) -> None:
    await send([(f"m{n}", b'{"n": 1}') for n in range(20)])
    stage.handler.fail_on = failing("m3", "m4")
    assert await stage.run(stage.pipeline()) == 20
    await stage.run(stage.pipeline("other"))  # fails as well: two letters each
    stage.handler.fail_on = {}
    planned = await dead_letters.plan(kafka, topic, Filter(consumer="c"))
    assert (planned.total, dict(planned.counts)) == (2, {"no-unit": 2})

    heard: list[int] = []
    await dead_letters.replay(kafka, planned, 1000, heard.append)
    await dead_letters.replay(kafka, planned, 1000)
    assert heard == [1, 2]
    stage.handler.batches.clear()
    await stage.run(stage.pipeline())
    assert sorted(stage.handler.ids) == ["m3", "m4"]
    stage.handler.batches.clear()
    await stage.run(stage.pipeline("other"))
    assert stage.handler.ids == []


async def test_the_set_is_frozen_when_asked_for(stage: Stage, kafka: KafkaConnection, topic: str, send: Any) -> None:
    await send([("m1", b"{}")])
    stage.handler.fail_on = failing("m1", "m2")
    await stage.run(stage.pipeline())
    planned = await dead_letters.plan(kafka, topic, Filter())
    await send([("m2", b"{}")])
    await stage.run(stage.pipeline())
    heard: list[int] = []
    await dead_letters.replay(kafka, planned, 1000, heard.append)
    assert heard == [1]
    assert (await dead_letters.plan(kafka, topic, Filter())).total == 2


async def test_filters_by_reason_and_time(stage: Stage, kafka: KafkaConnection, topic: str, send: Any) -> None:
    await send([("m1", b"{}"), ("m2", b"\xff")])
    stage.handler.fail_on = failing("m1")
    await stage.run(stage.pipeline())
    stage.clock.set(NOW + timedelta(hours=1))
    await send([("m3", b"\xff")])
    await stage.run(stage.pipeline())

    async def total(**wanted: Any) -> int:
        return (await dead_letters.plan(kafka, topic, Filter(**wanted))).total

    assert await total(reason="no-unit") == 1
    assert await total(reason="unreadable") == 2
    assert await total(since=NOW + timedelta(minutes=1)) == 1
    assert await total(until=NOW + timedelta(minutes=1), reason="unreadable") == 1
    with pytest.raises(UnknownTopicError):
        await dead_letters.plan(kafka, "no-such-topic", Filter())


async def test_letters_without_their_bytes_are_left_to_the_service(
    stage: Stage, kafka: KafkaConnection, topic: str, send: Any
) -> None:
    await send([("m1", b"\xff")])
    await stage.run(stage.pipeline(keeps_bytes=True))
    planned = await dead_letters.plan(kafka, topic, Filter())
    assert (planned.total, planned.kept_by_service) == (0, 1)


async def test_history_is_handled_again_without_double_effects(stage: Stage, send: Any) -> None:
    await send([(f"m{n}", b"{}") for n in range(1200)])
    assert await stage.run(stage.pipeline()) == 1200
    assert await stage.run(stage.pipeline()) == 1200
    assert len(stage.handler.ids) == len(set(stage.handler.ids)) == 1200
    assert stage.heard[-1] == (1200, 1200)


def command(kafka: KafkaConnection, *arguments: str) -> str:
    app: typer.Typer = dead_letter_commands(lambda: kafka)
    done = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "120"})
    assert done.exit_code == 0, done.output
    return done.output


async def test_the_commands_count_first_and_send_only_when_told(
    stage: Stage, kafka: KafkaConnection, topic: str, send: Any
) -> None:
    async def run(*arguments: str) -> str:
        return await asyncio.to_thread(command, kafka, *arguments)

    await send([("m1", b"{}")])
    stage.handler.fail_on = failing("m1")
    await stage.run(stage.pipeline())
    assert "no-unit" in await run("list", topic)
    assert "reason: no-unit" in await run("show", topic, "0", "0")
    dry = await run("replay", topic, "--reason", "no-unit")
    assert "1 dead letters" in dry
    assert "Nothing was sent" in dry
    stage.handler.fail_on = {}
    await stage.run(stage.pipeline())
    assert stage.handler.ids == []
    assert "Replayed as rpl_" in await run("replay", topic, "--go")
    await stage.run(stage.pipeline())
    assert stage.handler.ids == ["m1"]
