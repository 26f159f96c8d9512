"""What is said of a clock at an instant, and what is written then: the message in bytes, the row and the counts."""

from dataclasses import dataclass
from datetime import datetime

from aftercare.kit.messaging.envelope import Written, written
from aftercare.sla.adapters.clocks import Advanced, Kept, advanced
from aftercare.sla.domain.occasions import minute_of
from aftercare.sla.domain.transitions import transitions
from aftercare.sla.service_layer.measuring import Said
from aftercare.sla.service_layer.reckoning import Desk, kept


@dataclass(frozen=True, slots=True)
class Saying:
    """All that time brings to one clock at one instant."""

    due: datetime | None
    """The instant; none of a clock of which nothing was due."""
    next_due: datetime | None
    """When there is something else to say of it."""
    said: Said
    messages: tuple[Written, ...]
    row: Advanced

    def holds_at(self, now: datetime) -> bool:
        """Whether the same is to be said at `now`: nothing else is until the next instant, and on the same occasion."""
        if self.due is None or minute_of(self.due) != minute_of(now):
            return False
        return self.due <= now and (self.next_due is None or now < self.next_due)


def saying_of(desk: Desk, one: Kept, at: datetime) -> Saying:
    """What is to be said of a clock at `at` if nothing comes of it before."""
    events, after = transitions(one.published, one.clock, at)
    if after is None:
        raise LookupError("a clock that is kept is always said something of")
    messages = tuple(written(desk.speaker.message_of(event)) for event in events)
    then = kept(after)
    return Saying(one.next_at, then.next_at, Said(one.published, after, events), messages, advanced(then))
