"""The due instant: a span after a start, by each of the calendars of `docs/clocks.md` 3."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from aftercare.programme.clocks import Calendar, Span
from aftercare.sla.domain.places import ONE_DAY, Place, UnreckonableError

FARTHEST = timedelta(days=366 * 20)
"""Whoever looks further for a working day looks for ever: the site has none."""
DAY_BY_DAY = frozenset({Calendar.LOCAL_DAY, Calendar.WORKING_DAYS, Calendar.BUSINESS_DAYS})


def due_after(start: datetime, span: Span, calendar: Calendar, place: Place) -> datetime:
    """The instant (UTC) at which `span` after `start` has passed. Raises `UnreckonableError`."""
    return _CALENDARS[calendar](start, span, place)


def counted_days(start: datetime, calendar: Calendar, place: Place) -> Iterator[date]:
    """The days of the site that a calendar of whole days counts after `start`, the first one first."""
    counts = _COUNTED[calendar]
    first = place.day_of(start)
    day = first if calendar is Calendar.LOCAL_DAY else first + ONE_DAY
    while day - first <= FARTHEST:
        if counts(place, day) and place.exists(day):
            yield day
        day += ONE_DAY
    raise UnreckonableError("a site without a working day has no due instants: see `working` in the organisation pack")


def _continuous(start: datetime, span: Span, _place: Place) -> datetime:
    if span.months:
        raise UnreckonableError("months are no elapsed time: use the calendar calendar-days")
    return start + span.elapsed


def _calendar_days(start: datetime, span: Span, place: Place) -> datetime:
    wall = place.wall(start).to_plain().add(months=span.months, days=span.days)
    that_day = wall.assume_tz(place.zone, disambiguation="compatible").to_instant().to_stdlib()
    return that_day + timedelta(hours=span.hours, minutes=span.minutes)


def _whole_days(calendar: Calendar) -> Callable[[datetime, Span, Place], datetime]:
    def due(start: datetime, span: Span, place: Place) -> datetime:
        if not span.days or span.months or span.hours or span.minutes:
            raise UnreckonableError(f"{calendar} counts days, and nothing else")
        days = counted_days(start, calendar, place)
        last = next(day for number, day in enumerate(days, start=1) if number == span.days)
        return place.end_of(last)

    return due


def _working_hours(start: datetime, span: Span, place: Place) -> datetime:
    if span.days or span.months:
        raise UnreckonableError("working-hours counts hours and minutes, and nothing else")
    left = span.elapsed
    for opens, closes in _working_times(start, place):
        begin = max(start, opens)
        if begin + left <= closes:
            return begin + left
        left -= max(closes - begin, timedelta())
    raise UnreckonableError("a site without working hours has no due instants: see `working` in the organisation pack")


def _working_times(start: datetime, place: Place) -> Iterator[tuple[datetime, datetime]]:
    """When the site works, day by day, from the day of the start on."""
    first = place.day_of(start)
    day = first
    while day - first <= FARTHEST:
        if place.is_working_day(day) and place.exists(day):
            yield place.at(day, place.working.start), place.at(day, place.working.end)
        day += ONE_DAY


_COUNTED: dict[Calendar, Callable[[Place, date], bool]] = {
    Calendar.LOCAL_DAY: Place.is_any_day,
    Calendar.WORKING_DAYS: Place.is_working_day,
    Calendar.BUSINESS_DAYS: Place.is_business_day,
}
_CALENDARS: dict[Calendar, Callable[[datetime, Span, Place], datetime]] = {
    Calendar.CONTINUOUS: _continuous,
    Calendar.CALENDAR_DAYS: _calendar_days,
    **{calendar: _whole_days(calendar) for calendar in DAY_BY_DAY},
    Calendar.WORKING_HOURS: _working_hours,
}
