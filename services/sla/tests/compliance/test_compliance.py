"""What the event side is told about offers, and that nobody can be found out by it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aftercare.sla.domain.compliance import (
    Naming,
    Owed,
    Policy,
    Publication,
    last_instant,
    next_instant,
    publication,
)

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = Policy(k=5, within=DAY, published_for=14 * DAY)
TIMES = (time(6), time(18))
INSTANTS = [datetime(2026, 3, 2, 18, tzinfo=UTC) + number * 12 * HOUR for number in range(12)]


def incident(*settled: float | None, since: datetime = MONDAY) -> Naming:
    """People named together; each settled so many hours later, or never."""
    owed = [Owed(since, None if hours is None else since + hours * HOUR) for hours in settled]
    return Naming("inc_a", [since] * len(owed), owed)


def said(naming: Naming, hours: float) -> tuple[Any, ...]:
    one = publication(naming, POLICY, MONDAY + hours * HOUR)
    assert one is not None
    return one.all_settled, one.due, one.settled, one.overdue


# -- what is said


def test_everybody_was_offered_in_time() -> None:
    assert said(incident(1, 2, 3, 4, 5), 24) == (True, 5, 5, 0)


def test_fewer_than_k_get_a_word_and_no_number() -> None:
    assert said(incident(1, 2, 3, 4), 24) == (True, None, None, None)
    assert said(incident(1, 2, 3, None), 24) == (False, None, None, None)


def test_an_offer_that_is_overdue_is_said_and_how_many_are_is_not() -> None:
    assert said(incident(1, 2, 3, 4, None), 24) == (False, 5, None, None)
    assert said(incident(None, None, None, None, None), 24) == (False, 5, None, None)


def test_before_its_time_has_come_nothing_is_said_of_anybody() -> None:
    assert said(incident(0, 0, 0, 0, 0), 23) == (False, None, None, None)
    assert said(incident(None, None, None, None, None), 23) == (False, None, None, None)


def test_whom_support_never_heard_of_counts_as_overdue() -> None:
    lost = replace(incident(1, 2, 3, 4, 5), owed=incident(1, 2, 3, 4).owed)
    assert said(lost, 24) == (False, 5, None, None)


def test_a_settlement_after_the_instant_does_not_count_for_it() -> None:
    assert said(incident(1, 1, 1, 1, 30), 26) == (False, 5, None, None)
    assert said(incident(1, 1, 1, 1, 30), 36) == (True, 5, 5, 0)


def test_it_ends_so_long_after_the_last_naming_whatever_the_answer() -> None:
    for people in (incident(1, 1), incident(1, None)):
        assert publication(people, POLICY, MONDAY + 15 * DAY) is not None
        assert publication(people, POLICY, MONDAY + 15 * DAY + HOUR) is None


def test_nobody_named_nothing_said() -> None:
    assert publication(Naming("inc_a", []), POLICY, MONDAY) is None
    assert publication(incident(1), POLICY, MONDAY - HOUR) is None


def test_instants_are_fixed() -> None:
    assert last_instant(MONDAY, TIMES) == datetime(2026, 3, 2, 6, tzinfo=UTC)
    assert last_instant(datetime(2026, 3, 2, 5, tzinfo=UTC), TIMES) == datetime(2026, 3, 1, 18, tzinfo=UTC)
    assert last_instant(datetime(2026, 3, 2, 6, tzinfo=UTC), TIMES) == datetime(2026, 3, 2, 6, tzinfo=UTC)
    assert next_instant(MONDAY, TIMES) == datetime(2026, 3, 2, 18, tzinfo=UTC)


# -- the attacker: names people, adds and removes them, names them again elsewhere, reads everything, compares

Publish = Callable[[Naming, datetime], Publication | None]


@dataclass(frozen=True)
class Named:
    """An act of the attacker: a person is named for an incident, and perhaps taken off the list again."""

    incident: str
    person: str
    since: datetime
    removed: datetime | None = None


State = Mapping[str, timedelta | None]
"""What the attacker wants to know: how long it took until a person was settled, if ever."""


def ours(naming: Naming, as_of: datetime) -> Publication | None:
    return publication(naming, POLICY, as_of)


def plain_counts(naming: Naming, as_of: datetime) -> Publication | None:
    """What anybody would publish at first: the numbers as they are. It shows that the attacker is no straw man."""
    owed = [one for one in naming.owed if one.since <= as_of]
    settled = sum(one.settled is not None and one.settled <= as_of for one in owed)
    if len(owed) < POLICY.k:
        return None
    return Publication(naming.incident, as_of, settled == len(owed), len(owed), settled, len(owed) - settled)


def transcript(acts: list[Named], state: State, publish: Publish = ours) -> list[Publication | None]:
    """All that the attacker reads. A person is in the same state wherever they are named: the worst case."""
    said = []
    for name in sorted({act.incident for act in acts}):
        mine = [act for act in acts if act.incident == name]
        owed = [Owed(act.since, _settled(act, state[act.person])) for act in mine]
        naming = Naming(name, [act.since for act in mine], owed)
        said += [publish(naming, instant) for instant in INSTANTS]
    return said


def _settled(act: Named, after: timedelta | None) -> datetime | None:
    """Whoever is removed is settled by that at the latest: no offer is made, with a reason."""
    found = [act.since + after] if after is not None else []
    return min([*found, *([act.removed] if act.removed else [])], default=None)


PEOPLE = "abcdefg"
FIVE = [Named("one", person, MONDAY) for person in "abcde"]
ATTACKS = {
    "five named, and a sixth later": [*FIVE, Named("one", "f", MONDAY + 13 * HOUR)],
    "six named, and one taken off": [*FIVE, Named("one", "f", MONDAY, MONDAY + 13 * HOUR)],
    "two incidents that share all but one": [*FIVE, *(Named("two", person, MONDAY) for person in "abcdef")],
    "one person alone": [*FIVE, Named("two", "a", MONDAY)],
    "everybody but one alone as well": [*FIVE, *(Named(f"only {person}", person, MONDAY) for person in "abcd")],
    "two windows that slide": [Named(f"from {n}", person, MONDAY) for n in range(3) for person in PEOPLE[n : n + 5]],
}
SOON, LATER = HOUR, 20 * HOUR


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_attacker_learns_nothing_where_the_promise_is_kept(attack: str) -> None:
    acts = ATTACKS[attack]
    people = sorted({act.person for act in acts})
    worlds = [dict(zip(people, state, strict=True)) for state in product((SOON, LATER), repeat=len(people))]
    assert len({str(transcript(acts, world)) for world in worlds}) == 1
    assert len({str(transcript(acts, world, plain_counts)) for world in worlds}) > 1


NAMINGS = st.lists(
    st.builds(
        Named,
        incident=st.sampled_from(["one", "two", "three"]),
        person=st.sampled_from(PEOPLE),
        since=st.integers(0, 60).map(lambda hours: MONDAY + hours * HOUR),
        removed=st.none() | st.integers(61, 80).map(lambda hours: MONDAY + hours * HOUR),
    ),
    min_size=1,
    max_size=16,
    unique_by=lambda act: (act.incident, act.person),
)


def states(*hours: Any) -> Any:
    return st.fixed_dictionaries({person: st.one_of(*hours) for person in PEOPLE})


KEPT = st.integers(0, 24).map(lambda hours: hours * HOUR)
BROKEN = st.none() | st.integers(25, 90).map(lambda hours: hours * HOUR)


@given(NAMINGS, states(KEPT), states(KEPT))
def test_no_naming_adding_removing_or_comparing_tells_two_kept_promises_apart(
    acts: list[Named], state: State, other: State
) -> None:
    assert transcript(acts, state) == transcript(acts, other)


@given(NAMINGS, states(KEPT, BROKEN), st.sampled_from(PEOPLE), KEPT)
def test_whoever_is_offered_in_time_is_hidden_even_where_others_were_not(
    acts: list[Named], state: State, person: str, after: timedelta
) -> None:
    """One person's state, as long as their own promise is kept, moves no word and no number of any publication."""
    assume(state[person] is not None and state[person] <= DAY)  # type: ignore[operator] # not None by then
    assert transcript(acts, state) == transcript(acts, {**state, person: after})


@given(NAMINGS, states(KEPT, BROKEN), states(KEPT, BROKEN))
def test_no_number_says_more_than_the_words_do(acts: list[Named], state: State, other: State) -> None:
    def words(of: State) -> list[bool | None]:
        return [one.all_settled if one is not None else None for one in transcript(acts, of)]

    assume(words(state) == words(other))
    assert transcript(acts, state) == transcript(acts, other)


@given(NAMINGS, states(KEPT, BROKEN))
def test_nothing_is_published_but_at_the_fixed_instants_and_for_those_who_are_named(
    acts: list[Named], state: State
) -> None:
    for one in transcript(acts, state):
        if one is not None:
            named = [act for act in acts if act.incident == one.incident and act.since <= one.as_of]
            assert one.as_of in INSTANTS
            assert one.due is None or POLICY.k <= one.due <= len(named)
