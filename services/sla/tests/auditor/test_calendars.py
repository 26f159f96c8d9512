"""The auditor's calendars against dates that were counted by hand on a wall calendar."""

from datetime import timedelta
from typing import Any

import pytest

from aftercare.programme.clocks import Calendar, Span
from aftercare.programme.model import Site
from aftercare.sla.auditor.calendars import Wall, end_of

from .story import at


def site(zone: str, holidays: str | None = None, **working: Any) -> Wall:
    more = {"working": working} if working else {}
    return Wall(Site.model_validate({"code": "x", "name": "X", "zone": zone, "holidays": holidays, **more}))


LONDON = site("Europe/London", "GB-ENG")
BERLIN = site("Europe/Berlin", "DE-BY")
SAO_PAULO = site("America/Sao_Paulo")
APIA = site("Pacific/Apia")
NOWHERE = Wall(None)


@pytest.mark.parametrize(
    ("why", "wall", "start", "calendar", "span", "due"),
    [
        ("an hour is lost", LONDON, "2026-03-28T22:00", "continuous", {"hours": 24}, "2026-03-29T22:00"),
        ("days of it are 24 hours", LONDON, "2026-10-24T22:00", "continuous", {"days": 1}, "2026-10-25T22:00"),
        ("same wall time, an hour less", LONDON, "2026-03-28T22:00", "calendar-days", {"days": 1}, "2026-03-29T21:00"),
        ("a skipped wall time moves on", LONDON, "2026-03-28T01:30", "calendar-days", {"days": 1}, "2026-03-29T01:30"),
        ("twice means the first", LONDON, "2026-10-24T00:30", "calendar-days", {"days": 1}, "2026-10-25T00:30"),
        ("31 January and a month", NOWHERE, "2026-01-31T10:00", "calendar-days", {"months": 1}, "2026-02-28T10:00"),
        ("in a leap year", NOWHERE, "2028-01-31T10:00", "calendar-days", {"months": 1}, "2028-02-29T10:00"),
        ("over the year", NOWHERE, "2026-11-30T10:00", "calendar-days", {"months": 3, "days": 1}, "2027-03-01T10:00"),
        ("hours pass", LONDON, "2026-03-28T22:00", "calendar-days", {"days": 1, "hours": 2}, "2026-03-29T23:00"),
        ("the first day", LONDON, "2026-03-02T23:30", "local-day", {"days": 1}, "2026-03-03T00:00"),
        ("its midnight is the wall's", BERLIN, "2026-03-02T23:30", "local-day", {"days": 1}, "2026-03-03T23:00"),
        ("a day that begins at one", SAO_PAULO, "2018-11-03T15:00", "local-day", {"days": 1}, "2018-11-04T03:00"),
        ("a day that never was", APIA, "2011-12-29T20:00", "local-day", {"days": 2}, "2011-12-31T10:00"),
        ("over Easter", LONDON, "2026-04-01T10:00", "working-days", {"days": 2}, "2026-04-07T23:00"),
        ("from a Sunday", LONDON, "2026-03-01T10:00", "working-days", {"days": 1}, "2026-03-03T00:00"),
        ("Bavaria has Epiphany off", BERLIN, "2026-01-05T10:00", "business-days", {"days": 1}, "2026-01-07T23:00"),
        ("three days of eight hours", LONDON, "2026-03-02T16:00", "working-hours", {"hours": 24}, "2026-03-05T16:00"),
        ("ends at closing", LONDON, "2026-03-02T16:00", "working-hours", {"hours": 1}, "2026-03-02T17:00"),
        ("begins at opening", LONDON, "2026-03-02T20:00", "working-hours", {"minutes": 1}, "2026-03-03T09:01"),
        ("over a weekend", LONDON, "2026-03-06T16:30", "working-hours", {"hours": 1}, "2026-03-09T09:30"),
        ("seconds count", LONDON, "2026-03-02T16:59:30", "working-hours", {"minutes": 1}, "2026-03-03T09:00:30"),
    ],
)  # fmt: skip
def test_a_span_ends_where_the_hand_calculation_says(
    why: str, wall: Wall, start: str, calendar: str, span: dict[str, int], due: str
) -> None:
    assert end_of(wall, at(start), Span(**span), Calendar(calendar)) == at(due), why


def test_a_working_week_of_its_own_is_no_business_week() -> None:
    gulf = site("Asia/Dubai", days=["sunday", "monday", "tuesday", "wednesday", "thursday"])
    thursday = at("2026-03-05T08:00")
    assert end_of(gulf, thursday, Span(days=1), Calendar.WORKING_DAYS) == at("2026-03-08T20:00")
    assert end_of(gulf, thursday, Span(days=1), Calendar.BUSINESS_DAYS) == at("2026-03-06T20:00")


def test_the_hour_that_the_change_takes_is_missing_from_a_night_shift() -> None:
    night = site("Europe/London", days=["sunday"], start="00:00", end="08:00")
    start = at("2026-03-29T00:00")
    assert end_of(night, start, Span(hours=2), Calendar.WORKING_HOURS) == start + timedelta(hours=2)
    assert end_of(night, start, Span(hours=8), Calendar.WORKING_HOURS) == at("2026-04-05T00:00")
