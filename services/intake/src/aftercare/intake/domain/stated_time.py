"""Moments as sources state them: never more precise than they were said (`interop.md` 1.2, 1.3, 6).

A date without a zone spans that day in the source's zone, or, when nobody knows the zone, that day in every
zone on Earth (UTC+14 to UTC-12). Midnight is never invented.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aftercare.intake.domain.time_words import epoch_to_iso, to_iso
from aftercare.intake.domain.vocabulary import Precision

EARLIEST_ZONE = timezone(timedelta(hours=14))
LATEST_ZONE = timezone(timedelta(hours=-12))
_FIELD = re.compile(r"[A-Za-z0-9_.\[\]-]{1,80}")
CLOCKS_SKIPPED = "clocks-skipped"
CLOCKS_REPEATED = "clocks-repeated"
_TICK = timedelta(microseconds=1)
_SHAPE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2})"
    r"(?:[Tt ](?P<hour>\d{2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,12}))?)?)?"
    r"\s?(?P<zone>[Zz]|[+-]\d{2}:?\d{2})?)?)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class StatedTime:
    """`earliest` and `latest` bound the moment, both in UTC and both included."""

    earliest: datetime
    latest: datetime
    precision: Precision
    zone_known: bool
    source_field: str
    """In our words: letters of ASCII, digits, dots, brackets and hyphens."""

    def __post_init__(self) -> None:
        if not _FIELD.fullmatch(self.source_field):
            raise FieldNameError(self.source_field)


class FieldNameError(RuntimeError):
    """A mapping named a field in a way that no message can hold: a fault of ours."""


class UnreadableTimeError(ValueError):
    """The words are no moment that we can read. The text never quotes them."""


def parse_stated_time(words: str, field: str, zone: str | None = None, order: str | None = None) -> StatedTime:
    """Read a moment, whole or partial: ISO 8601 with a space for `T` and any fraction, compact, or Japanese.

    `zone` is the source's own, for words that state none; `order` (`dmy`, `mdy`) that of its divided dates. Raises
    `UnreadableTimeError`.
    """
    return _parse(words, field, zone, order)[0]


def read_stated_time(
    value: object, field: str, zone: str | None = None, order: str | None = None
) -> tuple[StatedTime, str | None]:
    """The same for any value, numbers of seconds or milliseconds included, with what is doubtful about it.

    The doubt is `clocks-skipped` or `clocks-repeated`: a wall time that never was, or was twice.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _parse(epoch_to_iso(value), field, zone, order)
    return _parse(value if isinstance(value, str) else "", field, zone, order)


def between(first: datetime, last: datetime, precision: Precision, field: str, zone: str | None) -> StatedTime:
    """A stretch of local time, both ends included. Raises `UnreadableTimeError` beyond the calendar's ends."""
    try:
        return _between(first, last, precision, field, _zone(zone))
    except (ValueError, OverflowError):
        raise UnreadableTimeError(field) from None


def _parse(words: str, field: str, zone: str | None, order: str | None) -> tuple[StatedTime, str | None]:
    found = _SHAPE.fullmatch(to_iso(words, order)) if len(words) <= 64 else None
    if found is None:
        raise UnreadableTimeError(field)
    try:
        return _bounds(found, field, zone)
    except (ValueError, OverflowError):
        raise UnreadableTimeError(field) from None


def _bounds(found: re.Match[str], field: str, zone: str | None) -> tuple[StatedTime, str | None]:
    start, length, precision = _local(found)
    if found["zone"]:
        stated = _offset(found["zone"])
        first = start.replace(tzinfo=stated).astimezone(UTC)
        return StatedTime(first, first + length, precision, zone_known=True, source_field=field), None
    known = _zone(zone)
    doubt = _change_of_clocks(start, known) if known is not None and found["hour"] is not None else None
    return _between(start, start + length, precision, field, known), doubt


def _between(first: datetime, last: datetime, precision: Precision, field: str, zone: ZoneInfo | None) -> StatedTime:
    if zone is None:
        earliest = first.replace(tzinfo=EARLIEST_ZONE).astimezone(UTC)
        latest = last.replace(tzinfo=LATEST_ZONE).astimezone(UTC)
    else:
        earliest, latest = min(_readings(first, zone)), max(_readings(last, zone))
    return StatedTime(earliest, latest, precision, zone is not None, field)


def _change_of_clocks(local: datetime, zone: ZoneInfo) -> str | None:
    """A wall time has two readings when clocks change: it was twice, or, if the first reads back as another, never."""
    first, second = _readings(local, zone)
    if first == second:
        return None
    return CLOCKS_REPEATED if first.astimezone(zone).replace(tzinfo=None) == local else CLOCKS_SKIPPED


def _readings(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Both readings of a wall time: they differ only when clocks change (a gap or a fold)."""
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return first, local.replace(tzinfo=zone, fold=1).astimezone(UTC)


def _local(found: re.Match[str]) -> tuple[datetime, timedelta, Precision]:
    """The first moment of what was said, how long it lasts, and how precise that is."""
    year, month, day = int(found["year"]), int(found["month"] or 1), int(found["day"] or 1)
    start = datetime.combine(date(year, month, day), datetime.min.time())
    if found["hour"] is None:
        return start, _day_length(found, start), _day_precision(found)
    start += timedelta(hours=_within(found["hour"], 24), minutes=_within(found["minute"] or "0", 59))
    if found["minute"] is None:
        return start, timedelta(hours=1) - _TICK, Precision.HOUR
    if found["second"] is None:
        return start, timedelta(minutes=1) - _TICK, Precision.MINUTE
    micros = int((found["fraction"] or "0")[:6].ljust(6, "0"))
    # 60 is a leap second: the next minute's first moment is near enough
    start += timedelta(seconds=_within(found["second"], 60), microseconds=micros)
    return start, timedelta(), Precision.INSTANT


def _day_precision(found: re.Match[str]) -> Precision:
    if found["day"]:
        return Precision.DAY
    return Precision.MONTH if found["month"] else Precision.YEAR


def _day_length(found: re.Match[str], start: datetime) -> timedelta:
    if found["day"]:
        return timedelta(days=1) - _TICK
    if found["month"]:
        after = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    else:
        after = start.replace(year=start.year + 1)
    return after - start - _TICK


def _within(digits: str, most: int) -> int:
    number = int(digits)
    if number > most:
        raise ValueError
    return number


def _offset(words: str) -> timezone:
    if words in "Zz":
        return UTC
    hours, minutes = _within(words[1:3], 14), _within(words[-2:], 59)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if words[0] == "-" else offset)


def is_zone(name: str) -> bool:
    """Whether this is an IANA time zone that we know."""
    return _zone(name) is not None


def _zone(name: str | None) -> ZoneInfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
