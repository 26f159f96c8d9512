"""Who is asked, and who must never be."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from aftercare.programme import load_organisation, load_programme
from aftercare.support.domain.matching import OVERRIDABLE, Bar, Need, bars, match_supporter, may_assign_by_hand
from aftercare.support.domain.supporter import Supporter, answers_until
from aftercare.support.domain.task import Task, attempts_left, on_duty, patience
from aftercare.support.domain.vocabulary import Mode, TaskKind, Wish

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PEOPLE = [f"per_{letter}" for letter in "abcdefgh"]
units = st.sampled_from([None, "icu", "ward"])
some_people = st.frozensets(st.sampled_from(PEOPLE), max_size=3)

supporters = st.lists(
    st.builds(
        Supporter,
        person=st.sampled_from(PEOPLE),
        trained_until=st.sampled_from([NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)]),
        modes=st.sampled_from([frozenset({Mode.INDIVIDUAL}), frozenset({Mode.GROUP}), frozenset()]),
        load_cap=st.integers(1, 3),
        available=st.booleans(),
        load=st.integers(0, 4),
        last_asked_at=st.sampled_from([None, NOW - timedelta(days=3), NOW - timedelta(days=1)]),
        site=st.sampled_from([None, "north", "south"]),
        unit=units,
        gone=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda one: one.person,
)
needs = st.builds(
    Need,
    person=st.sampled_from(PEOPLE),
    manager=st.sampled_from([None, *PEOPLE]),
    site=st.sampled_from([None, "north"]),
    unit=units,
    involved=some_people,
    conflicted=some_people,
    not_these=some_people,
    asked=some_people,
    wishes=st.frozensets(st.sampled_from(list(Wish)), max_size=2),
)


@given(needs, supporters)
def test_matching_never_breaks_a_hard_rule(need: Need, everybody: list[Supporter]) -> None:
    chosen = match_supporter(need, everybody, NOW).supporter
    if chosen is None:
        return
    forbidden = {need.person, need.manager, *need.involved, *need.conflicted, *need.not_these, *need.asked}
    assert chosen.person not in forbidden
    assert chosen.trained_until > NOW
    assert Mode.INDIVIDUAL in chosen.modes
    assert chosen.available
    assert not chosen.gone
    assert chosen.load < chosen.load_cap
    if Wish.OTHER_UNIT in need.wishes and need.unit is not None:
        assert chosen.unit != need.unit
    if Wish.OWN_UNIT in need.wishes:
        assert chosen.unit == need.unit
    if Wish.OTHER_SITE in need.wishes:
        assert chosen.site != need.site


@given(needs, supporters)
def test_everybody_who_is_not_chosen_was_free_or_has_a_reason(need: Need, everybody: list[Supporter]) -> None:
    match = match_supporter(need, everybody, NOW)
    free = [one for one in everybody if not bars(need, one, NOW)]
    assert {one.person for one in everybody} == {one.person for one in free} | set(match.excluded)
    assert (match.supporter is None) == (not free)
    assert all(match.excluded.values())


@given(needs, supporters, st.data())
def test_the_choice_does_not_depend_on_the_order_and_takes_the_least_loaded(
    need: Need, everybody: list[Supporter], data: st.DataObject
) -> None:
    chosen = match_supporter(need, everybody, NOW).supporter
    again = match_supporter(need, data.draw(st.permutations(everybody)), NOW).supporter
    assert chosen == again
    if chosen is not None:
        assert chosen.load == min(one.load for one in everybody if not bars(need, one, NOW))


@given(needs, supporters)
def test_by_hand_only_availability_load_and_an_earlier_refusal_can_be_passed_over(
    need: Need, everybody: list[Supporter]
) -> None:
    for one in everybody:
        assert set(bars(need, one, NOW)) - set(may_assign_by_hand(need, one, NOW)) <= OVERRIDABLE
    assert {Bar.NOT_AVAILABLE, Bar.FULL, Bar.ASKED_BEFORE} == OVERRIDABLE


@given(
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 31)),  # noqa: DTZ001 # made aware below
    st.sampled_from(["UTC", "Europe/London", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
def test_a_supporter_has_half_an_hour_by_their_day_and_an_hour_by_their_night(moment: datetime, zone: str) -> None:
    policy = load_programme("generic")
    now = moment.replace(tzinfo=UTC)
    waits = answers_until(policy.matching, policy.outreach.waking, zone, now) - now
    hour = now.astimezone(ZoneInfo(zone)).hour
    assert waits == timedelta(minutes=30 if 8 <= hour < 21 else 60)


@given(st.integers(0, 1000), st.sampled_from(["north", "south", "unknown", None]))
def test_the_ladder_of_coordinators_never_ends(rung: int, site: str | None) -> None:
    ladder = load_organisation("demo-organisation").ladder(site)
    assert on_duty(ladder, rung) == on_duty(ladder, rung + len(ladder))
    assert {on_duty(ladder, rung + step).code for step in range(len(ladder))} == {one.code for one in ladder}


def test_an_urgent_task_moves_on_sooner_and_a_call_is_tried_a_few_times() -> None:
    policy = load_programme("generic").coordination
    assert patience(policy, urgent=True) < patience(policy, urgent=False)
    assert [attempts_left(policy, attempt) for attempt in (1, 2, 3, 4)] == [True, True, False, False]
    task = Task("tsk_1", TaskKind.CALL_PERSON, NOW, NOW).claimed("somebody").told_next(NOW)
    assert (task.claimed_by, task.rung) == (None, 1)
