"""Timers: never early, never lost, none held up by another's failure."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from aftercare.kit.clock import FileClock, FixedClock, SystemClock
from aftercare.kit.messaging.observer import Observer
from aftercare.kit.service import DueTimer
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.timers import Timers
from aftercare.kit.store.transaction import Transaction, UnitOfWork
from aftercare.kit.store.wakeups import Wakeups
from aftercare.kit.testing.waiting import eventually

pytestmark = pytest.mark.real
START = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Noting(Observer):
    def __init__(self) -> None:
        self.late: list[tuple[str, float]] = []
        self.failed: list[tuple[str, str]] = []
        self.unknown: list[tuple[str, int]] = []

    def timer_fired(self, kind: str, lateness_seconds: float) -> None:
        self.late.append((kind, lateness_seconds))

    def timer_failed(self, kind: str, error_type: str) -> None:
        self.failed.append((kind, error_type))

    def timers_unknown(self, kind: str, count: int) -> None:
        self.unknown.append((kind, count))


class Fired:
    def __init__(self) -> None:
        self.owners: list[str] = []
        self.moments: list[datetime] = []
        self.any = asyncio.Event()
        self.failing: set[str] = set()

    async def __call__(self, tx: Transaction, due: Sequence[DueTimer]) -> None:
        if self.failing & {timer.owner for timer in due}:
            raise KeyError("a name that must not be logged")
        self.owners.extend(timer.owner for timer in due)
        self.moments.append(tx.now)
        self.any.set()


@pytest.fixture
def url(database: Any) -> str:
    return str(database())


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(url)
    yield engine
    await engine.dispose()


async def set_timers(unit_of_work: UnitOfWork, *timers: tuple[str, datetime], kind: str = "ask") -> None:
    async with unit_of_work() as tx:
        for owner, due_at in timers:
            tx.set_timer(owner, kind, due_at, {"n": 1})


async def left(engine: AsyncEngine) -> list[tuple[str, datetime]]:
    async with engine.connect() as connection:
        rows = await connection.execute(text("select owner, due_at from timer order by owner"))
        return [(row.owner, row.due_at) for row in rows]


async def test_timers_fire_in_order_of_their_instants_and_never_early(engine: AsyncEngine) -> None:
    clock, fired, noting = FixedClock(START), Fired(), Noting()
    unit_of_work = UnitOfWork(engine, clock, "urn:test")
    timers = Timers(unit_of_work, {"ask": fired}, noting)
    soon, later = START + timedelta(minutes=1), START + timedelta(minutes=2)
    await set_timers(unit_of_work, ("b", later), ("a", soon), ("c", later + timedelta(microseconds=1)))
    assert await timers.fire_due() == 0
    clock.set(soon - timedelta(microseconds=1))
    assert await timers.fire_due() == 0
    clock.set(later)
    assert await timers.fire_due() == 2
    assert fired.owners == ["a", "b"]
    assert noting.late == [("ask", 60.0), ("ask", 0.0)]
    assert await left(engine) == [("c", later + timedelta(microseconds=1))]


async def test_a_failing_timer_holds_up_nobody_and_is_kept_with_its_instant(engine: AsyncEngine) -> None:
    clock, fired, noting = FixedClock(START), Fired(), Noting()
    unit_of_work = UnitOfWork(engine, clock, "urn:test")
    timers = Timers(unit_of_work, {"ask": fired}, noting)
    fired.failing = {"b"}
    await set_timers(unit_of_work, *((owner, START) for owner in "abcd"))
    assert await timers.fire_due() == 3
    assert sorted(fired.owners) == ["a", "c", "d"]
    assert noting.failed == [("ask", "KeyError")]
    assert await left(engine) == [("b", START)]
    assert await timers.fire_due() == 0  # it rests
    fired.failing = set()
    assert await Timers(unit_of_work, {"ask": fired}).fire_due() == 1  # another replica, or later


async def test_a_handler_may_set_the_timer_that_fired_again(engine: AsyncEngine) -> None:
    clock = FixedClock(START)
    unit_of_work = UnitOfWork(engine, clock, "urn:test")

    async def again(tx: Transaction, due: Sequence[DueTimer]) -> None:
        for timer in due:
            tx.set_timer(timer.owner, timer.kind, tx.now + timedelta(hours=1), timer.payload)

    await set_timers(unit_of_work, ("a", START))
    assert await Timers(unit_of_work, {"ask": again}).fire_due() == 1
    assert await left(engine) == [("a", START + timedelta(hours=1))]


async def test_two_replicas_share_a_burst_and_fire_each_timer_once(engine: AsyncEngine) -> None:
    unit_of_work = UnitOfWork(engine, FixedClock(START), "urn:test")
    fired = Fired()
    await set_timers(unit_of_work, *((f"o{n}", START) for n in range(900)))
    counts = await asyncio.gather(*(Timers(unit_of_work, {"ask": fired}).fire_due() for _ in range(2)))
    assert sum(counts) == 900
    assert len(set(fired.owners)) == len(fired.owners) == 900


async def test_a_kind_that_nobody_handles_is_kept_and_reported(engine: AsyncEngine) -> None:
    unit_of_work, noting = UnitOfWork(engine, FixedClock(START), "urn:test"), Noting()
    await set_timers(unit_of_work, ("a", START), kind="from-a-newer-release")
    timers = Timers(unit_of_work, {"ask": Fired()}, noting)
    task = asyncio.create_task(timers.run())
    await eventually(lambda: noting.unknown)
    task.cancel()
    assert noting.unknown == [("from-a-newer-release", 1)]
    assert len(await left(engine)) == 1


async def test_a_timer_set_by_another_process_wakes_the_loop(url: str, engine: AsyncEngine) -> None:
    clock = SystemClock()
    unit_of_work, fired, noting = UnitOfWork(engine, clock, "urn:test"), Fired(), Noting()
    timers = Timers(unit_of_work, {"ask": fired}, noting)
    listening = asyncio.Event()

    def wake(heard: str) -> None:
        listening.set()
        timers.wake(heard)

    tasks = [asyncio.create_task(timers.run()), asyncio.create_task(Wakeups(url, wake).run())]
    await listening.wait()
    due = clock.now() + timedelta(milliseconds=150)
    await set_timers(UnitOfWork(engine, clock, "urn:other"), ("a", due))
    await eventually(lambda: noting.late)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert fired.moments[0] >= due
    assert noting.late[0][1] < 1.0


async def test_a_shared_test_clock_moves_the_loop(tmp_path: Path, engine: AsyncEngine) -> None:
    clock, fired = FileClock(tmp_path / "clock"), Fired()
    clock.set(START)
    unit_of_work = UnitOfWork(engine, clock, "urn:test")
    await set_timers(unit_of_work, ("a", START + timedelta(days=30)))
    task = asyncio.create_task(Timers(unit_of_work, {"ask": fired}).run())
    clock.advance(timedelta(days=30))
    await fired.any.wait()
    task.cancel()
    assert fired.moments == [START + timedelta(days=30)]


async def test_a_timer_that_is_due_after_the_next_look_wakes_nobody(url: str, engine: AsyncEngine) -> None:
    clock, looks, heard = SystemClock(), 0, list[str]()
    unit_of_work = UnitOfWork(engine, clock, "urn:test")
    await set_timers(unit_of_work, ("first", clock.now() + timedelta(seconds=20)))

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def count(*_: Any) -> None:
        nonlocal looks
        looks += 1

    timers = Timers(unit_of_work, {"ask": Fired()})

    def wake(payload: str) -> None:
        heard.append(payload)
        timers.wake(payload)

    tasks = [asyncio.create_task(timers.run()), asyncio.create_task(Wakeups(url, wake).run())]
    await eventually(lambda: heard and timers._asleep_until)
    asleep, other = looks, UnitOfWork(create_engine(url), clock, "urn:other")
    await set_timers(other, ("later", clock.now() + timedelta(hours=1)))
    await eventually(lambda: len(heard) == 2)
    assert looks == asleep
    await set_timers(other, ("sooner", clock.now() + timedelta(seconds=10)))
    await eventually(lambda: looks > asleep)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await other.engine.dispose()
