"""What the engine's events say about one clock, taken together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aftercare.sla.auditor.facts import Change, Said, Status

_ENDS = {
    Change.MET: Status.MET,
    Change.MISSED: Status.MISSED,
    Change.CANCELLED: Status.CANCELLED,
}


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
    def warned(self) -> Sequence[Said]:
        return [event for event in self.events if event.change is Change.WARNED]

    @property
    def ends(self) -> Sequence[Said]:
        return [event for event in self.events if event.change in _ENDS]

    def newest_of(self, *changes: Change) -> Said | None:
        """The last event of any of these kinds."""
        return next((event for event in reversed(self.events) if event.change in changes), None)

    def last(self, change: Change) -> Said | None:
        """The last event of a kind."""
        return next((event for event in reversed(self.events) if event.change is change), None)

    def statuses(self) -> set[Status]:
        """How it stands. More than one where a clock that had ended moved: that event says nothing of the end."""
        status = Status.UNMEETABLE if self.newest.is_unmeetable else Status.RUNNING
        running = {Status.RUNNING, Status.UNMEETABLE, Status.MISSED} if self.newest.is_unmeetable else {status}
        found = running
        for event in self.events:
            if event.change in _ENDS:
                found = {_ENDS[event.change]}
            elif event.change is Change.MOVED:
                found = found | running
            elif event.change is Change.STARTED:
                found = running
        return found


def instant_of(event: Said | None) -> datetime | None:
    """The instant that an event names."""
    return event.at if event is not None else None
