"""The plain words of scenarios: every form, and what is said of what is none: `docs/clocks.md` 8."""

import re
from collections.abc import Sequence
from typing import Any

import pytest

from aftercare.programme.clocks import ClockPack, Flag, Kind, Method, NamedBy, Scenario
from aftercare.programme.happenings import Happening
from aftercare.programme.model import HarmLevel
from aftercare.sla.domain.scenario_words import (
    Act,
    Analysed,
    BefellStaff,
    Claim,
    Expected,
    Flagged,
    Given,
    HarmBecomes,
    Incident,
    Named,
    NamesPersons,
    NotUnderstoodError,
    Now,
    Withdrawn,
    read_expected,
    read_given,
)
from aftercare.sla.domain.scenarios import play

from .telling import ORGANISATION, obligation_rule, rule

AT, LATER = "2026-03-27T22:00", "2026-03-28T06:00+01:00"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            f"a severe incident at london occurred {AT} discovered {LATER} reported {LATER} received {LATER}",
            Incident(
                HarmLevel.SEVERE,
                Kind.ADVERSE_EVENT,
                "london",
                {"occurred": AT, "discovered": LATER, "reported": LATER, "received": LATER},
            ),
        ),
        (
            f"an unsafe-condition incident received {AT}",
            Incident(HarmLevel.UNSAFE_CONDITION, Kind.ADVERSE_EVENT, None, {"received": AT}),
        ),
        (
            f"a stressful-event at london received {AT}",
            Incident(HarmLevel.UNKNOWN, Kind.STRESSFUL_EVENT, "london", {"received": AT}),
        ),
        ("the incident has flag never-event", Flagged(Flag.NEVER_EVENT)),
        (f"harm becomes death received {AT}", HarmBecomes(HarmLevel.DEATH, AT)),
        (f"the incident is withdrawn at {AT}", Withdrawn(AT)),
        ("the incident befell staff", BefellStaff()),
        ("the incident names relevant person A", NamesPersons((("A", None),), None)),
        (
            f"the incident names relevant persons A (severe), B and C (low) received {AT}",
            NamesPersons((("A", HarmLevel.SEVERE), ("B", None), ("C", HarmLevel.LOW)), AT),
        ),
        ("the analysis is an mdt", Analysed(Method.MDT)),
        (
            f"disclosure-initial-done for A and B at {AT}",
            Act(Happening.DISCLOSURE_INITIAL_DONE, AT, None, ("A", "B")),
        ),
        ("a person is named by rca-interview", Named(NamedBy.RCA_INTERVIEW, None)),
        (f"a person is named by self received {AT}", Named(NamedBy.SELF, AT)),
        (f"disclosure-initial-done at {AT}", Act(Happening.DISCLOSURE_INITIAL_DONE, AT, None)),
        (f"person-reached at {AT} received {LATER}", Act(Happening.PERSON_REACHED, AT, LATER)),
        (f"it is now {AT}", Now(AT)),
    ],
)
def test_every_form_of_given_is_understood(line: str, expected: Given) -> None:
    assert read_given(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("d-11 is due 2026-04-01", Expected("d-11", (Claim("is due", "2026-04-01"),))),
        (
            "d-10 starts A, opens B, warns 50% at C, is due D and is met",
            Expected(
                "d-10",
                (
                    Claim("starts", "A"),
                    Claim("opens", "B"),
                    Claim("warns", "C", 50),
                    Claim("is due", "D"),
                    Claim("is met"),
                ),
            ),
        ),
        ("x for B is met", Expected("x", (Claim("is met"),), "B")),
        (
            "x for the incident is due T and is cancelled",
            Expected("x", (Claim("is due", "T"), Claim("is cancelled")), "the incident"),
        ),
        ("x is missed", Expected("x", (Claim("is missed"),))),
        ("x starts A, and runs", Expected("x", (Claim("starts", "A"), Claim("runs")))),
        ("x is unmeetable", Expected("x", (Claim("is unmeetable"),))),
        ("x is cancelled", Expected("x", (Claim("is cancelled"),))),
        ("x does not start", Expected("x", (Claim("does not start"),))),
    ],
)
def test_every_form_of_expect_is_understood(line: str, expected: Expected) -> None:
    assert read_expected(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "a terrible incident received T",
        "somebody was sad",
        "a person is named by nobody",
        "the incident names relevant persons A (very) and B",
        "the analysis is a guess",
        "",
    ],
)
def test_other_words_are_refused_with_the_line(line: str) -> None:
    with pytest.raises(NotUnderstoodError, match=re.escape(repr(line))):
        read_given(line)
    with pytest.raises(NotUnderstoodError, match=re.escape(repr(line))):
        read_expected(line)


PACK = ClockPack(
    name="mine",
    version=1,
    title="T",
    about="A",
    rules=(
        rule(id="talk", when={"harm_at_least": "severe"}, start={"on": ["incident-known"], "at": "occurred"}),
        rule({"kind": "window", "opens": {"days": 1}, "closes": {"days": 2}}, id="window"),
        obligation_rule(id="reached"),
        rule(id="told", subject="relevant-person", when={"harm_at_least": "severe"}),
        rule(id="swarm", subject="rca", when={"methods": ["swarm"]}, start={"on": ["rca-commissioned"]}, stop={}),
    ),
)
SEVERE = "a severe incident at london occurred 2026-07-01T10:00 received 2026-07-01T11:00"


def failures(given: Sequence[str], *expect: str, **more: Any) -> list[str]:
    scenario = Scenario(name="S", given=tuple(given), expect=expect, **more)
    return [failure.what for failure in play(PACK, scenario, ORGANISATION)]


