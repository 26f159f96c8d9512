"""Plays what the service does: message by message in any order, woken by timers, saying what has to be said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aftercare.programme.clocks import ClockRule
from aftercare.sla.domain.derive import derive
from aftercare.sla.domain.model import Clock, Happened, Link, Published, State, Told, Transition
from aftercare.sla.domain.transitions import next_due_instant, transitions

from .telling import ORGANISATION, editions


@dataclass
class Engine:
    """What it heard, what it said, and when it said it."""

    rules: Sequence[ClockRule]
    links: Iterable[Link] = ()
    heard: set[Happened] = field(default_factory=set)
    said: dict[str, Published] = field(default_factory=dict)
    events: list[tuple[datetime, Transition]] = field(default_factory=list)

    def hear(self, *happenings: Happened, now: datetime) -> None:
        self.heard.update(happenings)
        self._say(now)

    def sleep_until(self, then: datetime) -> None:
        """Wakes up for whatever is due by then, at the very instant."""
        while (due := self.next_due()) is not None and due <= then:
            self._say(due)

    def next_due(self) -> datetime | None:
        return min((due for one in self.said.values() if (due := next_due_instant(one))), default=None)

    def clocks(self) -> list[Clock]:
        told = Told(frozenset(self.heard), frozenset(self.links))
        return list(derive(editions(*self.rules), ORGANISATION, told))

    def states(self) -> dict[str, State]:
        return {one: said.state for one, said in self.said.items()}

    def of(self, rule: str) -> list[str]:
        """The events of the clocks of one rule, by their names."""
        return [type(event).__name__ for _, event in self.events if event.clock.rule.id == rule]

    def _say(self, now: datetime) -> None:
        fresh = {clock.reference: clock for clock in self.clocks()}
        for reference in fresh | self.said:
            events, said = transitions(self.said.get(reference), fresh.get(reference), now)
            if said is not None:
                self.said[reference] = said
            self.events += [(now, event) for event in events]
