"""The due instants of `docs/clocks.md` 3, reckoned by hand."""

import pytest

from aftercare.programme.clocks import Calendar, Span
from aftercare.programme.model import WorkingHours
from aftercare.sla.domain.calendars import due_after
from aftercare.sla.domain.places import Place, UnreckonableError, place_of

from .telling import ORGANISATION, at

LONDON, BOSTON, AMMAN = (place_of(ORGANISATION.site(code)) for code in ("london", "boston", "amman"))
APIA = Place("Pacific/Apia", WorkingHours(), frozenset())


def due(start: str, calendar: str, place: Place = LONDON, **span: float) -> str:
    end = due_after(at(start), Span.model_validate(span), Calendar(calendar), place)
    return end.isoformat().removesuffix("+00:00")


@pytest.mark.parametrize(
    ("start", "span", "expected"),
    [
        # London goes from UTC+0 to UTC+1 on 29 March 2026 at 01:00Z, and back on 25 October at 01:00Z.
        ("2026-03-28T12:00", {"hours": 24}, "2026-03-29T12:00:00"),
        ("2026-03-28T12:00", {"days": 1}, "2026-03-29T12:00:00"),
        ("2026-10-24T12:00", {"days": 1, "hours": 1, "minutes": 0.5}, "2026-10-25T13:00:30"),
    ],
)
def test_elapsed_time_knows_no_clocks(start: str, span: dict[str, float], expected: str) -> None:
    assert due(start, "continuous", **span) == expected


@pytest.mark.parametrize(
    ("start", "span", "expected"),
    [
        # 12:00Z is 12:00 on the wall on the 28th; 12:00 on the wall of the 29th is 11:00Z.
        ("2026-03-28T12:00", {"days": 1}, "2026-03-29T11:00:00"),
        # Months first, then days: 31 January + 1 month is 28 February, + 1 day is 1 March.
        ("2026-01-31T09:00", {"months": 1, "days": 1}, "2026-03-01T09:00:00"),
        ("2024-01-31T09:00", {"months": 1}, "2024-02-29T09:00:00"),
        ("2026-08-31T09:00", {"months": 6}, "2027-02-28T10:00:00"),
        # 01:30 of 29 March 2026 never was: it moves forward by the hour, to 02:30, which is 01:30Z.
        ("2026-03-28T01:30", {"days": 1}, "2026-03-29T01:30:00"),
        # 01:30 of 25 October came twice: the first is 00:30Z. The 10 minutes then pass.
        ("2026-10-24T00:30", {"days": 1}, "2026-10-25T00:30:00"),
        ("2026-10-24T00:30", {"days": 1, "minutes": 10}, "2026-10-25T00:40:00"),
        # Hours pass: 24 h after 00:30Z, though the day has 25.
        ("2026-10-24T23:30", {"hours": 24}, "2026-10-25T23:30:00"),
    ],
)
def test_calendar_days_are_those_of_the_wall(start: str, span: dict[str, float], expected: str) -> None:
    assert due(start, "calendar-days", **span) == expected


@pytest.mark.parametrize(
    ("start", "days", "place", "expected"),
    [
        # The day of the start is the first, however little of it is left. In summer it ends at 23:00Z.
        ("2026-07-01T22:59", 1, LONDON, "2026-07-01T23:00:00"),
        ("2026-07-01T23:00", 1, LONDON, "2026-07-02T23:00:00"),
        ("2026-07-01T12:00", 3, LONDON, "2026-07-03T23:00:00"),
        # Boston is at UTC-4: 03:59Z is still the day before.
        ("2026-07-02T03:59", 1, BOSTON, "2026-07-02T04:00:00"),
        # After 29 December 2011 Apia had 31 December: there was no 30th. 29 December 12:00 there is 22:00Z.
        ("2011-12-29T22:00", 1, APIA, "2011-12-30T10:00:00"),
        ("2011-12-29T22:00", 2, APIA, "2011-12-31T10:00:00"),
    ],
)
def test_local_days_begin_with_the_day_of_the_start(start: str, days: int, place: Place, expected: str) -> None:
    assert due(start, "local-day", place, days=days) == expected


