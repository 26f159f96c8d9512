"""Whether there is a clock, from when, and with which version: `docs/clocks.md` 2."""

from datetime import timedelta
from typing import Any

import pytest

from aftercare.programme.clocks import Timestamp

from .telling import CAS, INC, OBL, RCA, act, at, clock, clocks, ended, known, obligation_rule, opened, rule

OF_CASE = {"start": {"on": ["case-offered"]}, "stop": {"on": ["person-reached"]}}


def grave(**when: Any) -> Any:
    return rule(when=when)


@pytest.mark.parametrize(
    ("when", "revision", "applies"),
    [
        ({}, {"harm": "near-miss"}, True),
        ({"harm_at_least": "moderate"}, {"harm": "moderate"}, True),
        ({"harm_at_least": "moderate"}, {"harm": "low"}, False),
        ({"harm_at_least": "moderate"}, {"harm": "unknown"}, False),
        ({"harm_at_least": "unknown"}, {"harm": "unknown"}, True),
        ({"harm_at_least": "unsafe-condition"}, {"harm": "unknown"}, False),
        ({"harm_at_least": "death", "unknown_harm": True}, {"harm": "unknown"}, True),
        ({"harm_at_least": "death", "unknown_harm": True}, {"harm": "severe"}, False),
        ({"harm_at_least": "severe", "flags": ["never-event"]}, {"harm": "no-harm", "flags": {"never-event"}}, True),
        ({"harm_at_least": "severe", "flags": ["never-event"]}, {"harm": "no-harm", "flags": {"sentinel"}}, False),
        ({"harm_at_least": "severe", "flags": ["never-event"]}, {"harm": "severe"}, True),
        ({"flags": ["never-event", "sentinel"]}, {"harm": "death"}, False),
        ({"flags": ["never-event", "sentinel"]}, {"harm": "no-harm", "flags": {"sentinel"}}, True),
        ({"kinds": ["stressful-event"]}, {"event_kind": "adverse-event"}, False),
        ({"kinds": ["stressful-event"]}, {"event_kind": "stressful-event"}, True),
        # A flag takes the place of harm, not of the kind.
        ({"kinds": ["stressful-event"], "flags": ["sentinel"]}, {"flags": {"sentinel"}}, False),
        ({}, {"mute": True}, False),
    ],
)
def test_a_rule_is_for_incidents_that_satisfy_its_condition(
    when: dict[str, Any], revision: dict[str, Any], applies: bool
) -> None:
    assert bool(clocks(grave(**when), known("2026-03-02T10:00", **revision))) is applies


def test_one_revision_must_satisfy_all_of_the_condition() -> None:
    both = grave(harm_at_least="severe", kinds=["stressful-event"])
    severe = known("2026-03-02T10:00", "severe")
    stressful = known("2026-03-03T10:00", "low", revision=2, event_kind="stressful-event")
    assert clocks(both, severe, stressful) == []


def test_raised_harm_starts_a_clock_and_lowered_harm_takes_none_away() -> None:
    low, severe = known("2026-03-02T10:00", "low"), known("2026-03-03T10:00", "severe", revision=2)
    lowered = known("2026-03-04T10:00", "no-harm", revision=3)
    only = grave(harm_at_least="severe")
    assert clocks(only, low) == []
    raised = clock(only, low, severe)
    assert (raised.start, raised.born) == (at("2026-03-03T10:00"), at("2026-03-03T10:00"))
    assert clock(only, low, severe, lowered) == raised


@pytest.mark.parametrize(
    ("wanted", "stated", "start", "named"),
    [
        (("occurred",), {"occurred": "2026-03-02T08:00"}, "2026-03-02T08:00", "occurred"),
        (("discovered", "reported"), {"reported": "2026-03-02T09:30"}, "2026-03-02T09:30", "reported"),
        (("discovered", "occurred", "reported"), {"reported": "2026-03-02T09:30"}, "2026-03-02T09:30", "reported"),
        (("occurred",), {"discovered": "2026-03-02T09:00"}, "2026-03-02T10:00", "received"),
        (("received",), {"occurred": "2026-03-02T08:00"}, "2026-03-02T10:00", "received"),
        # A date to come, or a wrong clock at the source.
        (("occurred",), {"occurred": "2026-03-02T10:01"}, "2026-03-02T10:00", "received"),
        (("occurred",), {"occurred": "2026-03-02T10:00"}, "2026-03-02T10:00", "occurred"),
    ],
)
def test_it_counts_from_the_first_time_that_is_known(
    wanted: tuple[str, ...], stated: dict[str, Any], start: str, named: str
) -> None:
    first, *others = wanted
    begins = rule(start={"on": ["incident-known"], "at": first, "otherwise": [*others, "received"]})
    found = clock(begins, known("2026-03-02T10:00", **stated))
    assert (found.start, found.start_from) == (at(start), Timestamp(named))


