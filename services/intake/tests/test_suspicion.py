"""When two incidents of different sources are suspected to be one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.intake.domain.book import Book, Involved
from aftercare.intake.domain.facts import IncidentDetails
from aftercare.intake.domain.stated_time import StatedTime
from aftercare.intake.domain.suspicion import (
    NARROW,
    WIDEST,
    Suspect,
    SuspicionReason,
    into_older,
    pair,
    suspect,
    suspicion,
)
from aftercare.intake.domain.vocabulary import EventKind, HarmLevel, Precision, WithdrawalReason

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def when(start: datetime = START, length: timedelta = HOUR) -> StatedTime:
    return StatedTime(start, start + length, Precision.HOUR, zone_known=True, source_field="occurred")


FALL = IncidentDetails(site="hill", unit="ward-7", occurred=when(), harm=HarmLevel.MODERATE)


def book(incident: str, source: str, details: IncidentDetails = FALL, *people: str) -> Book:
    involved = tuple(Involved(f"inv_{one}", one) for one in people)
    return Book(incident, source, revision=1, details=details, received=START, involved=involved)


def why(one: Book, other: Book, numbers: frozenset[str] = frozenset()) -> SuspicionReason | None:
    return suspicion(suspect(one, numbers), suspect(other, numbers))


ONE, OTHER = book("inc_1", "safety"), book("inc_2", "wardlog")
VAGUE = replace(FALL, unit=None)


@pytest.mark.parametrize(
    ("one", "other", "numbers", "reason"),
    [
        (ONE, OTHER, set(), SuspicionReason.SAME_PLACE_AND_HARM),
        (book("inc_1", "safety", VAGUE, "a"), book("inc_2", "wardlog", VAGUE, "a"), set(), SuspicionReason.SAME_PERSON),
        (book("inc_1", "safety", VAGUE), book("inc_2", "wardlog", VAGUE), {"n"}, SuspicionReason.SAME_NUMBER),
    ],
)
def test_each_sign_is_enough_where_place_and_time_agree(
    one: Book, other: Book, numbers: set[str], reason: SuspicionReason
) -> None:
    assert why(one, other, frozenset(numbers)) is reason


@pytest.mark.parametrize(
    "changes",
    [
        {"site": None},
        {"site": "north"},
        {"occurred": None},
        {"occurred": when(START + 2 * HOUR)},
        {"occurred": when(START - HOUR, WIDEST)},
        {"synthetic": True},
        {"backfill": True},
    ],
)
def test_no_sign_counts_without_the_same_site_and_time_or_for_what_is_no_real_news(changes: dict[str, object]) -> None:
    other = book("inc_2", "wardlog", replace(FALL, **changes), "a")  # type: ignore[arg-type]
    assert why(book("inc_1", "safety", FALL, "a"), other, frozenset({"n"})) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"unit": None},
        {"unit": "ward-8"},
        {"harm": HarmLevel.UNKNOWN},
        {"harm": HarmLevel.SEVERE},
        {"kind": EventKind.STRESSFUL_EVENT},
        {"occurred": when(length=NARROW)},
    ],
)
def test_place_and_harm_are_a_sign_only_where_all_of_it_agrees_and_the_hour_is_known(
    changes: dict[str, object],
) -> None:
    assert why(ONE, replace(OTHER, details=replace(FALL, **changes))) is None  # type: ignore[arg-type]


def test_what_two_do_not_know_is_nothing_that_they_share() -> None:
    unknown = replace(FALL, harm=HarmLevel.UNKNOWN)
    assert why(replace(ONE, details=unknown), replace(OTHER, details=unknown)) is None


@pytest.mark.parametrize(
    "changes",
    [{"withdrawn": WithdrawalReason.DUPLICATE}, {"merged_into": "inc_3"}, {"revision": 0}, {"source": "safety"}],
)
def test_withdrawn_merged_unreported_and_incidents_of_one_source_are_never_suspected(
    changes: dict[str, object],
) -> None:
    assert why(ONE, replace(OTHER, **changes)) is None  # type: ignore[arg-type]


def test_the_younger_goes_into_the_older() -> None:
    late = replace(ONE, received=START + HOUR)
    assert into_older(late, OTHER) == into_older(OTHER, late) == (late, OTHER)
    assert into_older(ONE, OTHER) == into_older(OTHER, ONE) == (OTHER, ONE)


moments = st.integers(0, 60).map(lambda hours: START + hours * HOUR)
suspects = st.builds(
    lambda start, length, **rest: Suspect(earliest=start, latest=start + length * HOUR, **rest),
    incident=st.sampled_from(["inc_1", "inc_2"]),
    source=st.sampled_from(["safety", "wardlog"]),
    site=st.sampled_from(["hill", "north"]),
    start=moments,
    length=st.integers(0, 47),
    unit=st.sampled_from([None, "ward-7", "ward-8"]),
    harm=st.sampled_from([HarmLevel.UNKNOWN, HarmLevel.MODERATE]),
    kind=st.sampled_from(list(EventKind)),
    people=st.frozensets(st.sampled_from("abc")),
    numbers=st.frozensets(st.sampled_from("xy")),
)


@given(suspects, suspects)
def test_it_does_not_matter_which_comes_first(one: Suspect, other: Suspect) -> None:
    assert suspicion(one, other) is suspicion(other, one)
    assert pair(one.incident, other.incident) == pair(other.incident, one.incident)


@given(suspects, suspects)
def test_whatever_is_suspected_shares_a_sign_and_starts_within_two_days(one: Suspect, other: Suspect) -> None:
    """What the look-up by index relies on."""
    if suspicion(one, other) is not None:
        assert one.signs & other.signs
        assert other.earliest > one.earliest - WIDEST
        assert (one.site, other.earliest <= one.latest, other.latest >= one.earliest) == (other.site, True, True)


@given(suspects, st.integers(1, 100))
def test_a_moved_moment_alone_can_end_a_suspicion(one: Suspect, days: int) -> None:
    moved = replace(one, source="third", earliest=one.earliest + WIDEST * days, latest=one.latest + WIDEST * days)
    assert suspicion(one, moved) is None
