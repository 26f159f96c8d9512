"""When a clock opens, when it is due, and the way on which it warns: `docs/clocks.md` 4."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from aftercare.programme.clocks import Age, BeforeState, Deadline, NotBefore, Recurring, Window
from aftercare.sla.domain.calendars import due_after
from aftercare.sla.domain.model import Happened
from aftercare.sla.domain.places import Place

Form = Deadline | Window | NotBefore | Recurring | BeforeState | Age


@dataclass(frozen=True, slots=True)
class Frame:
    """The instants of one clock, or of one round of it."""

    start: datetime
    opens: datetime | None = None
    due: datetime | None = None
    way: tuple[datetime, datetime] | None = None
    """From where to where its warnings are measured; none, where it warns of nothing."""


def frame_of(form: Form, start: datetime, acts: Iterable[Happened], place: Place) -> Frame:
    """The instants by a form. `start` is that of the round; of `acts` only what a `before-state` waits for counts."""
    match form:
        case Deadline():
            return _until(start, due_after(start, form.within, form.calendar, place))
        case Window():
            opens = due_after(start, form.opens, form.calendar, place)
            closes = due_after(start, form.closes, form.calendar, place)
            return Frame(start, opens=opens, due=closes, way=(opens, closes))
        case NotBefore():
            return Frame(start, opens=due_after(start, form.after, form.calendar, place))
        case Recurring():
            return _until(start, due_after(start, form.every, form.calendar, place))
        case BeforeState():
            latest = due_after(start, form.at_latest, form.calendar, place)
            heard = (one.at for one in acts if one.kind is form.happening and one.at >= start)
            return _until(start, min((latest, *heard)))
        case Age():
            span = form.objective
            return Frame(start, way=(start, due_after(start, span, form.calendar, place)) if span else None)


def _until(start: datetime, due: datetime) -> Frame:
    return Frame(start, due=due, way=(start, due))
