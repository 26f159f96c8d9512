"""Time passes: warnings and misses are said at their instants. Never early, each once, with or without Kafka.

Any replica may claim what is due (`FOR UPDATE SKIP LOCKED`). A look costs the same whether ten clocks are open or a
million: it reads the index of due instants alone. The kit's timers would do it too, with a second row for each clock.
What is due soon was worded before (`looking_ahead.py`), for it counts what happens after an instant.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aftercare.kit.clock import Clock as WallClock
from aftercare.kit.clock import SystemClock
from aftercare.kit.outcome import Retryable
from aftercare.kit.store.failures import database_at_fault
from aftercare.kit.store.transaction import Transaction, UnitOfWork
from aftercare.programme.clocks import Side
from aftercare.sla.adapters import clocks
from aftercare.sla.service_layer.looking_ahead import LookAhead
from aftercare.sla.service_layer.reckoning import Desk
from aftercare.sla.service_layer.wording import Saying, saying_of
from aftercare.sla.telemetry import record_lateness

log = logging.getLogger(__name__)

CLAIM_SIZE = 500
LANES = 2
BATCHES_AT_MOST = 25
"""Of each lane in one step: after a long outage the process still shows that it goes on."""
LOOK_EVERY_SECONDS = 0.25
"""How long what another process has set may go unseen: nothing is ever due so soon after it was set."""
TEST_CLOCK_SECONDS = 0.05
CLAIMED_ELSEWHERE_SECONDS = 0.02
REST = timedelta(minutes=1)


@dataclass(slots=True)
class Ticker:
    """A background step of every `api` process."""

    unit_of_work: UnitOfWork
    desk: Desk
    side: Side
    _ahead: LookAhead = field(init=False)
    _quietly: UnitOfWork = field(init=False)
    """Says without publishing: while many are due, that would only hold up those that come after."""
    _late: list[float] = field(default_factory=list)
    """Seconds by which marks were late, not recorded yet."""
    _resting: dict[str, datetime] = field(default_factory=dict)
    """Clocks that can't be ticked, until when they are left alone. What is due of them stays due."""
    _looked: float = float("-inf")
    _next: datetime | None = None

    def __post_init__(self) -> None:
        self._ahead = LookAhead(self.desk)
        self._quietly = self.unit_of_work.without_kick()

    async def step(self) -> float:
        """Say what is due by now. Returns the seconds until the next look."""
        if self._is_looked_too_soon():
            return TEST_CLOCK_SECONDS
        self._wake_the_rested()
        if await self._tick() and await self._drain():
            return 0.0
        async with self.unit_of_work.one_statement() as connection:
            self._next = await clocks.next_due(connection, self._resting)
            is_more_ahead = await self._ahead.look(connection, self._next, self._clock.now())
        self._looked = asyncio.get_running_loop().time()
        if self._late and (self._next is None or self._next > self._clock.now()):
            self._after_a_rush()
        return 0.0 if is_more_ahead else self._rest()

    def _after_a_rush(self) -> None:
        """All that was due is said: now it is published, and measured."""
        self.unit_of_work.kick()
        record_lateness(self.side, self._late)
        self._late = []

    async def _drain(self) -> bool:
        """Many are due: while the database works for one batch, we work on another. Whether there may be more yet."""
        ends = await asyncio.gather(*(self._lane() for _ in range(LANES)), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end
        return any(ends)

    async def _lane(self) -> bool:
        for _ in range(BATCHES_AT_MOST):
            if not await self._tick():
                return False
        return True

    async def _tick(self) -> bool:
        """One batch. Returns whether there may be more."""
        try:
            async with self._quietly() as tx:
                claimed = await clocks.claim_due(tx.connection, tx.now, size=CLAIM_SIZE, resting=self._resting)
                sayings = await self._worded(tx, claimed)
                await self._say(tx, sayings)
        except Exception as error:
            if isinstance(error, Retryable) or database_at_fault(error):
                raise
            await self._one_by_one()
            return False
        self._measure(sayings)
        return len(claimed) == CLAIM_SIZE

    async def _worded(self, tx: Transaction, claimed: Mapping[str, int]) -> list[Saying]:
        """What to say of rows that are held: as it was worded before, else worded now."""
        worded = self._ahead.worded(claimed, tx.now)
        others = [reference for reference in claimed if reference not in worded]
        for reference, one in (await clocks.read(tx.connection, self.desk.shelf, others)).items():
            worded[reference] = saying_of(self.desk, one, tx.now)
        return [worded[reference] for reference in claimed]

    async def _say(self, tx: Transaction, sayings: Sequence[Saying]) -> None:
        for one in sayings:
            for message in one.messages:
                tx.emit(message)
        await clocks.advance(tx.connection, [one.row for one in sayings], tx.now)
        self.desk.meter.measure_at_commit(tx, [one.said for one in sayings])

    async def _one_by_one(self) -> None:
        """A batch failed by its contents: what can be said is said, the rest is left alone for a while."""
        async with self.unit_of_work() as tx:
            due = await clocks.due_references(tx.connection, tx.now, size=CLAIM_SIZE, resting=self._resting)
        for reference in due:
            try:
                async with self.unit_of_work() as tx:
                    held = await clocks.claim(tx.connection, self.desk.shelf, reference)
                    sayings = [saying_of(self.desk, one, tx.now) for one in held]
                    await self._say(tx, sayings)
            except Exception as error:
                if isinstance(error, Retryable) or database_at_fault(error):
                    raise
                self._resting[reference] = self._clock.now() + REST
                log.exception("clock %s can't be ticked: %s", reference, type(error).__name__)
            else:
                self._measure(sayings)

    @property
    def _clock(self) -> WallClock:
        return self.unit_of_work.clock

    def _measure(self, sayings: Sequence[Saying]) -> None:
        now = self._clock.now()
        self._late += [(now - one.due).total_seconds() for one in sayings if one.due is not None]

    def _wake_the_rested(self) -> None:
        now = self._clock.now()
        self._resting = {reference: until for reference, until in self._resting.items() if until > now}

    def _is_looked_too_soon(self) -> bool:
        """A test clock is looked at often, the database only when the clock came to something, and now and then."""
        if isinstance(self._clock, SystemClock):
            return False
        rested = asyncio.get_running_loop().time() - self._looked >= LOOK_EVERY_SECONDS
        return not rested and (self._next is None or self._clock.now() < self._next)

    def _rest(self) -> float:
        if not isinstance(self._clock, SystemClock):
            return TEST_CLOCK_SECONDS
        if self._next is None:
            return LOOK_EVERY_SECONDS
        wait = (self._next - self._clock.now()).total_seconds()
        return min(max(wait, 0.0 if wait > 0 else CLAIMED_ELSEWHERE_SECONDS), LOOK_EVERY_SECONDS)
