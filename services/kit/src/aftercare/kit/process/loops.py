"""Background steps, each in a loop of its own: woken, watched, and never able to take the process down."""

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

from aftercare.kit.backoff import Backoff
from aftercare.kit.clock import SystemClock
from aftercare.kit.health import Health, Trouble
from aftercare.kit.outcome import Halt
from aftercare.kit.telemetry import meters

log = logging.getLogger(__name__)

STUCK_AFTER_SECONDS = 600.0
"""A single step that takes longer will not end any more."""
_LONGEST_BACKOFF = 5.0
_GRACE_SECONDS = 5.0

Step = Callable[[], Awaitable[float]]


class Loop:
    """One step, called again and again: after the delay it asks for, earlier when woken, later after a failure."""

    def __init__(self, name: str, step: Step, seconds: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self.failing: str | None = None
        self.stopping = asyncio.Event()
        self._step = step
        self._seconds = seconds
        self._woken = asyncio.Event()
        self._backoff = Backoff(0.2, _LONGEST_BACKOFF)
        self._busy_since: float | None = None
        self._wall = SystemClock()

    async def run(self) -> None:
        """Until `stop` is called or the task is cancelled."""
        while not self.stopping.is_set():
            self._woken.clear()
            delay = await self._once()
            if delay is None:
                await _within(self._backoff.delay(), self.stopping)
            else:
                await _within(delay, self._woken)

    def wake(self) -> None:
        """Call the step soon. Many wishes while it runs make one more call; a failing step is not hurried."""
        self._woken.set()

    def stop(self) -> None:
        """Let the step that runs come to its end, and call none after it."""
        self.stopping.set()
        self._woken.set()

    def trouble(self) -> Trouble:
        """What the step last failed with, for `/readyz`."""
        return f"failing: {self.failing}" if self.failing else None

    def stuck(self) -> Trouble:
        """Whether the step that runs has been running for too long, for `/healthz`."""
        if self._busy_since is not None and self._seconds() - self._busy_since > STUCK_AFTER_SECONDS:
            return "makes no progress"
        return None

    async def _once(self) -> float | None:
        self._busy_since = self._seconds()
        try:
            delay = await self._step()
        except Exception as error:  # noqa: BLE001 - a step must never end its loop; its type is counted and shown
            self._failed(error)
            return None
        finally:
            self._busy_since = None
        if self.failing:
            log.info("step %s works again", self.name)
        self.failing = None
        self._backoff.reset()
        meters.record_background_success(self.name, self._wall.now().timestamp())
        return delay

    def _failed(self, error: Exception) -> None:
        kind = f"halted ({error})" if isinstance(error, Halt) else type(error).__name__
        if self.failing != kind:
            log.warning("step %s failed: %s", self.name, type(error).__name__, exc_info=error)
        self.failing = kind
        meters.record_background_failure(self.name, type(error).__name__)


class Loops:
    """All loops of a process. Made inside the running event loop."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._loops: dict[str, Loop] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._wakers: dict[str, Callable[[], None]] = {}
        self._event_loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()

    def start(self, steps: Iterable[tuple[str, Step]]) -> None:
        """Run each step in a loop of its own. Raises `ValueError` when two have the same name."""
        for name, step in steps:
            loop = Loop(name, step)
            self._add(name, loop.run, loop.wake)
            self._loops[name] = loop
            self._health.vitals[name] = loop.stuck
            self._health.notes[name] = loop.trouble

    def keep(self, name: str, run: Callable[[], Awaitable[None]], wake: Callable[[], None] = lambda: None) -> None:
        """Keep something running that has a loop of its own. Should it ever end, it is started again."""
        self._add(name, lambda: self._forever(name, run), wake)

    def wake(self, name: str) -> None:
        """Wake a loop, from any thread. A name that this process doesn't run is fine: the other process does."""
        waker = self._wakers.get(name)
        if waker is None:
            return
        if threading.get_ident() == self._thread:
            waker()
        else:
            self._event_loop.call_soon_threadsafe(waker)

    async def stop(self) -> None:
        """Let running steps end for a moment, then cancel what is left."""
        for loop in self._loops.values():
            loop.stop()
        steps = [task for task in self._tasks if task.get_name() in self._loops]
        if steps:
            await asyncio.wait(steps, timeout=_GRACE_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _add(self, name: str, run: Callable[[], Coroutine[Any, Any, None]], wake: Callable[[], None]) -> None:
        if name in self._wakers:
            raise ValueError(f"two background steps are named {name}")
        self._wakers[name] = wake
        self._tasks.append(asyncio.create_task(run(), name=name))

    async def _forever(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        backoff = Backoff(0.2, _LONGEST_BACKOFF)
        while True:
            try:
                await run()
            except Exception as error:  # it gets another life
                log.error("%s ended: %s", name, type(error).__name__, exc_info=error)  # noqa: TRY400 - opaque format
                meters.record_background_failure(name, type(error).__name__)
                self._health.standing.troubled(name, f"ended: {type(error).__name__}")
            await asyncio.sleep(backoff.delay())


async def _within(seconds: float, event: asyncio.Event) -> None:
    """Wait for `event`, `seconds` at most; give way to others even when there is nothing to wait for."""
    await asyncio.sleep(0)
    try:
        async with asyncio.timeout(max(seconds, 0.0)):
            await event.wait()
    except TimeoutError:
        return
