"""Waking hours against a slow oracle that walks minute by minute."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftercare.outreach.domain.waking import is_allowed, next_allowed
from aftercare.programme.model import WakingHours

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
DAY = WakingHours(start=time(8), end=time(21))
MINUTE = timedelta(minutes=1)


def oracle(moment: datetime, zone: ZoneInfo, hours: WakingHours) -> datetime:
    """Slow and plain: look at the wall clock every minute."""
    if is_allowed(moment, zone, hours):
        return moment
    at = moment.replace(second=0, microsecond=0) + MINUTE
    while not is_allowed(at, zone, hours):
        at += MINUTE
    return at


quarter_hours = st.builds(lambda quarters: time(quarters // 4, quarters % 4 * 15), st.integers(0, 95))
FIRST, LAST = datetime(2005, 1, 1), datetime(2035, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
moments = st.datetimes(FIRST, LAST, timezones=st.just(UTC))


@settings(max_examples=120, deadline=None)
@given(moments, st.sampled_from(ZONES), quarter_hours, quarter_hours)
def test_next_allowed_is_what_walking_by_minutes_finds(moment: datetime, zone: str, start: time, end: time) -> None:
    hours = WakingHours(start=start, end=end)
    assert next_allowed(moment, ZoneInfo(zone), hours) == oracle(moment, ZoneInfo(zone), hours)


@settings(max_examples=300, deadline=None)
@given(moments, st.sampled_from(ZONES))
def test_nobody_is_written_to_at_night_and_nobody_earlier_than_asked(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    found = next_allowed(moment, zone, DAY)
    assert found >= moment
    assert is_allowed(found, zone, DAY)
    assert next_allowed(found, zone, DAY) == found


@pytest.mark.parametrize("zone", ZONES[::4])
def test_every_change_of_the_clocks_of_a_year_is_survived(zone: str) -> None:
    """In the hours before each change, with windows that begin inside the hour that is skipped or lived twice."""
    tz = ZoneInfo(zone)
    hours = WakingHours(start=time(2, 30), end=time(2, 45))
    for change in _changes(tz, 2026):
        for before in (timedelta(hours=2), timedelta(minutes=20), timedelta()):
            moment = change - before
            assert next_allowed(moment, tz, hours) == oracle(moment, tz, hours)


def test_a_start_that_the_clocks_jump_over_begins_at_the_jump() -> None:
    zone = ZoneInfo("Europe/London")
    hours = WakingHours(start=time(1, 30), end=time(21))
    moment = datetime(2026, 3, 29, 0, 10, tzinfo=UTC)
    assert next_allowed(moment, zone, hours) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_samoas_missing_day_is_waited_through() -> None:
    zone = ZoneInfo("Pacific/Apia")
    moment = datetime(2011, 12, 30, 9, 30, tzinfo=UTC)  # 23:30 on the 29th; the 30th did not exist there
    assert next_allowed(moment, zone, DAY) == datetime(2011, 12, 30, 18, 0, tzinfo=UTC)


def test_a_window_over_midnight_is_one_window() -> None:
    hours = WakingHours(start=time(20), end=time(6))
    zone = ZoneInfo("UTC")
    assert next_allowed(datetime(2026, 3, 1, 1, 0, tzinfo=UTC), zone, hours) == datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
    assert next_allowed(datetime(2026, 3, 1, 7, 0, tzinfo=UTC), zone, hours) == datetime(2026, 3, 1, 20, 0, tzinfo=UTC)


def _changes(zone: ZoneInfo, year: int) -> list[datetime]:
    at, found = datetime(year, 1, 1, tzinfo=UTC), []
    while at.year == year:
        later = at + timedelta(hours=6)
        if at.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            found.append(later)
        at = later
    return found
