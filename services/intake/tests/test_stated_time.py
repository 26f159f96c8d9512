"""Moments are never told more precisely than they were said."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.intake.domain.doubts import Doubts
from aftercare.intake.domain.stated_time import FieldNameError, StatedTime, UnreadableTimeError, parse_stated_time
from aftercare.intake.domain.time_windows import PARTS, approximately, bracket, part_of_day, some_weekday
from aftercare.intake.domain.time_words import hl7_to_iso
from aftercare.intake.domain.vocabulary import Precision


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


def read(words: str, zone: str | None = None) -> StatedTime:
    return parse_stated_time(words, "AdverseEvent.date", zone)


@pytest.mark.parametrize(
    ("words", "zone", "earliest", "latest", "precision"),
    [
        ("2026-03-02T10:00:00+01:00", None, "2026-03-02T09:00:00", "2026-03-02T09:00:00", Precision.INSTANT),
        ("2026-03-02T10:00:00.1234567Z", None, "2026-03-02T10:00:00.123456", "2026-03-02T10:00:00.123456", "instant"),
        ("2026-03-02 10:00Z", None, "2026-03-02T10:00:00", "2026-03-02T10:00:59.999999", Precision.MINUTE),
        ("2026-03-02", "Europe/London", "2026-03-02T00:00:00", "2026-03-02T23:59:59.999999", Precision.DAY),
        ("2026-07-02", "Europe/London", "2026-07-01T23:00:00", "2026-07-02T22:59:59.999999", Precision.DAY),
        ("2026-03-02", None, "2026-03-01T10:00:00", "2026-03-03T11:59:59.999999", Precision.DAY),
        ("2026-02", "UTC", "2026-02-01T00:00:00", "2026-02-28T23:59:59.999999", Precision.MONTH),
        ("2026-12", "UTC", "2026-12-01T00:00:00", "2026-12-31T23:59:59.999999", Precision.MONTH),
        ("2026", "UTC", "2026-01-01T00:00:00", "2026-12-31T23:59:59.999999", Precision.YEAR),
        ("2026-03-02T09:30:00", None, "2026-03-01T19:30:00", "2026-03-02T21:30:00", Precision.INSTANT),
    ],
)
def test_a_moment_is_bounded_by_what_was_said(
    words: str, zone: str | None, earliest: str, latest: str, precision: Precision
) -> None:
    stated = read(words, zone)
    assert (stated.earliest, stated.latest, stated.precision) == (at(earliest), at(latest), precision)


def test_a_wall_time_that_never_was_is_bounded_by_both_readings() -> None:
    stated = read("2026-03-29T01:30:00", "Europe/London")
    assert stated.latest - stated.earliest == timedelta(hours=1)


def test_a_wall_time_that_was_twice_is_bounded_by_both() -> None:
    stated = read("2026-10-25T01:30:00", "Europe/London")
    assert (stated.earliest, stated.latest) == (at("2026-10-25T00:30:00"), at("2026-10-25T01:30:00"))


def test_a_zone_that_nobody_stated_or_configured_is_not_known() -> None:
    assert not read("2026-03-02").zone_known
    assert read("2026-03-02", "Europe/London").zone_known
    assert read("2026-03-02T10:00:00Z").zone_known


@pytest.mark.parametrize(
    "words",
    [
        "",
        "yesterday",
        "02/03/2026",
        "2026-13",
        "2026-02-30",
        "0000",
        "2026-03-02T25:00Z",
        "2026-03-02T10:61Z",
        "9" * 100,
    ],
)
def test_what_is_no_moment_is_refused(words: str) -> None:
    with pytest.raises(UnreadableTimeError):
        read(words)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_never_quoted(words: str) -> None:
    try:
        stated = read(words)
    except UnreadableTimeError as error:
        told = str(error)
    else:
        told = stated.source_field
        assert stated.earliest <= stated.latest
    assert told == "AdverseEvent.date"


@given(
    st.datetimes(at("1905-01-01").replace(tzinfo=None), at("2199-01-01").replace(tzinfo=None)),
    st.sampled_from([None, "Asia/Tokyo", "America/St_Johns"]),
)
def test_the_true_moment_lies_within_the_bounds_of_every_precision(moment: datetime, zone: str | None) -> None:
    words = moment.replace(microsecond=0).isoformat()
    bounds = [read(words[:length], zone) for length in (4, 7, 10, 16, 19)]
    for wide, narrow in itertools.pairwise(bounds):
        assert wide.earliest <= narrow.earliest <= narrow.latest <= wide.latest


@pytest.mark.parametrize(
    ("words", "like"),
    [
        ("20260302", "2026-03-02"),
        ("202603021405", "2026-03-02T14:05"),
        ("20260302140507", "2026-03-02T14:05:07"),
        ("20260302140507.1234-0500", "2026-03-02T14:05:07.1234-05:00"),
        ("2026年3月2日", "2026-03-02"),
        ("２０２６年３月", "2026-03"),
        ("2026年3月2日 午後1時05分", "2026-03-02T13:05"),
        ("2026年3月2日12時", "2026-03-02T12"),
        ("令和8年3月2日", "2026-03-02"),
        ("平成元年1月8日", "1989-01-08"),
    ],
)
def test_other_ways_of_writing_are_as_precise_as_iso(words: str, like: str) -> None:
    assert read(words, "Asia/Tokyo") == read(like, "Asia/Tokyo")


@pytest.mark.parametrize(
    ("words", "like"),
    [
        ("2026", "2026"),
        ("202603", "2026-03"),
        ("2026030214", "2026-03-02T14"),
        ("20260302140507+0100", "2026-03-02T14:05:07+01:00"),
    ],
)
def test_a_time_stamp_of_hl7_may_stop_anywhere(words: str, like: str) -> None:
    assert read(hl7_to_iso(words)) == read(like)


@pytest.mark.parametrize("words", ["03/04/2026", "3.4.2026", "03-04-2026 10:00"])
def test_a_divided_date_is_read_only_in_an_order_that_somebody_stated(words: str) -> None:
    with pytest.raises(UnreadableTimeError):
        read(words)
    assert parse_stated_time(words, "x", "UTC", "dmy").earliest.date() == date(2026, 4, 3)
    assert parse_stated_time(words, "x", "UTC", "mdy").earliest.date() == date(2026, 3, 4)


@pytest.mark.parametrize("words", ["1772460000", "2026030210", "07/13/2021", "202603"])
def test_what_could_be_two_things_is_not_guessed(words: str) -> None:
    with pytest.raises(UnreadableTimeError):
        read(words)


@pytest.mark.parametrize("value", [1772460000, 1772460000000, 1772460000.0, "1772460000000"])
def test_seconds_and_milliseconds_since_1970_are_told_apart_by_their_size(value: object) -> None:
    stated = Doubts().moment(value, "when", None)
    assert stated is not None
    assert (stated.earliest, stated.zone_known) == (at("2026-03-02T14:00:00"), True)


@pytest.mark.parametrize("value", [2026, 20260302, 0, -1, 10**11, True, [], 1e300])
def test_a_number_of_another_size_is_no_moment(value: object) -> None:
    doubts = Doubts()
    assert doubts.moment(value, "when", None) is None
    assert doubts.slugs == ("unreadable-time:when",)


@pytest.mark.parametrize(
    ("words", "zone", "doubt"),
    [
        ("2026-03-29T01:30", "Europe/London", "clocks-skipped:when"),
        ("2026-10-25T01:30:00", "Europe/London", "clocks-repeated:when"),
        ("2026-10-25 02:30", "Europe/Zurich", "clocks-repeated:when"),
        ("2011-12-30T12:00", "Pacific/Apia", "clocks-skipped:when"),
    ],
)
def test_a_wall_time_that_clocks_changed_is_passed_on_within_its_bounds_and_doubted(
    words: str, zone: str, doubt: str
) -> None:
    doubts = Doubts()
    assert doubts.moment(words, "when", zone) is not None
    assert doubts.slugs == (doubt,)


@pytest.mark.parametrize("words", ["2026-03-29", "2026-10-25", "2026-03-29T01:30:00+01:00", "2026-06-01T01:30"])
def test_no_other_moment_is_doubted_for_its_clock(words: str) -> None:
    doubts = Doubts()
    assert doubts.moment(words, "when", "Europe/London") is not None
    assert not doubts.slugs


def test_the_night_of_a_date_may_have_begun_or_ended_on_it() -> None:
    stated = part_of_day(date(2026, 3, 2), "Night shift", "when", "Europe/London")
    assert (stated.earliest, stated.precision) == (at("2026-03-02T00:00:00"), Precision.PART_OF_DAY)
    assert stated.latest == at("2026-03-03T08:59:59.999999")


@pytest.mark.parametrize("name", sorted(PARTS))
def test_no_shift_is_shorter_than_some_hospital_works_it(name: str) -> None:
    stated = part_of_day(date(2026, 6, 2), name, "when", "Asia/Tokyo")
    assert stated.latest - stated.earliest >= timedelta(hours=4)


def test_a_shift_that_nobody_knows_is_unreadable() -> None:
    with pytest.raises(UnreadableTimeError):
        part_of_day(date(2026, 3, 2), "when Zaphodine was there", "when", None)


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("10:00～11:59", (10, 12)),
        ("０：００～１：５９", (0, 2)),
        ("22時～24時", (22, 24)),
        ("8:00-10:00", (8, 10)),
        ("不明", None),
        ("25:00～26:00", None),
        ("9", None),
    ],
)
def test_a_bracket_of_hours_is_read_however_wide_its_digits(words: str, hours: tuple[int, int] | None) -> None:
    assert bracket(words) == hours


def test_a_weekday_and_a_bracket_in_some_year_bound_the_moment_and_no_more() -> None:
    stated = some_weekday((date(2025, 1, 1), date(2025, 12, 31)), 0, (10, 12), "weekday", "Asia/Tokyo")
    assert stated.precision is Precision.YEAR
    assert stated.earliest == at("2025-01-06T01:00:00")
    assert stated.latest == at("2025-12-29T02:59:59.999999")


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 6), st.integers(0, 23))
def test_every_moment_that_could_have_been_meant_lies_within_the_bounds(day: date, weekday: int, hour: int) -> None:
    span = (date(day.year, 1, 1), date(day.year, 12, 31))
    stated = some_weekday(span, weekday, (hour, hour + 1), "when", "Asia/Tokyo")
    meant = datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC) - timedelta(hours=9)
    assert day.weekday() != weekday or stated.earliest <= meant <= stated.latest


@pytest.mark.parametrize("words", ["2026", "2026-03", "2026-03-02", "2026-03-02T10:00", "2026-03-02T10:00:00Z"])
def test_approximately_is_wider_on_both_sides_and_never_more_precise(words: str) -> None:
    exact = read(words, "Europe/London")
    about = approximately(exact)
    assert about.earliest < exact.earliest <= exact.latest < about.latest
    assert about.precision is exact.precision


def test_a_field_name_that_no_message_could_hold_is_a_fault_of_the_mapping_and_not_of_the_message() -> None:
    with pytest.raises(FieldNameError):
        parse_stated_time("2026-03-02", "発生曜日")
