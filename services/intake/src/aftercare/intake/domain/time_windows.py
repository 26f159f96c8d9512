"""Moments that are stated as a stretch of time: a shift, a part of a day, a bracket of hours on some weekday.

The bounds hold whatever the source may have meant: the night of a date is that date's early hours, its evening, and
the morning after.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from aftercare.intake.domain.stated_time import StatedTime, UnreadableTimeError, between
from aftercare.intake.domain.vocabulary import Precision

Hours = tuple[int, int]
"""From the first hour of a date up to, not including, the second; beyond 24 is the day after."""
_DAY, _NIGHT, _MORNING, _EVENING = (6, 22), (0, 33), (5, 12), (16, 24)
PARTS: Mapping[str, Hours] = {
    "day shift": _DAY,
    "day": _DAY,
    "early shift": (5, 16),
    "late shift": (12, 24),
    "night shift": _NIGHT,
    "night": _NIGHT,
    "overnight": _NIGHT,
    "morning handover": (6, 11),
    "evening handover": (17, 23),
    "morning": _MORNING,
    "midday": (10, 15),
    "afternoon": (11, 19),
    "evening": _EVENING,
    "午前": (0, 12),
    "午後": (12, 24),
    "日勤": _DAY,
    "準夜": (15, 26),
    "深夜": (0, 34),
    "夜勤": (0, 34),
}
"""Shifts and parts of a day, with room for the hours of any hospital."""
_BRACKET = re.compile(
    r"(?P<from>\d{1,2})(?::\d\d|時(?:\d{1,2}分)?)?\D{1,3}(?P<to>\d{1,2})(?::(?P<minute>\d\d)|時)?", re.ASCII
)
_TICK = timedelta(microseconds=1)
_UNITS = {
    Precision.YEAR: timedelta(days=366),
    Precision.MONTH: timedelta(days=31),
    Precision.DAY: timedelta(days=1),
    Precision.PART_OF_DAY: timedelta(hours=6),
    Precision.HOUR: timedelta(hours=1),
    Precision.MINUTE: timedelta(minutes=15),
    Precision.INSTANT: timedelta(minutes=15),
}


def part_of_day(day: date, words: str, field: str, zone: str | None) -> StatedTime:
    """A shift or a part of a day by its name. Raises `UnreadableTimeError`."""
    known = part_named(words)
    if known is None:
        raise UnreadableTimeError(field)
    return hours_of(day, PARTS[known], field, zone)


def part_named(words: str) -> str | None:
    """The part of a day as `PARTS` writes it."""
    plain = " ".join(unicodedata.normalize("NFKC", words).casefold().replace("-", " ").split())
    return plain if plain in PARTS else None


def hours_of(day: date, hours: Hours, field: str, zone: str | None) -> StatedTime:
    """A stretch of hours of a day in local time."""
    start = datetime.combine(day, time())
    first, last = start + timedelta(hours=hours[0]), start + timedelta(hours=hours[1]) - _TICK
    return between(first, last, Precision.PART_OF_DAY, field, zone)


def bracket(words: str) -> Hours | None:
    """The hours of a bracket such as `10:00～11:59` or `22時～24時`; `None` when it is none."""
    found = _BRACKET.fullmatch(unicodedata.normalize("NFKC", words).strip())
    if found is None:
        return None
    first, last = int(found["from"]), int(found["to"]) + (1 if (found["minute"] or "00") != "00" else 0)
    return (first, last) if 0 <= first < last <= 24 else None


def some_weekday(
    span: tuple[date, date], weekday: int | None, hours: Hours | None, field: str, zone: str | None
) -> StatedTime:
    """`hours` on some `weekday` (0 is Monday) between two dates, both included: as precise as a year."""
    first, last = span
    if weekday is not None:
        first += timedelta(days=(weekday - first.weekday()) % 7)
        last -= timedelta(days=(last.weekday() - weekday) % 7)
    start, end = hours or (0, 24)
    earliest = datetime.combine(first, time()) + timedelta(hours=start)
    latest = datetime.combine(last, time()) + timedelta(hours=end) - _TICK
    return between(earliest, latest, Precision.YEAR, field, zone)


def approximately(stated: StatedTime) -> StatedTime:
    """The same, wider by as much on both sides as it was precise: about the third can be the second or the fourth."""
    room = _UNITS[stated.precision]
    return replace(stated, earliest=stated.earliest - room, latest=stated.latest + room)
