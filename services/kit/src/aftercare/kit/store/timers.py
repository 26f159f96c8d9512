"""The timer loop: hands due timers to the service, never early, each once in effect.

Any replica may claim a timer (`FOR UPDATE SKIP LOCKED`); it is deleted in the transaction that handles it.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import text

from aftercare.kit.backoff import Backoff
from aftercare.kit.clock import SystemClock
from aftercare.kit.messaging.observer import Observer
from aftercare.kit.messaging.standing import Standing
from aftercare.kit.outcome import Retryable
from aftercare.kit.service import DueTimer, TimerHandler
from aftercare.kit.store.failures import database_at_fault
from aftercare.kit.store.transaction import Transaction, UnitOfWork

log = logging.getLogger(__name__)

CLAIM_SIZE = 200
LONGEST_SLEEP_SECONDS = 30.0
TEST_CLOCK_POLL_SECONDS = 0.05
CLAIMED_ELSEWHERE_SECONDS = 0.02
"""How soon to look again when a due timer is in another replica's hands this very moment."""
LONGEST_REST_SECONDS = 300.0
UNKNOWN_EVERY_SECONDS = 60.0


class Timers:
    """Runs in every `api` process of a service."""

    def __init__(
        self,
        unit_of_work: UnitOfWork,
        handlers: Mapping[str, TimerHandler],
        observer: Observer | None = None,
        standing: Standing | None = None,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = unit_of_work.clock
        self._handlers = dict(handlers)
        self._observer = observer or Observer()
        self._standing = standing or Standing()
        self._woken = asyncio.Event()
        self._resting: dict[int, tuple[Backoff, float]] = {}
        """Timers whose handler failed, by id: their next try in loop time. Their due instant stays what it was."""
        self._looked_for_unknown = float("-inf")
        self._asleep_until: datetime | None = None
        """When the next look is due at the latest; `None` while looking, or while nobody can say."""

    def wake(self, due: str = "") -> None:
        """A timer was set or moved, to `due` in seconds since 1970 if that is known. For `Wakeups`.

        What is due later than the next look anyway wakes nobody.
        """
        if not due or self._asleep_until is None or float(due) < self._asleep_until.timestamp():
            self._woken.set()

    async def run(self) -> None:
        """Fire timers until cancelled. A failing handler holds up nobody else's timer."""
        backoff = Backoff()
        while True:
            self._woken.clear()
            self._asleep_until = None
            try:
                await self.fire_due()
                await self._report_unknown()
                next_due = await self._next_due()
            except Exception as error:  # noqa: BLE001 # database down: timers stay, and so do we
                name = type(error).__name__
                self._standing.troubled("timers", f"waits: {name}")
                log.warning("timers: %s, trying again soon; no timer is lost", name)
                await asyncio.sleep(backoff.delay())
            else:
                backoff.reset()
                self._standing.fine("timers")
                await self._sleep_until(next_due)

    async def fire_due(self) -> int:
        """Handle everything that is due at this moment, earliest kind first. Returns how many timers fired."""
        fired = 0
        for kind in await self._due_kinds():
            while True:
                claimed, done = await self._fire_batch(kind)
                fired += done
                if claimed < CLAIM_SIZE:
                    break
        return fired

    async def _due_kinds(self) -> list[str]:
        async with self._unit_of_work() as tx:
            rows = await tx.connection.execute(
                _DUE_KINDS, {"now": tx.now, "kinds": list(self._handlers), "resting": self._resting_ids()}
            )
            return list(rows.scalars())

    async def _fire_batch(self, kind: str) -> tuple[int, int]:
        """All due timers of a kind in one transaction; one by one if that fails. Returns (claimed, fired)."""
        ids: list[int] = []
        try:
            async with self._unit_of_work() as tx:
                ids, due = await self._claim(tx, kind, CLAIM_SIZE)
                await self._handle(tx, kind, due)
        except Exception as error:
            if _outage(error) or not ids:
                raise
        else:
            self._fired(kind, due, ids)
            return len(ids), len(ids)
        done = 0
        for timer_id in ids:
            done += await self._fire_one(kind, timer_id)
        return len(ids), done

    async def _fire_one(self, kind: str, timer_id: int) -> int:
        try:
            async with self._unit_of_work() as tx:
                ids, due = await self._claim(tx, kind, 1, only=timer_id)
                await self._handle(tx, kind, due)
        except Exception as error:
            if _outage(error):
                raise
            self._rest(kind, timer_id, error)
            return 0
        self._fired(kind, due, ids)
        return len(ids)

    async def _claim(
        self, tx: Transaction, kind: str, size: int, only: int | None = None
    ) -> tuple[list[int], list[DueTimer]]:
        resting = [] if only is not None else self._resting_ids()
        rows = (
            await tx.connection.execute(
                _CLAIM, {"kind": kind, "now": tx.now, "size": size, "only": only, "resting": resting}
            )
        ).all()
        due = [DueTimer(row.owner, row.kind, row.due_at, row.payload) for row in rows]
        return [row.id for row in rows], due

    async def _handle(self, tx: Transaction, kind: str, due: Sequence[DueTimer]) -> None:
        if due:
            await tx.connection.execute(
                _DELETE, {"owners": [timer.owner for timer in due], "kind": kind}
            )  # before the handler, which may set the same timer again
            await self._handlers[kind](tx, due)

    def _fired(self, kind: str, due: Sequence[DueTimer], ids: Sequence[int]) -> None:
        now = self._clock.now()
        for timer in due:
            self._observer.timer_fired(kind, max(0.0, (now - timer.due_at).total_seconds()))
        for timer_id in ids:
            self._resting.pop(timer_id, None)

    def _rest(self, kind: str, timer_id: int, error: Exception) -> None:
        name = type(error).__name__
        now = asyncio.get_running_loop().time()
        backoff, _ = self._resting.get(timer_id, (Backoff(first=1.0, longest=LONGEST_REST_SECONDS), 0.0))
        seconds = backoff.delay()
        self._resting[timer_id] = (backoff, now + seconds)
        stale = [other for other, (_, until) in self._resting.items() if until < now - 2 * LONGEST_REST_SECONDS]
        for other in stale:  # cancelled in the meantime
            del self._resting[other]
        self._observer.timer_failed(kind, name)
        log.error("timer %s failed with %s; it is kept and tried again in %.0f s", kind, name, seconds, exc_info=error)

    def _resting_ids(self) -> list[int]:
        now = asyncio.get_running_loop().time()
        return [timer_id for timer_id, (_, until) in self._resting.items() if until > now]

    async def _next_due(self) -> datetime | None:
        async with self._unit_of_work() as tx:
            due: datetime | None = await tx.connection.scalar(
                _NEXT_DUE, {"kinds": list(self._handlers), "resting": self._resting_ids()}
            )
        return due

    async def _sleep_until(self, due: datetime | None) -> None:
        """Until the instant, a wake-up, or a while: whatever comes first."""
        self._asleep_until = due
        if isinstance(self._clock, SystemClock):
            seconds = self._seconds_left(due)
            self._asleep_until = self._clock.now() + timedelta(seconds=seconds)
            await self._doze(seconds)
            return
        last_look = asyncio.get_running_loop().time() + self._rest_left(LONGEST_SLEEP_SECONDS)
        while not self._woken.is_set() and asyncio.get_running_loop().time() < last_look:
            await self._doze(TEST_CLOCK_POLL_SECONDS)
            if due is not None and self._clock.now() >= due:
                return

    def _seconds_left(self, due: datetime | None) -> float:
        wait = LONGEST_SLEEP_SECONDS if due is None else (due - self._clock.now()).total_seconds()
        return self._rest_left(min(max(wait, CLAIMED_ELSEWHERE_SECONDS if wait <= 0 else 0.0), LONGEST_SLEEP_SECONDS))

    def _rest_left(self, longest: float) -> float:
        now = asyncio.get_running_loop().time()
        return min([longest, *(until - now for _, until in self._resting.values() if until > now)])

    async def _doze(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    async def _report_unknown(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._looked_for_unknown < UNKNOWN_EVERY_SECONDS:
            return
        self._looked_for_unknown = now
        async with self._unit_of_work() as tx:
            rows = (await tx.connection.execute(_UNKNOWN, {"now": tx.now, "kinds": list(self._handlers)})).all()
        for kind, count in rows:
            self._observer.timers_unknown(kind, count)
            log.error("%d due timers of kind %s: nothing here handles them; they are kept", count, kind)


def _outage(error: Exception) -> bool:
    return isinstance(error, Retryable) or database_at_fault(error)


_DUE_KINDS = text(
    "select kind from timer where due_at <= :now and kind = any(cast(:kinds as text[]))"
    " and id <> all(cast(:resting as bigint[])) group by kind order by min(due_at)"
)
_CLAIM = text(
    "select id, owner, kind, due_at, payload from timer where due_at <= :now and kind = :kind"
    " and (cast(:only as bigint) is null or id = :only) and id <> all(cast(:resting as bigint[]))"
    " order by due_at, id limit :size for update skip locked"
)
_DELETE = text("delete from timer where kind = :kind and owner = any(cast(:owners as text[]))")
_NEXT_DUE = text(
    "select min(due_at) from timer where kind = any(cast(:kinds as text[])) and id <> all(cast(:resting as bigint[]))"
)
_UNKNOWN = text(
    "select kind, count(*) from timer where due_at <= :now and kind <> all(cast(:kinds as text[])) group by kind"
)
