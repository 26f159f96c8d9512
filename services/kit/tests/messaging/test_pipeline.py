"""The pipeline on real Postgres: what is promised when messages repeat, break, or meet a broken database."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asyncpg import UniqueViolationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from aftercare.kit.clock import FixedClock
from aftercare.kit.messaging.codec import typed
from aftercare.kit.messaging.consumer import Consumer, Received, Record
from aftercare.kit.messaging.pipeline import Pipeline
from aftercare.kit.outcome import Halt, InvalidMessage, Retryable
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.transaction import Transaction, UnitOfWork
from aftercare.kit.testing.doubles import CountingObserver, RecordingHandler
from aftercare.kit.testing.waiting import eventually

pytestmark = pytest.mark.real
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


class NotReadableError(ValueError):
    pass


def read(message_type: str, data: bytes | None, key: str | None) -> dict[str, Any] | None:
    if message_type != "test.v1":
        return None
    body: dict[str, Any] = json.loads(data or b"null")
    if "broken" in body:
        raise NotReadableError("body: broken")
    return body


def record(offset: int, message_id: str | None = None, **more: Any) -> Record:
    headers = {"ce_specversion": "1.0", "ce_id": message_id or f"m{offset}", "ce_source": "urn:t", "ce_type": "test.v1"}
    headers |= more.pop("headers", {})
    return Record(
        topic="t",
        partition=more.pop("partition", 0),
        offset=offset,
        key=b"k",
        value=json.dumps(more).encode(),
        headers=tuple((name, value.encode()) for name, value in headers.items()),
    )


@pytest.fixture
async def engine(database: Any) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database())
    yield engine
    await engine.dispose()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aftercare.kit.messaging.pipeline.Backoff.delay", lambda _: 0.0)


@pytest.fixture
def counting() -> CountingObserver:
    return CountingObserver()


@pytest.fixture
def build(engine: AsyncEngine, counting: CountingObserver) -> Any:
    def build(handle: Any, **more: Any) -> Pipeline:
        consumer: Consumer[Any] = Consumer("c", "t", typed(read, NotReadableError), handle, **more)
        return Pipeline(consumer, UnitOfWork(engine, FixedClock(NOW), "urn:test"), "svc", counting)

    return build


async def rows(engine: AsyncEngine, query: str) -> list[Any]:
    async with engine.connect() as connection:
        return list((await connection.execute(text(query))).all())


async def letters(engine: AsyncEngine) -> list[Any]:
    return await rows(engine, "select topic, key, value, headers from outbox order by id")


async def test_each_message_is_handled_once_however_often_it_comes(build: Any, counting: CountingObserver) -> None:
    handler = RecordingHandler()
    pipeline = build(handler)
    await pipeline.handle_batch([record(0, "a"), record(1, "b"), record(2, "a")])
    await pipeline.handle_batch([record(1, "b"), record(3, "c")])
    assert handler.ids == ["a", "b", "c"]
    assert counting.known == 2


class Probe(dict[str, Any]):
    def probe_began(self) -> datetime | None:
        return NOW - timedelta(seconds=7) if "synthetic" in self else None


async def test_the_way_of_a_synthetic_message_is_measured_once_and_that_of_no_other(
    engine: AsyncEngine, counting: CountingObserver
) -> None:
    decode = typed(lambda *asked: Probe(read(*asked) or {}), NotReadableError)
    consumer: Consumer[Any] = Consumer("c", "t", decode, RecordingHandler())
    pipeline = Pipeline(consumer, UnitOfWork(engine, FixedClock(NOW), "urn:test"), "svc", counting)
    await pipeline.handle_batch([record(0), record(1, synthetic=True), record(1, synthetic=True)])
    (seconds,) = counting.probes
    assert 7 <= seconds < 60


async def test_a_record_that_cannot_be_read_becomes_a_dead_letter_and_its_neighbours_are_handled(
    build: Any, engine: AsyncEngine
) -> None:
    handler = RecordingHandler()
    garbage = Record("t", 0, 1, b"gk", b"\x00\xffgarbage", (("x-odd", b"\xff"), ("x-fine", b"yes")))
    pipeline = build(handler)
    await pipeline.handle_batch([record(0), garbage, record(2, broken=1), record(3)])
    await pipeline.handle_batch([garbage])
    assert handler.ids == ["m0", "m3"]
    first, second = await letters(engine)
    assert (first.topic, bytes(first.key), bytes(first.value)) == ("t.dlq", b"gk", b"\x00\xffgarbage")
    assert first.headers["x-dead-letter-reason"] == "not-json"
    assert first.headers["x-fine"] == "yes"
    assert second.headers["x-dead-letter-reason"] == "unreadable"
    assert second.headers["x-dead-letter-detail"] == "body: broken"


async def test_a_dead_letter_says_everything_about_its_origin(build: Any, engine: AsyncEngine) -> None:
    pipeline = build(RecordingHandler(fail_on={"m7": InvalidMessage("unknown-unit", "unit is not in the pack")}))
    await pipeline.handle_batch([record(6), record(7, partition=3), record(8)])
    (letter,) = await letters(engine)
    stated = {n.removeprefix("x-dead-letter-"): v for n, v in letter.headers.items() if n.startswith("x-dead-letter-")}
    assert stated == {
        "reason": "unknown-unit",
        "detail": "unit is not in the pack",
        "topic": "t",
        "partition": "3",
        "offset": "7",
        "consumer": "c",
        "attempts": "1",
        "error-type": "InvalidMessage",
        "first-failed-at": "2026-01-01T12:00:00Z",
        "service": "svc",
    }
    assert letter.headers["ce_id"] == "m7"


async def test_one_invalid_message_in_a_batch_rolls_back_nobody_else(build: Any, engine: AsyncEngine) -> None:
    handler = RecordingHandler(fail_on={"m3": InvalidMessage("no"), "m8": InvalidMessage("no")})
    await build(handler).handle_batch([record(n) for n in range(10)])
    assert handler.ids == [f"m{n}" for n in range(10) if n not in (3, 8)]
    assert len(await letters(engine)) == 2


async def test_a_row_that_breaks_a_rule_of_the_data_is_put_aside_alone(build: Any, engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("create table effect (id text primary key, n smallint check (n < 5))"))

    async def handle(tx: Transaction, batch: Sequence[Received[Any]]) -> None:
        for received in batch:
            await tx.connection.execute(
                text("insert into effect values (:id, cast(:n as smallint))"),
                {"id": received.id, "n": received.message["n"]},
            )

    await build(handle).handle_batch([record(0, n=1), record(1, n=9), record(2, n=99999), record(3, n=2)])
    assert [row.id for row in await rows(engine, "select id from effect order by id")] == ["m0", "m3"]
    details = [letter.headers["x-dead-letter-detail"] for letter in await letters(engine)]
    assert details == ["SQLSTATE 23514", "SQLSTATE 22000"]


async def test_a_row_that_met_another_being_written_is_no_dead_letter(build: Any, engine: AsyncEngine) -> None:
    clashes = [IntegrityError("", {}, UniqueViolationError("clash"))]

    async def handle(tx: Transaction, batch: Sequence[Received[Any]]) -> None:
        if clashes:
            raise clashes.pop()

    await build(handle).handle_batch([record(0)])
    assert await letters(engine) == []
    assert len(await rows(engine, "select 1 from inbox")) == 1


async def test_what_is_down_outside_holds_the_batch_until_it_is_back(build: Any, counting: CountingObserver) -> None:
    troubles: list[Exception] = [Retryable("directory"), ConnectionError(), OSError()]
    handled: list[str] = []
    seen: list[bool] = []

    async def handle(tx: Transaction, batch: Sequence[Received[Any]]) -> None:
        if troubles:
            raise troubles.pop(0)
        seen.append(pipeline.standing.ready)
        handled.extend(received.id for received in batch)

    pipeline = build(handle)
    await pipeline.handle_batch([record(0), record(1)])
    assert handled == ["m0", "m1"]
    assert counting.retries == ["Retryable", "ConnectionError", "OSError"]
    assert seen == [False]
    assert pipeline.standing.ready


async def test_halt_commits_nothing_and_stays(build: Any, engine: AsyncEngine, counting: CountingObserver) -> None:
    pipeline = build(RecordingHandler(fail_on={"m1": Halt("keys-missing")}))
    work = asyncio.create_task(pipeline.handle_batch([record(0), record(1)]))
    await eventually(lambda: counting.halts)
    assert not work.done()
    assert pipeline.standing.reasons == {"c": "halted: keys-missing"}
    assert await rows(engine, "select 1 from inbox") == []
    work.cancel()


async def test_a_dead_letter_that_cannot_be_stored_halts(
    build: Any, engine: AsyncEngine, counting: CountingObserver
) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("alter table outbox add constraint no_letters check (topic not like '%.dlq')"))
    pipeline = build(RecordingHandler(fail_on={"m1": InvalidMessage("no")}))
    work = asyncio.create_task(pipeline.handle_batch([record(0), record(1)]))
    await eventually(lambda: counting.halts)
    assert counting.halts == ["dead-letter-not-stored:IntegrityError"]
    assert [row.id for row in await rows(engine, "select id from inbox")] == ["m0"]
    work.cancel()


async def test_a_message_that_trips_our_own_code_is_tried_three_times_then_put_aside(
    build: Any, engine: AsyncEngine, counting: CountingObserver
) -> None:
    handler = RecordingHandler(fail_on={"m1": KeyError("secret name")})
    await build(handler).handle_batch([record(0), record(1), record(2)])
    assert handler.ids == ["m0", "m2"]
    assert counting.retries == ["KeyError", "KeyError"]
    (letter,) = await letters(engine)
    assert letter.headers["x-dead-letter-attempts"] == "3"
    assert letter.headers["x-dead-letter-error-type"] == "KeyError"
    assert "secret" not in json.dumps(letter.headers)


async def test_code_that_fails_for_every_message_halts_instead_of_emptying_the_topic(
    build: Any, engine: AsyncEngine, counting: CountingObserver
) -> None:
    pipeline = build(RecordingHandler(fail_on={f"m{n}": KeyError() for n in range(100)}))
    work = asyncio.create_task(pipeline.handle_batch([record(n) for n in range(100)]))
    await eventually(lambda: counting.halts)
    assert counting.halts == ["handler-fails-in-a-row:KeyError"]
    assert len(await letters(engine)) == 19
    work.cancel()


async def test_messages_of_an_unknown_type_are_skipped_and_counted(build: Any, counting: CountingObserver) -> None:
    handler = RecordingHandler()
    await build(handler).handle_batch([record(0, headers={"ce_type": "test.v2"}), record(1)])
    assert handler.ids == ["m1"]
    assert counting.unknown == 1


async def test_a_replayed_message_is_not_taken_for_a_duplicate(build: Any) -> None:
    handler = RecordingHandler()
    pipeline = build(handler)
    again = record(1, "a", headers={"x-replay-attempt": "1"})
    await pipeline.handle_batch([record(0, "a")])
    await pipeline.handle_batch([again, again])
    assert handler.ids == ["a", "a"]


async def test_a_replay_meant_for_another_consumer_is_a_duplicate_here(build: Any, counting: CountingObserver) -> None:
    handler = RecordingHandler()
    pipeline = build(handler)
    meant_for = {"x-replay-attempt": "1", "x-replay-for": "other/consumer"}
    await pipeline.handle_batch([record(0, "a")])
    await pipeline.handle_batch([record(1, "a", headers=meant_for)])
    await pipeline.handle_batch([record(2, "a", headers=meant_for | {"x-replay-for": "svc/c"})])
    assert handler.ids == ["a", "a"]
    assert counting.known == 1


async def test_where_the_service_keeps_the_bytes_the_dead_letter_carries_a_hash(
    build: Any, engine: AsyncEngine
) -> None:
    named = Record("t", 0, 5, b"Jane Doe", b'{"name": "Jane Doe"}', (("from", b"Jane Doe"),))
    await build(RecordingHandler(), keeps_bytes=True).handle_batch([named])
    (letter,) = await letters(engine)
    assert bytes(letter.key) == b"t/0/5"
    assert letter.headers["x-dead-letter-sha256"] == hashlib.sha256(named.value or b"").hexdigest()
    assert b"Jane" not in bytes(letter.value)
    assert "Jane" not in json.dumps(letter.headers)


class ProcessKilled(BaseException):
    """Stands for a `kill -9` in mid-handling: nothing of ours catches it, no transaction ends well."""


async def test_a_record_that_kills_the_process_is_parked_after_three_deliveries(
    build: Any, engine: AsyncEngine
) -> None:
    handled: list[str] = []

    async def handle(tx: Transaction, batch: Sequence[Received[Any]]) -> None:
        if any(received.id == "m2" for received in batch):
            raise ProcessKilled
        handled.extend(received.id for received in batch)

    batch = [record(n) for n in range(5)]
    for _ in range(3):
        with pytest.raises(ProcessKilled):
            await build(handle).handle_batch(batch)
    await build(handle).handle_batch(batch)
    assert sorted(handled) == ["m0", "m1", "m3", "m4"]
    (letter,) = await letters(engine)
    assert letter.headers["x-dead-letter-reason"] == "kills-the-process"
    assert letter.headers["x-dead-letter-offset"] == "2"
    assert letter.headers["x-dead-letter-attempts"] == "3"
    assert await rows(engine, "select 1 from delivery_attempt") == []


async def test_an_outage_during_suspicion_is_not_counted_as_a_delivery(build: Any, engine: AsyncEngine) -> None:
    troubles: list[Exception] = [ConnectionError() for _ in range(5)]

    async def handle(tx: Transaction, batch: Sequence[Received[Any]]) -> None:
        if troubles:
            raise troubles.pop()

    await build(handle).handle_batch([record(0)])
    assert await letters(engine) == []
    assert len(await rows(engine, "select 1 from inbox")) == 1


async def test_only_the_first_records_after_a_start_are_suspect(build: Any, engine: AsyncEngine) -> None:
    marks: list[int] = []

    async def handle(tx: Transaction, batch: Sequence[Received[Any]]) -> None:
        marks.append(len(await rows(engine, "select 1 from delivery_attempt")))

    pipeline = build(handle)
    await pipeline.handle_batch([record(n) for n in range(500)])
    await pipeline.handle_batch([record(n) for n in range(500, 510)])
    pipeline.forget_partitions([("t", 0)])
    await pipeline.handle_batch([record(510)])
    assert marks == [500, 0, 1]