def test_the_highest_revision_says_the_times_and_the_first_that_satisfies_says_when_it_was_received() -> None:
    begins = rule(start={"on": ["incident-known"], "at": "occurred"}, when={"harm_at_least": "severe"})
    low = known("2026-03-02T10:00", "low", occurred="2026-03-01T08:00")
    severe = known("2026-03-02T12:00", revision=2, occurred="2026-03-01T09:00")
    third = known("2026-03-02T14:00", "low", revision=3, occurred="2026-03-01T07:00")
    silent = known("2026-03-02T16:00", "low", revision=4)
    assert clock(begins, low, severe).start == at("2026-03-01T09:00")
    assert clock(begins, low, severe, third).start == at("2026-03-01T07:00")
    assert clock(begins, low, severe, third, silent).start == at("2026-03-02T12:00")


def test_of_several_happenings_the_earliest_starts_it() -> None:
    either = rule(start={"on": ["rca-commissioned", "disclosure-required"]}, stop={})
    late, early = (
        act("rca-commissioned", "2026-03-04T10:00", subject=RCA),
        act("disclosure-required", "2026-03-03T10:00"),
    )
    found = clock(either, known("2026-03-02T10:00"), late, early, links=[(RCA, INC)])
    assert (found.start, found.start_from, found.born) == (early.at, Timestamp.AT, early.at)


def test_a_stated_time_with_bounds_starts_at_its_earliest_and_stops_at_its_latest() -> None:
    letter = rule(start={"on": ["disclosure-initial-done"]}, stop={"on": ["disclosure-written-sent"]})
    talk = act(
        "disclosure-initial-done", "2026-03-02T23:59:59", earliest="2026-03-02T00:00", received="2026-03-03T09:00"
    )
    sent = act("disclosure-written-sent", "2026-03-03T23:59", earliest="2026-03-03T00:00", received="2026-03-04T09:00")
    found = clock(letter, known("2026-03-01T10:00"), talk, sent)
    assert (found.start, found.born, found.outcome.stopped) == (at("2026-03-02T00:00"), talk.received, sent.at)


def test_what_is_said_to_lie_after_its_receipt_happened_at_its_receipt() -> None:
    letter = rule(start={"on": ["disclosure-initial-done"]}, stop={"on": ["disclosure-written-sent"]})
    talk = act("disclosure-initial-done", "2027-01-01T00:00", earliest="2026-12-31T00:00", received="2026-03-02T09:00")
    sent = act("disclosure-written-sent", "2026-03-02T23:59:59", received="2026-03-02T14:00")
    found = clock(letter, known("2026-03-01T10:00"), talk, sent)
    assert (found.start, found.start_from) == (at("2026-03-02T09:00"), Timestamp.RECEIVED)
    assert found.outcome.stopped == at("2026-03-02T14:00")


def test_what_is_muted_starts_nothing_and_stops_all_the_same() -> None:
    letter = rule(start={"on": ["disclosure-required"]})
    assert clocks(letter, known("2026-03-01T10:00"), act("disclosure-required", "2026-03-02T09:00", mute=True)) == []
    done = act("disclosure-initial-done", "2026-03-02T09:00", mute=True)
    assert clock(rule(), known("2026-03-01T10:00"), done).outcome.stopped == done.at


def test_a_milestone_without_any_revision_starts_nothing_yet() -> None:
    assert clocks(rule(start={"on": ["disclosure-required"]}), act("disclosure-required", "2026-03-02T09:00")) == []


def test_obligations_look_at_the_revisions_of_their_incident() -> None:
    severe = obligation_rule(when={"harm_at_least": "severe"})
    somebody = opened("2026-03-02T10:05", occurred="2026-03-02T08:00")
    assert clocks(severe, somebody) == []
    assert clocks(severe, somebody, known("2026-03-02T10:00")) == [], "of another incident"
    found = clock(severe, somebody, known("2026-03-02T10:00"), links=[(INC, OBL)], of=OBL)
    assert (found.start, found.born, found.incident, found.site) == (
        at("2026-03-02T08:00"),
        at("2026-03-02T10:05"),
        INC,
        "london",
    )
    raised = known("2026-03-04T10:00", revision=2)
    late = clock(severe, somebody, known("2026-03-02T10:00", "low"), raised, links=[(INC, OBL)])
    assert late.born == raised.received


