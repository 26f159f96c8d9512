"""Interviews and talks stand as lists in a report: each is told by a message of its own, and none is dropped."""

from typing import Any

import pytest

from aftercare.intake.domain.facts import DisclosureStep, RcaMilestone
from aftercare.intake.domain.outcome import Reason

from .conftest import Examine, mapped, refused

MAPPING = """\
mapping: analyses
version: 1
messages:
  - type: rca-interview-scheduled
    each: interviews[?state == 'planned']
    rca: {id: parent.ref}
    incidents: {each: parent.about, id: "@"}
    interviewee: {value: who}
    at: when
  - type: rca-interview-held
    each: interviews[?state == 'held']
    rca: {id: parent.ref}
    event_id: id
    interviewee: {value: who}
"""
INTERVIEWS = [
    {"id": "I-1", "state": "planned", "who": "N-1", "when": "2026-01-02T10:00:00Z"},
    {"id": "I-2", "state": "planned", "who": "N-2", "when": "2026-01-03T10:00:00Z"},
    {"id": "I-3", "state": "held", "who": "N-3"},
]
RCA = {"ref": "RCA-7", "about": ["A-1", "A-2"], "interviews": INTERVIEWS}


def interview(one: Any) -> RcaMilestone:
    fact = mapped(one).fact
    assert isinstance(fact, RcaMilestone)
    return fact


def who(one: Any) -> str | None:
    interviewee = interview(one).interviewee
    return interviewee.value if interviewee is not None else None


def test_each_interview_of_a_list_is_told_and_knows_its_analysis(examine: Examine) -> None:
    found = examine(MAPPING, RCA)
    assert [(who(one), interview(one).rca_id) for one in found] == [(f"N-{at}", "RCA-7") for at in (1, 2, 3)]
    assert [mention.source_id for mention in interview(found[0]).incidents] == ["A-1", "A-2"]
    assert [mapped(one).doubts for one in found] == [(), (), ()]


@pytest.mark.parametrize(
    "envelope", [{}, {"ce_id": "e-1", "ce_source": "ward", "ce_type": "x", "ce_specversion": "1.0"}]
)
def test_no_two_items_are_taken_for_the_same_message(examine: Examine, envelope: dict[str, str]) -> None:
    found = examine(MAPPING, RCA, **envelope)
    assert len({mapped(one).identity for one in found}) == 3


def test_an_interview_stays_the_same_message_when_another_is_added(examine: Examine) -> None:
    before = [(mapped(one).identity, mapped(one).body_hash) for one in examine(MAPPING, RCA)]
    more = {**RCA, "interviews": [*INTERVIEWS, {"state": "planned", "who": "N-4"}]}
    after = [(mapped(one).identity, mapped(one).body_hash) for one in examine(MAPPING, more)]
    assert set(before) < set(after)


def test_an_item_that_gives_nothing_that_can_be_used_is_kept_and_told(examine: Examine) -> None:
    one, lost = examine(MAPPING, {**RCA, "interviews": [INTERVIEWS[0], {"state": "planned", "when": "tomorrow"}]})
    assert who(one) == "N-1"
    assert refused(lost).reason is Reason.MISSING_FIELD


def test_a_record_of_which_no_message_finds_an_item_is_kept_and_told(examine: Examine) -> None:
    [none] = examine(MAPPING, {**RCA, "interviews": []})
    assert refused(none).reason is Reason.NO_MESSAGE_APPLIES
    assert "an `each` that finds something" in refused(none).detail


def test_a_list_that_is_not_there_is_a_doubt_of_what_else_is_told(examine: Examine) -> None:
    commissioned = MAPPING + "  - type: rca-commissioned\n    rca: {id: ref}\n"
    [one] = examine(commissioned, {"ref": "RCA-7"})
    assert mapped(one).doubts == ("no-path:each",)


def test_items_with_one_event_id_and_different_contents_are_never_silent(examine: Examine) -> None:
    held = [{**INTERVIEWS[2], "who": name} for name in ("N-3", "N-4")]
    found = examine(MAPPING, {**RCA, "interviews": held})
    assert [mapped(one).doubts for one in found] == [(), ("repeated-record",)]


def test_talks_with_the_families_of_several_patients_are_told_with_the_people_of_each(examine: Examine) -> None:
    mapping = """\
mapping: talks
version: 1
messages:
  - type: disclosure-milestone-reached
    each: patients[?talk]
    incident: parent.no
    milestone: {always: meeting-held}
    participants: {each: talk.by, value: "@"}
    patients: {value: no}
"""
    patients = [{"no": "P-1", "talk": {"by": ["N-1", "N-2"]}}, {"no": "P-2"}, {"no": "P-3", "talk": {"by": "N-3"}}]
    found = [mapped(one).fact for one in examine(mapping, {"no": "A-1", "patients": patients})]
    steps = [one for one in found if isinstance(one, DisclosureStep)]
    assert [
        (one.incident.source_id, [each.value for each in one.relevant], [each.value for each in one.participants])
        for one in steps
    ] == [("A-1", ["P-1"], ["N-1", "N-2"]), ("A-1", ["P-3"], ["N-3"])]


def test_what_is_told_twice_alike_is_no_doubt(examine: Examine) -> None:
    again = [{**INTERVIEWS[0], "room": room} for room in ("A", "B")]
    assert [mapped(one).doubts for one in examine(MAPPING, {**RCA, "interviews": again})] == [(), ()]
