"""Durations on the wall, counted by walking: day by day, and where hours count, minute by minute.

Only `zoneinfo` and `datetime`, and the public holidays of `holidays`. All instants in and out are UTC.
"""

from calendar import monthrange
from collections.abc import Callable, Container
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from aftercare.programme.clocks import Calendar, Span
from aftercare.programme.model import Site, Weekday, WorkingHours

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WEEK = tuple(Weekday)


class Wall:
    """The clock on the wall and the calendar beside it, at one site. Without a site: UTC, no holidays."""

    def __init__(self, site: Site | None) -> None:
        self.zone = ZoneInfo(site.zone if site else "UTC")
        self.working = site.working if site else WorkingHours()
        self.holidays = _holidays(site.holidays if site else None)

    def local(self, instant: datetime) -> datetime:
        """What the wall shows."""
        return instant.astimezone(self.zone)

    def instant(self, wall: datetime) -> datetime:
        """When the wall shows it: the first time if twice; moved forward by the gap if never."""
        return wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)

    def first_instant(self, day: date) -> datetime:
        """The first minute that belongs to `day`, or to a later day where `day` does not exist here."""
        instant = datetime(day.year, day.month, day.day, tzinfo=UTC) - DAY
        while self.local(instant).date() < day:
            instant += MINUTE
        return instant

    def exists(self, day: date) -> bool:
        """Whether the wall ever showed this day: a change of the date line can take one away."""
        return self.local(self.first_instant(day)).date() == day

    def is_holiday(self, day: date) -> bool:
        return day in self.holidays

    def is_working_day(self, day: date) -> bool:
        """A day of the site's own week that is no public holiday."""
        return WEEK[day.weekday()] in self.working.days and not self.is_holiday(day)

    def is_business_day(self, day: date) -> bool:
        """Monday to Friday, no public holiday."""
        return day.weekday() < 5 and not self.is_holiday(day)

    def is_working_time(self, instant: datetime) -> bool:
        day = self.local(instant).date()
        opens, closes = (datetime.combine(day, wall) for wall in (self.working.start, self.working.end))
        return self.is_working_day(day) and self.instant(opens) <= instant < self.instant(closes)


def end_of(wall: Wall, start: datetime, span: Span, calendar: Calendar) -> datetime:
    """The instant that lies `span` after `start` by this calendar (`docs/clocks.md` 3)."""
    match calendar:
        case Calendar.CONTINUOUS:
            return start + span.elapsed
        case Calendar.CALENDAR_DAYS:
            return _on_the_wall(wall, start, span)
        case Calendar.LOCAL_DAY:
            return _end_of_local_day(wall, start, span.days)
        case Calendar.WORKING_DAYS:
            return _after_days(wall, start, span.days, wall.is_working_day)
        case Calendar.BUSINESS_DAYS:
            return _after_days(wall, start, span.days, wall.is_business_day)
        case Calendar.WORKING_HOURS:
            return _after_working_time(wall, start, timedelta(hours=span.hours, minutes=span.minutes))


def _on_the_wall(wall: Wall, start: datetime, span: Span) -> datetime:
    shown = wall.local(start).replace(tzinfo=None)
    year, month = shown.year, shown.month
    for _ in range(span.months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    day = min(shown.day, monthrange(year, month)[1])
    there = shown.replace(year=year, month=month, day=day) + timedelta(days=span.days)
    return wall.instant(there) + timedelta(hours=span.hours, minutes=span.minutes)


def _end_of_local_day(wall: Wall, start: datetime, days: int) -> datetime:
    day = wall.local(start).date()
    counted = 1
    while counted < days:
        day += DAY
        counted += wall.exists(day)
    return wall.first_instant(day + DAY)


def _after_days(wall: Wall, start: datetime, days: int, counts: Callable[[date], bool]) -> datetime:
    day = wall.local(start).date()
    counted = 0
    while counted < days:
        day += DAY
        counted += counts(day)
    return wall.first_instant(day + DAY)


def _after_working_time(wall: Wall, start: datetime, left: timedelta) -> datetime:
    instant = start
    while True:
        next_minute = instant.replace(second=0, microsecond=0) + MINUTE
        if wall.is_working_time(instant):
            if left <= next_minute - instant:
                return instant + left
            left -= next_minute - instant
        instant = next_minute


@cache
def _holidays(code: str | None) -> Container[date]:
    if code is None:
        return ()
    country, _, subdivision = code.partition("-")
    return holidays.country_holidays(country, subdiv=subdivision or None)
