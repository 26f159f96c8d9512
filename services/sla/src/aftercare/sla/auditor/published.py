"""What the engine's events say about one clock, taken together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aftercare.schemas.clock_audit import AuditedStatus as Status
from aftercare.sla.auditor.facts import Change, Said

_ENDS = {
    Change.MET: Status.MET,
    Change.MISSED: Status.MISSED,
    Change.CANCELLED: Status.CANCELLED,
}
_RUNS = (Change.STARTED, Change.MOVED)


@dataclass(frozen=True, slots=True)
class Account:
    """All events of one clock, each once, in the order of their revisions."""

    events: tuple[Said, ...]

    @classmethod
    def of(cls, events: Iterable[Said]) -> "Account":
        once = {event.id: event for event in events}
        return cls(tuple(sorted(once.values(), key=lambda event: (event.revision, event.time))))

    @property
    def newest(self) -> Said:
        return self.events[-1]

    @property
    def is_whole(self) -> bool:
        """Whether its beginning was heard."""
        return self.events[0].revision == 1

    @property
    def has_one_birth(self) -> bool:
        """Whether nothing that came late moved its birth, and with it what would have had to be said at birth."""
        return len({event.born for event in self.events}) == 1

    @property
    def was_taken_back(self) -> bool:
        """Whether the engine itself says that there is no such clock any more."""
        last = self.last(Change.CANCELLED)
        return self.status is Status.CANCELLED and last is not None and last.reason == "not-applicable"

    @property
    def warned(self) -> Sequence[Said]:
        return [event for event in self.events if event.change is Change.WARNED]

    def last(self, change: Change) -> Said | None:
        """The last event of a kind."""
        return next((event for event in reversed(self.events) if event.change is change), None)

    @property
    def status(self) -> Status:
        """How it stands, by the last event that says so (`docs/clocks.md` 7)."""
        telling = [event for event in self.events if event.change in _ENDS or event.change in _RUNS]
        last = telling[-1] if telling else self.newest
        running = Status.UNMEETABLE if last.is_unmeetable else Status.RUNNING
        return _ENDS.get(last.change, running)
