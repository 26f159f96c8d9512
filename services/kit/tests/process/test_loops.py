"""Background steps: woken early, backed off when failing, watched, stopped without being cut."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from aftercare.kit.health import Health
from aftercare.kit.outcome import Halt
from aftercare.kit.process.loops import STUCK_AFTER_SECONDS, Loop, Loops
from aftercare.kit.telemetry.opaque import assert_log_is_opaque


class Counting:
    """A step that can be told to fail or to hang."""

    def __init__(self, delay: float = 3600) -> None:
        self.calls = 0
        self.delay = delay
        self.error: Exception | None = None
        self.hang = asyncio.Event()
        self.hang.set()
        self._called = asyncio.Queue[int]()

    async def step(self) -> float:
        self.calls += 1
        self._called.put_nowait(self.calls)
        await self.hang.wait()
        if self.error is not None:
            raise self.error
        return self.delay

    async def next_call(self) -> None:
        """The next call that nobody has waited for yet."""
        async with asyncio.timeout(5):
            await self._called.get()


@pytest.fixture
async def health() -> Health:
    return Health("example", "api")


@pytest.fixture
async def loops(health: Health) -> AsyncIterator[Loops]:
    made = Loops(health)
    yield made
    await made.stop()


async def test_a_step_is_called_at_once_and_again_after_its_delay(loops: Loops) -> None:
    work = Counting(delay=0.01)
    loops.start([("work", work.step)])
    for _ in range(3):
        await work.next_call()
    assert work.calls >= 3


async def test_a_step_that_asks_for_no_delay_lets_others_run(loops: Loops) -> None:
    eager, other = Counting(delay=0), Counting(delay=0)
    loops.start([("eager", eager.step), ("other", other.step)])
    await eager.next_call()
    await other.next_call()


async def test_waking_calls_it_early_and_many_wishes_make_one_call(loops: Loops) -> None:
    work = Counting()
    loops.start([("work", work.step)])
    await work.next_call()
    for _ in range(10):
        loops.wake("work")
    await work.next_call()
    await asyncio.sleep(0)
    assert work.calls == 2


async def test_a_wish_while_it_runs_is_not_lost(loops: Loops) -> None:
    work = Counting()
    work.hang.clear()
    loops.start([("work", work.step)])
    await work.next_call()
    loops.wake("work")
    work.hang.set()
    await work.next_call()


async def test_it_can_be_woken_from_another_thread(loops: Loops) -> None:
    work = Counting()
    loops.start([("work", work.step)])
    await work.next_call()
    await asyncio.to_thread(loops.wake, "work")
    await work.next_call()


async def test_waking_what_the_other_process_runs_is_fine(loops: Loops) -> None:
    loops.wake("not here")


async def test_an_exception_is_backed_off_counted_shown_and_its_text_is_written_nowhere(
    loops: Loops, health: Health, caplog: pytest.LogCaptureFixture
) -> None:
    work = Counting()
    work.error = ValueError("jo.doe@example.org")
    with caplog.at_level(logging.INFO):
        loops.start([("work", work.step)])
        await work.next_call()
        await work.next_call()
        readiness = await health.readiness()
        assert readiness.ready
        assert readiness.notes == {"work": "failing: ValueError"}
        assert health.liveness() == {}
        work.error, work.delay = None, 0.01
        await work.next_call()
        await work.next_call()
        await work.next_call()
    assert (await health.readiness()).notes == {}
    assert_log_is_opaque(caplog.records, {"work"})
    assert [record.getMessage() for record in caplog.records if record.name.endswith("loops")] == [
        "step work failed: ValueError",
        "step work works again",
    ]


async def test_a_failing_step_is_not_hurried_by_wishes(loops: Loops) -> None:
    work = Counting()
    work.error = OSError()
    loops.start([("work", work.step)])
    await work.next_call()
    for _ in range(20):
        loops.wake("work")
        await asyncio.sleep(0)
    assert work.calls == 1


async def test_a_halted_step_says_why(loops: Loops, health: Health) -> None:
    work = Counting()
    work.error = Halt("dead-letter-refused")
    loops.start([("work", work.step)])
    await work.next_call()
    await work.next_call()
    assert (await health.readiness()).notes == {"work": "failing: halted (dead-letter-refused)"}


async def test_a_step_that_never_ends_makes_the_process_dead() -> None:
    now = [0.0]
    work = Counting()
    work.hang.clear()
    loop = Loop("work", work.step, seconds=lambda: now[0])
    task = asyncio.create_task(loop.run())
    await work.next_call()
    assert loop.stuck() is None
    now[0] = STUCK_AFTER_SECONDS + 1
    assert loop.stuck() == "makes no progress"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_stopping_lets_the_step_in_hand_end(health: Health) -> None:
    loops, work = Loops(health), Counting()
    work.hang.clear()
    loops.start([("work", work.step)])
    await work.next_call()
    stopping = asyncio.create_task(loops.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    work.hang.set()
    await stopping
    assert work.calls == 1


async def test_what_should_run_for_ever_is_started_again_when_it_ends(loops: Loops, health: Health) -> None:
    starts = asyncio.Queue[int]()

    async def run() -> None:
        starts.put_nowait(1)
        raise KeyError("someone")

    loops.keep("engine", run)
    async with asyncio.timeout(5):
        await starts.get()
        await starts.get()
    assert (await health.readiness()).reasons == {"engine": "ended: KeyError"}


async def test_two_steps_of_the_same_name_are_a_mistake(loops: Loops) -> None:
    loops.start([("work", Counting().step)])
    with pytest.raises(ValueError, match="work"):
        loops.start([("work", Counting().step)])
