"""Why a clock is due when it is, in one sentence that a human can check with a calendar in hand."""

from datetime import date, datetime, timedelta

from aftercare.programme.clocks import Age, BeforeState, Calendar, Deadline, NotBefore, Recurring, Span, Window
from aftercare.sla.domain.model import Clock, State
from aftercare.sla.domain.places import ONE_DAY, Place

_WORDS = {
    Calendar.CONTINUOUS: ("", "elapsed, day and night"),
    Calendar.CALENDAR_DAYS: ("", "on the wall"),
    Calendar.LOCAL_DAY: ("local ", "the day of the start being the first"),
    Calendar.WORKING_DAYS: ("working ", "to the end of the last"),
    Calendar.BUSINESS_DAYS: ("business ", "to the end of the last"),
    Calendar.WORKING_HOURS: ("working ", "inside working hours"),
}
_SKIPS_HOLIDAYS = frozenset({Calendar.WORKING_DAYS, Calendar.BUSINESS_DAYS, Calendar.WORKING_HOURS})


def reason_of(clock: Clock, place: Place) -> str:
    """The whole sentence; instants as the site's wall shows them."""
    parts = [_by_form(clock, place), _skipped(clock, place), _fallback(clock), _end(clock, place)]
    return "; ".join(part for part in parts if part)


def on_the_wall(instant: datetime, place: Place) -> str:
    """`Tue 10 Mar 2026 00:00 Europe/London`; seconds only where there are some."""
    local = place.wall(instant).to_plain().to_stdlib()
    time = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"{local:%a} {local.day} {local:%b %Y} {time} {place.zone}"


def _by_form(clock: Clock, place: Place) -> str:
    since = f"after {on_the_wall(clock.start, place)} ({clock.start_from})"
    due = on_the_wall(clock.due, place) if clock.due else ""
    opens = on_the_wall(clock.opens, place) if clock.opens else ""
    match clock.rule.form:
        case Deadline(within=span, calendar=calendar):
            return f"due {due} because: {_span(span, calendar)} {since}"
        case Window(opens=first, closes=last, calendar=calendar):
            return f"from {opens} until {due} because: {_span(first, calendar)} to {_span(last, calendar)} {since}"
        case NotBefore(after=span, calendar=calendar):
            return f"not before {opens} because: {_span(span, calendar)} {since}"
        case Recurring(every=span, calendar=calendar):
            return f"next due {due} because: every {_span(span, calendar)} {since}"
        case BeforeState(happening=happening, at_latest=span, calendar=calendar):
            return f"due {due} because: before {happening}, at the latest {_span(span, calendar)} {since}"
        case Age(objective=span, calendar=calendar):
            objective = f"; the objective is {_span(span, calendar)}" if span else ""
            return f"its age counts, and it is never missed{objective} {since}"


def _span(span: Span, calendar: Calendar) -> str:
    """`24 hours elapsed, day and night`; `5 working days`."""
    kind, how = _WORDS[calendar]
    counts = {"month": span.months, "day": span.days, "hour": span.hours, "minute": span.minutes}
    parts = [f"{count:g} {kind}{unit}{'' if count == 1 else 's'}" for unit, count in counts.items() if count]
    return f"{' and '.join(parts)} ({how})"


def _skipped(clock: Clock, place: Place) -> str:
    """How many public holidays lie on days that would have counted otherwise."""
    calendar, last = clock.rule.form.calendar, clock.due or clock.opens
    if calendar not in _SKIPS_HOLIDAYS or last is None:
        return ""
    count = sum(place.is_holiday_of(day, calendar) for day in _days_between(clock.start, last, place))
    return f"{count} holiday{'' if count == 1 else 's'} skipped" if count else ""


def _days_between(start: datetime, end: datetime, place: Place) -> list[date]:
    """The local days after that of the start, up to the one that ends at `end` or goes on then."""
    first, last = place.day_of(start), place.day_of(end - timedelta(microseconds=1))
    return [first + ONE_DAY * number for number in range(1, (last - first).days + 1)]


def _fallback(clock: Clock) -> str:
    wanted = clock.rule.start.at
    return "" if clock.start_from is wanted else f"{wanted} is not known or lies after receipt, so {clock.start_from}"


def _end(clock: Clock, place: Place) -> str:
    outcome = clock.outcome
    if outcome.verdict is State.CANCELLED and outcome.cancelled is not None:
        return f"cancelled {on_the_wall(outcome.cancelled, place)} ({outcome.reason})"
    if outcome.verdict is State.UNMEETABLE:
        return f"known only {on_the_wall(clock.born, place)}, after it was due: nobody of ours could have met it"
    return ""
