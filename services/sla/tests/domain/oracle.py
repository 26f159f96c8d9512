"""Calendars so slow and plain that they are right to the eye: they look at the wall minute by minute.

Built on `zoneinfo`, where the engine uses another library. Changes of clocks fall on whole minutes in these years.
"""

import calendar
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
BEHIND, AHEAD = timedelta(hours=15), timedelta(hours=39)
"""No wall is further from UTC than this, even across a day that a zone skipped."""


def wall(instant: datetime, zone: str) -> datetime:
    """What the clock on the wall shows."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def minutes(begin: datetime, end: datetime) -> Iterator[datetime]:
    instant = begin.replace(second=0, microsecond=0)
    while instant <= end:
        yield instant
        instant += MINUTE


def instant_of(shown: datetime, zone: str) -> datetime:
    """The first instant at which the wall shows it; if it never does, what the clock before the jump would have."""
    guess = shown.replace(tzinfo=UTC)
    whole = shown.replace(second=0, microsecond=0)
    before = guess - BEHIND
    for instant in minutes(guess - BEHIND, guess + AHEAD):
        if wall(instant, zone) == whole:
            return instant + (shown - whole)
        if wall(instant, zone) < whole:
            before = instant
        else:
            break
    return before + (shown - wall(before, zone))


def end_of(day: date, zone: str) -> datetime:
    """The first instant whose local day is later."""
    morning = datetime.combine(day, time(hour=9), UTC)
    return next(one for one in minutes(morning, morning + 2 * AHEAD) if wall(one, zone).date() > day)


def days_of(start: datetime, zone: str, count: int) -> list[date]:
    """The local days that there were, from that of the start on; a day that was skipped is not among them."""
    found: list[date] = []
    instant = start
    while len(found) < count:
        day = wall(instant, zone).date()
        if not found or day > found[-1]:
            found.append(day)
        instant += timedelta(minutes=15)
    return found


def end_of_counted_day(start: datetime, zone: str, number: int, counts: Callable[[date], bool]) -> datetime:
    """The end of so manieth day that counts, after the day of the start."""
    later = days_of(start, zone, number * 4 + 12)[1:]
    return end_of([day for day in later if counts(day)][number - 1], zone)


def same_wall(start: datetime, zone: str, months: int, days: int) -> datetime:
    shown = wall(start, zone)
    year, month = divmod(shown.year * 12 + shown.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    moved = shown.replace(year=year, month=month + 1, day=min(shown.day, last)) + timedelta(days=days)
    return instant_of(moved, zone)


def after_working_minutes(
    start: datetime, zone: str, wanted: int, hours: tuple[time, time], counts: Callable[[date], bool]
) -> datetime:
    """Step by step from the start, counting the minutes in which the site is open."""
    open_times: dict[date, tuple[datetime, datetime]] = {}
    instant = start
    while True:
        day = wall(instant, zone).date()
        if day not in open_times:
            opens, closes = (instant_of(datetime.combine(day, hour), zone) for hour in hours)
            open_times[day] = (opens, closes) if counts(day) else (opens, opens)
        opens, closes = open_times[day]
        if opens <= instant < closes:
            wanted -= 1
        instant += MINUTE
        if wanted == 0:
            return instant
