"""Waiting until nothing is left to do, and moving the clock from due instant to due instant.

Nothing here calls a handler: the services do all the work, in their own processes, and this only watches.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aftercare.kit.clock import FileClock
from aftercare_local.databases import database_of
from aftercare_local.environment import SERVICES
from aftercare_local.world.databases import Databases
from aftercare_local.world.lag import Lag

DATABASES = tuple(database_of(service) for service in SERVICES)
CLOCKS = ("sla_event", "sla_support")
QUIET_LOOKS = 2
"""How often in a row everything must be quiet: a message may be between two places at one look."""


class NeverQuietError(AssertionError):
    """Something is still moving, and this says what."""


@dataclass(frozen=True)
class Activity:
    """What is still to be done, by name. Empty when all is quiet."""

    pending: dict[str, int]

    @property
    def quiet(self) -> bool:
        return not any(self.pending.values())


class Settling:
    """Knows when the whole system is at rest."""

    def __init__(
        self, databases: Databases, clock: FileClock, lag: Lag, troubles: Callable[[], Mapping[str, str]]
    ) -> None:
        self._troubles = troubles
        self._databases = databases
        self._clock = clock
        self._lag = lag

    def activity(self) -> Activity:
        now = self._clock.now()
        pending: dict[str, int] = {}
        for service in DATABASES:
            pending[f"{service} outbox"] = self._databases.value(service, "select count(*) from outbox")
            pending[f"{service} due timers"] = self._databases.value(
                service, "select count(*) from timer where due_at <= $1", now
            )
        pending["outreach sends"] = self._databases.value(
            "outreach", "select count(*) from message where status = 'queued' and due <= $1", now
        )
        for side in CLOCKS:
            pending[f"{side} due clocks"] = self._databases.value(
                side, "select count(*) from clock where next_at <= $1", now
            )
        if not any(pending.values()):
            pending |= self._lag()
        return Activity(pending)

    def settle(self, *, within: float = 90) -> None:
        """Wait until all is quiet; fail with what is not after `within` seconds of real time."""
        end = time.monotonic() + within
        quiet = 0
        while quiet < QUIET_LOOKS:
            activity = self.activity()
            quiet = quiet + 1 if activity.quiet else 0
            if time.monotonic() > end:
                moving = {name: number for name, number in activity.pending.items() if number}
                raise NeverQuietError(f"still moving after {within} s: {moving}; troubles: {self._troubles()}")
            time.sleep(0.02)

    def wait_for_retries(self, *, within: float) -> None:
        """Settle, and let what failed for a moment (a mail server that was down) have its next tries too."""
        end = time.monotonic() + within
        waiting = "select count(*) from message where status = 'queued' and due <= $1"
        while True:
            self.settle(within=within)
            left = self._databases.value("outreach", waiting, self._clock.now() + timedelta(minutes=10))
            if not left:
                return
            if time.monotonic() > end:
                raise NeverQuietError(f"{left} messages still wait for another try after {within} s")
            time.sleep(0.2)

    def next_due(self, before: datetime) -> datetime | None:
        """The next instant at which anything is due, up to `before`."""
        due = [
            self._databases.value(service, "select min(due_at) from timer where due_at <= $1", before)
            for service in DATABASES
        ]
        due.append(
            self._databases.value(
                "outreach", "select min(due) from message where status = 'queued' and due <= $1", before
            )
        )
        due.extend(
            self._databases.value(side, "select min(next_at) from clock where next_at <= $1", before) for side in CLOCKS
        )
        return min((instant for instant in due if instant is not None), default=None)

    def dead_letters(self) -> int:
        """How many records could not be handled by anybody."""
        return self._lag.dead_letters()

    def advance_to(self, target: datetime) -> None:
        """Move the clock to `target`, stopping at every due instant on the way until all is quiet there."""
        self.settle()
        while (due := self.next_due(target)) is not None:
            self._clock.set(max(due, self._clock.now()))
            self.settle()
        self._clock.set(target)
        self.settle()
