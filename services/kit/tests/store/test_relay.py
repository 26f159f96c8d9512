"""The outbox relay: nothing lost, in order per key, whatever is down."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from aftercare.kit.clock import FixedClock
from aftercare.kit.messaging.observer import Observer
from aftercare.kit.messaging.standing import Standing
from aftercare.kit.store import relay as relay_module
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.relay import LOCK_CLASS, Relay
from aftercare.kit.store.transaction import OutboxRow, UnitOfWork
from aftercare.kit.testing.doubles import FakeBroker
from aftercare.kit.testing.waiting import eventually

pytestmark = pytest.mark.real
CLOCK = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
async def engine(database: Any) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database())
    yield engine
    await engine.dispose()


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker()


async def leave(engine: AsyncEngine, *rows: tuple[str, str, str], kick: Any = lambda: None) -> None:
    async with UnitOfWork(engine, CLOCK, "urn:test", kick)() as tx:
        for topic, key, value in rows:
            tx.publish(OutboxRow(topic, key.encode(), value.encode(), {"ce_id": value}))


async def pending(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int(await connection.scalar(text("select count(*) from outbox")) or 0)


async def test_what_is_published_is_gone_from_the_outbox_and_in_order(engine: AsyncEngine, broker: FakeBroker) -> None:
    await leave(engine, *(("t", f"k{n % 3}", str(n)) for n in range(30)))
    await Relay(engine, broker, CLOCK).publish_some()
    assert [row.value for row in broker.rows] == [str(n).encode() for n in range(30)]
    assert broker.rows[0].headers == (("ce_id", b"0"),)
    assert await pending(engine) == 0


async def test_a_kick_publishes_at_once(
    engine: AsyncEngine, broker: FakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "SWEEP_SECONDS", 3600.0)
    relay = Relay(engine, broker, CLOCK)
    task = asyncio.create_task(relay.run())
    await leave(engine, ("t", "k", "1"), kick=relay.kick)
    await eventually(lambda: broker.rows)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert broker.closed


async def test_a_sweep_finds_what_a_crash_left(
    engine: AsyncEngine, broker: FakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "SWEEP_SECONDS", 0.01)
    await leave(engine, ("t", "k", "1"))
    task = asyncio.create_task(Relay(engine, broker, CLOCK).run())
    await eventually(lambda: broker.rows)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_broker_that_is_down_costs_nothing_but_time(
    engine: AsyncEngine, broker: FakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "SWEEP_SECONDS", 0.01)
    monkeypatch.setattr("aftercare.kit.store.relay.Backoff.delay", lambda _: 0.0)
    broker.down = True
    standing = Standing()
    await leave(engine, ("t", "k", "1"), ("t", "k", "2"))
    task = asyncio.create_task(Relay(engine, broker, CLOCK, None, standing).run())
    await eventually(lambda: not standing.ready)
    assert standing.reasons == {"relay": "waits: ConnectionError"}
    assert await pending(engine) == 2
    broker.down = False
    await eventually(lambda: standing.ready)
    assert [row.value for row in broker.rows] == [b"1", b"2"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_topic_that_refuses_holds_up_itself_alone(engine: AsyncEngine, broker: FakeBroker) -> None:
    broker.refusing = {"closed"}
    relay = Relay(engine, broker, CLOCK)
    await leave(engine, ("closed", "k", "1"), ("open", "k", "2"))
    await relay.publish_some()
    await leave(engine, ("open", "k", "3"))
    await relay.publish_some()
    assert [row.value for row in broker.rows] == [b"2", b"3"]
    assert await pending(engine) == 1


async def test_a_shard_in_another_process_hands_is_left_alone(engine: AsyncEngine, broker: FakeBroker) -> None:
    await leave(engine, ("t", "k", "1"))
    async with engine.begin() as other:
        shard = await other.scalar(text("select shard from outbox"))
        await other.execute(text("select pg_advisory_xact_lock(:c, :s)"), {"c": LOCK_CLASS, "s": shard})
        assert await Relay(engine, broker, CLOCK).publish_some() == 0
    assert await Relay(engine, broker, CLOCK).publish_some() == 1


async def test_rows_in_a_shard_of_another_process_go_out_soon_after_it_lets_go(
    engine: AsyncEngine, broker: FakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "SWEEP_SECONDS", 3600.0)
    relay = Relay(engine, broker, CLOCK)
    async with engine.begin() as other:
        await leave(engine, ("t", "k", "1"))
        shard = await other.scalar(text("select shard from outbox"))
        await other.execute(text("select pg_advisory_xact_lock(:c, :s)"), {"c": LOCK_CLASS, "s": shard})
        task = asyncio.create_task(relay.run())
        relay.kick()
        await eventually(lambda: relay._busy)
        assert not broker.rows
    await eventually(lambda: broker.rows)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_two_relays_at_once_send_everything_once_and_each_key_in_order(engine: AsyncEngine) -> None:
    broker = FakeBroker()
    for start in range(0, 3000, 500):
        await leave(engine, *(("t", f"k{n % 50}", f"{n:05}") for n in range(start, start + 500)))
    relays = [Relay(engine, broker, CLOCK), Relay(engine, broker, CLOCK)]

    async def drain(relay: Relay) -> None:
        while await pending(engine):
            await relay.publish_some()

    await asyncio.gather(*(drain(relay) for relay in relays))
    assert len(broker.rows) == 3000
    for key in {row.key for row in broker.rows}:
        values = [row.value for row in broker.rows if row.key == key]
        assert values == sorted(values, key=lambda value: value or b"")


async def test_the_gauge_tells_how_much_waits_and_how_long(engine: AsyncEngine, broker: FakeBroker) -> None:
    seen: list[tuple[int, float]] = []

    class Gauge(Observer):
        def outbox(self, pending: int, oldest_age_seconds: float) -> None:
            seen.append((pending, oldest_age_seconds))

    broker.refusing = {"closed"}
    await leave(engine, ("closed", "k", "1"))
    later = FixedClock(datetime(2026, 1, 1, 0, 1, tzinfo=UTC))
    task = asyncio.create_task(Relay(engine, broker, later, Gauge()).run())
    await eventually(lambda: seen)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert seen == [(1, 60.0)]