def test_times_are_those_of_the_sites_wall_unless_they_say_otherwise() -> None:
    assert failures([SEVERE], "talk starts 2026-07-01T09:00Z, is due 2026-07-02T10:00 and runs") == []
    assert failures([SEVERE], "window opens 2026-07-02T11:00, warns 50% at 2026-07-02T23:00 and runs") == []
    of_scenario = ["a severe incident occurred 2026-07-01T10:00"]
    assert failures(of_scenario, "talk starts 2026-07-01T14:00Z", site="boston") == []
    assert failures(of_scenario, "talk starts 2026-07-01T10:00Z") == []


@pytest.mark.parametrize(
    "claim",
    [
        "starts 2026-07-01T10:01",
        "is due 2026-07-02T10:00:01",
        "warns 50% at 2026-07-01T22:01",
        "warns 51% at 2026-07-01T22:00",
        "opens 2026-07-01T10:00",
        "is met",
        "is missed",
        "is cancelled",
        "is unmeetable",
        "does not start",
    ],
)
def test_what_does_not_hold_fails_and_says_what_came_out(claim: str) -> None:
    assert failures([SEVERE], "talk is due 2026-07-02T10:00, warns 50% at 2026-07-01T22:00 and runs") == []
    (said,) = failures([SEVERE], f"talk {claim}")
    assert "it starts Wed 1 Jul 2026 10:00 Europe/London" in said


def test_each_state_can_be_expected() -> None:
    assert failures([SEVERE, "disclosure-initial-done at 2026-07-02T10:00"], "talk is met") == []
    assert failures([SEVERE, "it is now 2026-07-02T10:00"], "talk is missed") == []
    assert failures([SEVERE, "it is now 2026-07-02T09:59"], "talk runs") == []
    assert failures([SEVERE, "the incident is withdrawn at 2026-07-01T12:00"], "talk is cancelled") == []
    late = "a severe incident occurred 2026-07-01T10:00 received 2026-07-04T10:00"
    assert failures([late], "talk is unmeetable") == []
    assert failures(["a low incident received 2026-07-01T10:00"], "talk does not start") == []
    assert failures(["a low incident received 2026-07-01T10:00"], "talk runs") == ["talk runs: but it does not start"]


def test_what_is_heard_of_after_now_is_not_known() -> None:
    done = "disclosure-initial-done at 2026-07-01T12:00 received 2026-07-02T12:00"
    assert failures([SEVERE, done, "it is now 2026-07-02T11:59"], "talk is missed") == []
    assert failures([SEVERE, done, "it is now 2026-07-02T12:00"], "talk is met") == []


def test_flags_people_and_raised_harm_are_played() -> None:
    raised = ["a low incident occurred 2026-07-01T10:00", "harm becomes severe received 2026-07-01T20:00"]
    assert failures(raised, "talk starts 2026-07-01T10:00Z") == []
    person = [SEVERE, "a person is named by incident received 2026-07-01T12:00"]
    assert failures([*person, "person-reached at 2026-07-02T10:00"], "reached starts 2026-07-01T10:00 and is met") == []
    assert failures([SEVERE, "a person is named by incident"], "reached starts 2026-07-01T10:00") == []
    two = ["a person is named by self received 2026-07-01T12:00", "a person is named by self received 2026-07-01T13:00"]
    assert failures(two, "reached starts 2026-07-01T12:00Z", "reached starts 2026-07-01T13:00Z") == []
    assert failures(two, "reached starts 2026-07-01T14:00Z") != []


def test_relevant_persons_are_played_one_by_one() -> None:
    both = [SEVERE, "the incident names relevant persons A and B (low)"]
    assert failures(both, "told for A runs", "told for B does not start", "told for the incident does not start") == []
    later = [SEVERE, "the incident names relevant person A received 2026-07-01T12:00"]
    assert failures(later, "told for A starts 2026-07-01T11:00", "told for the incident is cancelled") == []
    talk = "disclosure-initial-done for A at 2026-07-01T13:00"
    again = "the incident names relevant person B received 2026-07-01T12:30"
    assert failures([*later, again, talk], "told for A is met", "told for B runs") == []
    assert failures([SEVERE, "the incident befell staff"], "told does not start", "talk runs") == []
    (said,) = failures([*later, again, talk], "told for B is met")
    assert "is running" in said


def test_an_analysis_is_played_by_its_method() -> None:
    begun = [SEVERE, "rca-commissioned at 2026-07-02T10:00"]
    assert failures([*begun, "the analysis is a swarm"], "swarm starts 2026-07-02T10:00") == []
    assert failures(begun, "swarm does not start") == []


@pytest.mark.parametrize(
    ("given", "expect", "says"),
    [
        ([SEVERE], "tolk runs", "has no rule tolk"),
        ([SEVERE], "talk starts tomorrow", "'tomorrow' is no time"),
        ([SEVERE], "told for A runs", "the incident names no relevant person A"),
        ([SEVERE, "disclosure-initial-done for B at 2026-07-02T10:00"], "told runs", "no relevant person B"),
        ([SEVERE], "talk does not start and runs", "a line of its own"),
        ([SEVERE, SEVERE], "talk runs", "one incident"),
        (["a severe incident at nowhere received 2026-07-01T10:00"], "talk runs", "no site 'nowhere'"),
        (["a severe incident"], "talk runs", "an incident has a time"),
        (["a person is named by self"], "talk runs", "when the person was named"),
    ],
)
def test_a_scenario_that_cannot_be_played_fails(given: list[str], expect: str, says: str) -> None:
    (said,) = failures(given, expect)
    assert says in said
