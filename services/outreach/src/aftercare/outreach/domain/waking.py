"""Waking hours in the person's own zone, right across every change of the clocks."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aftercare.programme.model import WakingHours

_PROBE = timedelta(hours=1)
_HORIZON = timedelta(days=4)
"""A zone may skip a whole day (Samoa, 2011); no window stays shut for longer than this."""


def is_allowed(moment: datetime, zone: ZoneInfo, hours: WakingHours) -> bool:
    """Whether the wall clock of `zone` stands within `[start, end)`. `start == end` means at any time."""
    return _within(moment.astimezone(zone).time(), hours)


def next_allowed(moment: datetime, zone: ZoneInfo, hours: WakingHours) -> datetime:
    """The first instant at or after `moment` at which somebody in `zone` may be written to, in UTC.

    Works through stretches of constant offset, so that a start that the clocks jump over begins at the jump,
    and a night hour that the clocks fall back into counts as often as it is lived through.
    """
    moment = moment.astimezone(UTC)
    if is_allowed(moment, zone, hours):
        return moment
    for begin, end, offset in _stretches(moment, zone):
        found = _first_within(begin, offset, hours)
        if found < end:
            return found
    return moment


def _within(wall: time, hours: WakingHours) -> bool:
    if hours.start == hours.end:
        return True
    if hours.start < hours.end:
        return hours.start <= wall < hours.end
    return wall >= hours.start or wall < hours.end


def _first_within(begin: datetime, offset: timedelta, hours: WakingHours) -> datetime:
    """The first allowed instant from `begin` on, as if the offset never changed."""
    wall = (begin + offset).replace(tzinfo=None)
    if _within(wall.time(), hours):
        return begin
    start = datetime.combine(wall.date(), hours.start)
    if start < wall:
        start += timedelta(days=1)
    return begin + (start - wall)


def _stretches(moment: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Stretches of constant UTC offset: begin, end (excluded), offset."""
    begin, last = moment, moment + _HORIZON
    probe = begin
    while probe < last:
        following = probe + _PROBE
        if _offset(following, zone) != _offset(probe, zone):
            change = _change_between(probe, following, zone)
            yield begin, change, _offset(begin, zone)
            begin = change
        probe = following
    yield begin, last, _offset(begin, zone)


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second with the new offset."""
    old = _offset(before, zone)
    low, high = 0, int((after - before).total_seconds())
    whole = before.replace(microsecond=0)
    while low < high:
        middle = (low + high) // 2
        if _offset(whole + timedelta(seconds=middle), zone) == old:
            low = middle + 1
        else:
            high = middle
    return max(before, whole + timedelta(seconds=low))


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