def test_whoever_asks_without_an_incident_has_the_clocks_that_ask_for_none() -> None:
    alone = opened("2026-03-02T10:05", route="self")
    found = clock(obligation_rule(), alone)
    assert (found.start, found.start_from, found.incident, found.site) == (alone.at, Timestamp.RECEIVED, None, None)
    for when in ({"harm_at_least": "unknown"}, {"flags": ["sentinel"]}, {"kinds": ["adverse-event"]}):
        assert clocks(obligation_rule(when=when), alone) == []


def test_routes_say_for_whom_a_clock_is() -> None:
    ours = obligation_rule(when={"routes": ["self", "colleague"]})
    assert clocks(ours, opened("2026-03-02T10:05", route="incident")) == []
    assert clocks(ours, opened("2026-03-02T10:05", route="colleague")) != []
    of_case = rule(side="support", subject="case", when={"routes": ["self"]}, **OF_CASE)
    offered = act("case-offered", "2026-03-02T11:00", subject=CAS)
    assert clocks(of_case, offered, opened("2026-03-02T10:05"), links=[(CAS, OBL)]) == []
    assert clocks(of_case, offered, opened("2026-03-02T10:05", route="self"), links=[(CAS, OBL)]) != []


def test_a_promise_for_one_method_is_for_analyses_by_that_method() -> None:
    psii = rule(subject="rca", when={"methods": ["psii"]}, start={"on": ["rca-commissioned"]}, stop={})
    begun = act("rca-commissioned", "2026-03-03T10:00", subject=RCA, method="other")
    assert clocks(psii, begun) == []
    said = act("rca-interview-cancelled", "2026-03-05T10:00", subject=RCA, method="psii")
    found = clock(psii, begun, said)
    assert (found.start, found.born) == (begun.at, said.received), "any of its messages may say so"
    assert clocks(psii, begun, act("rca-completed", "2026-03-05T10:00", subject=RCA, method="psii", mute=True)) == []


def test_an_incident_has_the_methods_of_all_its_analyses() -> None:
    told = rule(when={"methods": ["psii", "aar"]}, start={"on": ["incident-known"], "at": "received"})
    second = RCA[:-1] + "2"
    begun = [
        act("rca-commissioned", "2026-03-03T10:00", subject=RCA, method="mdt"),
        act("rca-commissioned", "2026-03-04T10:00", subject=second, method="aar"),
    ]
    links = [(RCA, INC), (second, INC)]
    assert clocks(told, known("2026-03-02T10:00"), begun[0], links=links) == []
    found = clock(told, known("2026-03-02T10:00"), *begun, links=links, of=INC)
    assert (found.start, found.born) == (at("2026-03-02T10:00"), at("2026-03-04T10:00"))


@pytest.mark.parametrize(("received", "version"), [("2026-03-31T23:59:59", 1), ("2026-04-01T00:00", 2)])
def test_a_clock_is_born_with_the_version_in_force_that_day_and_keeps_it(received: str, version: int) -> None:
    first, second = rule(), rule({"kind": "deadline", "within": {"hours": 2}}, version=2, in_force="2026-04-01")
    found = clock([first, second], known(received), known("2026-06-01T10:00", revision=2))
    assert found.rule.version == version
    assert found.due == at(received) + timedelta(hours=24 if version == 1 else 2)


def test_of_versions_that_each_find_a_birth_the_earliest_born_counts() -> None:
    """The second version begins later and by something else: it is in force then, and the clock runs already."""
    first = rule()
    second = rule(start={"on": ["disclosure-required"]}, version=2, in_force="2026-04-01")
    everything = (known("2026-03-02T10:00"), act("disclosure-required", "2026-04-02T10:00"))
    assert clock([second, first], *everything).rule.version == 1
    born_under_the_second = known("2026-04-01T10:00")
    assert clocks([first, second], born_under_the_second) == [], "version 2 waits for its own start"


def test_a_rule_that_is_switched_off_measures_nothing() -> None:
    assert clocks(rule(enabled=False), known("2026-03-02T10:00")) == []


def test_it_is_born_when_the_last_of_what_it_takes_was_received() -> None:
    """The talk was heard of first, then that it was severe: only then could anybody know."""
    letter = rule(start={"on": ["disclosure-initial-done"]}, when={"harm_at_least": "severe"}, stop={})
    talk = act("disclosure-initial-done", "2026-03-02T09:00", received="2026-03-02T12:00")
    found = clock(letter, known("2026-03-02T08:00", "low"), talk, known("2026-03-05T08:00", revision=2))
    assert (found.start, found.born) == (at("2026-03-02T09:00"), at("2026-03-05T08:00"))


def test_a_withdrawn_record_that_was_never_told_of_before_gives_no_clock() -> None:
    assert clocks(rule(), ended("withdrawn", "2026-03-02T10:00", revision=2)) == []
