"""Moments are never told more precisely than they were said."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.intake.domain.stated_time import StatedTime, UnreadableTimeError, parse_stated_time
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
