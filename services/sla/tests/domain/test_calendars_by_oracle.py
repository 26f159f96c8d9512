"""All calendars, over every zone and all years from 2000 to 2040, against an oracle that looks at the wall."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st
from whenever import Instant

from aftercare.programme.clocks import Calendar, Span
from aftercare.programme.model import Weekday, WorkingHours
from aftercare.sla.domain.calendars import due_after
from aftercare.sla.domain.places import Place

from . import oracle

ZONES = sorted(available_timezones() - {"Factory", "localtime", "posixrules"})
BEGIN, END = datetime(2000, 1, 1), datetime(2040, 12, 1)  # noqa: DTZ001 - hypothesis wants walls, and adds UTC

FEWER = settings(max_examples=settings().max_examples // 4)
"""For oracles that walk through weeks, minute by minute."""


@st.composite
def starts(draw: Any) -> tuple[str, datetime]:
    """A zone and an instant: any, or so near to a change of its clocks that the span crosses it."""
    zone = draw(st.sampled_from(ZONES))
    instant = draw(st.datetimes(BEGIN, END, timezones=st.just(UTC))).replace(second=0, microsecond=0)
    change = Instant(instant).to_tz(zone).next_transition()
    if draw(st.booleans()) and change is not None and change.year < 2040:
        instant = change.to_instant().to_stdlib() + timedelta(minutes=draw(st.integers(-3 * 1440, 1440)))
    return zone, instant


@st.composite
def places(draw: Any, zone: str) -> Place:
    days = draw(st.lists(st.sampled_from(list(Weekday)), min_size=1, unique=True))
    first, last = sorted(draw(st.lists(st.integers(0, 1439), min_size=2, max_size=2, unique=True)))
    working = WorkingHours(days=tuple(days), start=time(*divmod(first, 60)), end=time(*divmod(last, 60)))
    return Place(zone, working, _Holidays(draw(st.integers(4, 30))))


class _Holidays:
    """Every so manieth day of all."""

    def __init__(self, every: int) -> None:
        self._every = every

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day.toordinal() % self._every == 0


def works(place: Place, day: date) -> bool:
    return list(Weekday)[day.weekday()] in place.working.days and day not in place.holidays


@given(starts(), st.integers(1, 500), st.integers(0, 59))
def test_elapsed_time_is_elapsed_time_whatever_the_clocks_do(
    begin: tuple[str, datetime], hours: int, minutes: int
) -> None:
    zone, start = begin
    span = Span(hours=hours, minutes=minutes)
    due = due_after(start, span, Calendar.CONTINUOUS, Place(zone, WorkingHours(), frozenset()))
    assert due - start == timedelta(hours=hours, minutes=minutes)


@given(starts(), st.integers(0, 18), st.integers(0, 40), st.integers(1, 90))
def test_calendar_days_show_the_same_wall(begin: tuple[str, datetime], months: int, days: int, minutes: int) -> None:
    zone, start = begin
    span = Span(months=months, days=days, minutes=minutes)
    due = due_after(start, span, Calendar.CALENDAR_DAYS, Place(zone, WorkingHours(), frozenset()))
    assert due == oracle.same_wall(start, zone, months, days) + timedelta(minutes=minutes)


@given(starts(), st.integers(1, 4))
def test_local_days_end_when_the_wall_shows_the_next(begin: tuple[str, datetime], days: int) -> None:
    zone, start = begin
    due = due_after(start, Span(days=days), Calendar.LOCAL_DAY, Place(zone, WorkingHours(), frozenset()))
    assert due == oracle.end_of(oracle.days_of(start, zone, days)[-1], zone)


@FEWER
@given(st.data(), starts(), st.integers(1, 5))
def test_working_days_are_the_sites_own_week_without_holidays(
    data: st.DataObject, begin: tuple[str, datetime], days: int
) -> None:
    zone, start = begin
    place = data.draw(places(zone))
    within_weeks = Span(days=max(1, days * len(place.working.days) // 7))
    due = due_after(start, within_weeks, Calendar.WORKING_DAYS, place)
    later = oracle.days_of(start, zone, 60)[1:]
    assert due == oracle.end_of([day for day in later if works(place, day)][within_weeks.days - 1], zone)


@FEWER
@given(st.data(), starts(), st.integers(1, 15))
def test_business_days_are_monday_to_friday_whatever_the_sites_week(
    data: st.DataObject, begin: tuple[str, datetime], days: int
) -> None:
    zone, start = begin
    place = data.draw(places(zone))
    due = due_after(start, Span(days=days), Calendar.BUSINESS_DAYS, place)
    assert due == oracle.end_of_counted_day(
        start, zone, days, lambda day: day.weekday() < 5 and day not in place.holidays
    )


@FEWER
@given(st.data(), starts(), st.integers(1, 400))
def test_working_hours_are_the_minutes_in_which_the_site_is_open(
    data: st.DataObject, begin: tuple[str, datetime], wanted: int
) -> None:
    zone, start = begin
    place = data.draw(places(zone))
    minutes = min(wanted, 2 * _open_minutes(place) * len(place.working.days))
    due = due_after(start, Span(minutes=minutes), Calendar.WORKING_HOURS, place)
    hours = (place.working.start, place.working.end)
    assert due == oracle.after_working_minutes(start, zone, minutes, hours, lambda day: works(place, day))


def _open_minutes(place: Place) -> int:
    begin, end = place.working.start, place.working.end
    return (end.hour - begin.hour) * 60 + end.minute - begin.minute