@pytest.mark.parametrize(
    ("start", "days", "calendar", "place", "expected"),
    [
        # Thursday 2 April 2026; Good Friday the 3rd, Easter Monday the 6th: Tuesday 7 is the first. Midnight is 23:00Z.
        ("2026-04-02T09:00", 1, "working-days", LONDON, "2026-04-07T23:00:00"),
        ("2026-04-02T09:00", 2, "business-days", LONDON, "2026-04-08T23:00:00"),
        # The day of the start never counts, not even at its first minute.
        ("2026-06-01T23:00", 1, "working-days", LONDON, "2026-06-03T23:00:00"),
        # A start on Saturday: Monday is the first.
        ("2026-06-06T12:00", 1, "working-days", LONDON, "2026-06-08T23:00:00"),
        # Boxing Day 2026 is a Saturday, so Monday 28 is a holiday: after Thursday 24, Tuesday 29 is the first.
        ("2026-12-24T12:00", 1, "working-days", LONDON, "2026-12-30T00:00:00"),
        # Amman works Sunday to Thursday: after Thursday 7 May, Sunday the 10th. Business is Monday to Friday: Friday 8.
        ("2026-05-07T09:00", 1, "working-days", AMMAN, "2026-05-10T21:00:00"),
        ("2026-05-07T09:00", 1, "business-days", AMMAN, "2026-05-08T21:00:00"),
        # In Apia, Friday 30 December 2011 never was: after Thursday 29, Monday 2 January is the first.
        ("2011-12-29T22:00", 1, "working-days", APIA, "2012-01-02T10:00:00"),
    ],
)
def test_working_and_business_days_end_at_midnight(
    start: str, days: int, calendar: str, place: Place, expected: str
) -> None:
    assert due(start, calendar, place, days=days) == expected


@pytest.mark.parametrize(
    ("start", "span", "expected"),
    [
        # Wednesday 3 June 2026, 09:00 to 17:00 in London is 08:00Z to 16:00Z.
        ("2026-06-03T10:00", {"hours": 2}, "2026-06-03T12:00:00"),
        # Exactly at closing time is that closing time; a minute more is the next morning.
        ("2026-06-03T10:00", {"hours": 6}, "2026-06-03T16:00:00"),
        ("2026-06-03T10:00", {"hours": 6, "minutes": 1}, "2026-06-04T08:01:00"),
        # Before opening, after closing and at closing time, the next opening counts.
        ("2026-06-03T05:00", {"minutes": 30}, "2026-06-03T08:30:00"),
        ("2026-06-03T16:00", {"minutes": 30}, "2026-06-04T08:30:00"),
        ("2026-06-03T20:00", {"minutes": 30}, "2026-06-04T08:30:00"),
        # 24 working hours are three days, over a weekend: Wednesday 10:00Z has 6 h, then 8, 8 and 2 on Monday.
        ("2026-06-03T10:00", {"hours": 24}, "2026-06-08T10:00:00"),
        # Over Easter: Thursday 2 April 15:00Z has 1 h left, Tuesday gives the other.
        ("2026-04-02T15:00", {"hours": 2}, "2026-04-07T09:00:00"),
    ],
)
def test_working_hours_pass_only_while_the_site_is_open(start: str, span: dict[str, float], expected: str) -> None:
    assert due(start, "working-hours", **span) == expected


def test_a_change_of_clocks_inside_working_hours_takes_them() -> None:
    """A site that is open on Sundays from 00:00 to 06:00 has five hours on 29 March 2026, and seven on 25 October."""
    night = Place(
        "Europe/London", WorkingHours.model_validate({"days": ["sunday"], "start": "00:00", "end": "06:00"}), ()
    )
    assert due("2026-03-29T00:00", "working-hours", night, hours=5) == "2026-03-29T05:00:00"
    assert due("2026-03-29T00:00", "working-hours", night, hours=6) == "2026-04-05T00:00:00"
    assert due("2026-10-24T23:00", "working-hours", night, hours=7) == "2026-10-25T06:00:00"


def test_without_a_site_it_is_utc_monday_to_friday_without_holidays() -> None:
    nowhere = place_of(None)
    assert due("2026-12-24T12:00", "working-days", nowhere, days=1) == "2026-12-26T00:00:00"
    assert due("2026-12-24T12:00", "working-hours", nowhere, hours=6) == "2026-12-25T10:00:00"


@pytest.mark.parametrize(
    ("calendar", "span"),
    [
        ("continuous", {"months": 1}),
        ("local-day", {"days": 1, "hours": 1}),
        ("working-days", {"hours": 8}),
        ("business-days", {"months": 1}),
        ("working-hours", {"days": 1}),
    ],
)
def test_a_span_that_a_calendar_cannot_count_is_refused(calendar: str, span: dict[str, float]) -> None:
    with pytest.raises(UnreckonableError):
        due("2026-06-03T10:00", calendar, **span)


@pytest.mark.parametrize("calendar", ["working-days", "working-hours"])
def test_a_site_that_never_works_is_refused_rather_than_looked_at_for_ever(calendar: str) -> None:
    never = Place("UTC", WorkingHours(days=()), frozenset())
    with pytest.raises(UnreckonableError, match="working"):
        due("2026-06-03T10:00", calendar, never, **({"days": 1} if calendar == "working-days" else {"hours": 1}))
