"""Candour is owed to each of them: `docs/clocks.md` 2 and 6."""

from typing import Any

import pytest

from aftercare.sla.domain.model import CancelReason, Clock, Happened, State

from .telling import ANN, BEN, CAT, INC, OTHER, RCA, THIRD, act, at, clock, clocks, ended, known, named, rule

KNOWS = [(INC, ANN), (INC, BEN)]
DONE = "disclosure-initial-done"
GRAVE = {"when": {"harm_at_least": "severe"}}
BOTH = known("2026-03-02T10:00", persons=named(ANN, BEN))
LATER = "2026-03-02T12:00"


def owed(*happenings: Happened, links: Any = KNOWS, **more: Any) -> dict[str, Clock]:
    """The clocks of relevant persons, by whom they are for."""
    found = clocks(rule(subject="relevant-person", **more), *happenings, links=links)
    return {one.subject: one for one in found}


def verdicts(found: dict[str, Clock]) -> dict[str, State]:
    return {subject: one.outcome.verdict for subject, one in found.items()}


def test_each_whom_an_incident_names_has_a_clock_and_the_incident_has_none() -> None:
    found = owed(BOTH)
    assert {subject: (one.incident, one.site) for subject, one in found.items()} == {
        ANN: (INC, "london"),
        BEN: (INC, "london"),
    }


def test_an_incident_that_names_nobody_has_one_clock_as_a_whole() -> None:
    assert [(one.subject, one.incident) for one in owed(known("2026-03-02T10:00")).values()] == [(INC, INC)]


def test_rules_of_the_incident_itself_ask_nobody_who_is_named() -> None:
    nobody, somebody = known("2026-03-02T10:00", of_staff=True), known(LATER, revision=2, persons=named(ANN))
    found = clock(rule(), nobody, somebody, act(DONE, "2026-03-02T13:00", persons=named(ANN)), links=KNOWS)
    assert (found.subject, found.outcome.verdict) == (INC, State.MET)


def test_who_is_named_later_is_waited_for_since_the_beginning_and_the_whole_is_no_more() -> None:
    found = owed(known("2026-03-02T10:00"), known(LATER, revision=2, persons=named(ANN)))
    assert (found[INC].outcome.cancelled, found[INC].outcome.reason) == (at(LATER), CancelReason.NOT_APPLICABLE)
    assert (found[ANN].start, found[ANN].born) == (at("2026-03-02T10:00"), at(LATER))
    assert BEN not in found


@pytest.mark.parametrize("severe", [LATER, "2026-03-02T13:00"])
def test_the_whole_has_no_clock_that_would_be_born_once_somebody_is_named(severe: str) -> None:
    first = known("2026-03-02T10:00", "low")
    naming = known(LATER, "low", revision=2, persons=named(ANN))
    found = owed(first, naming, known(severe, revision=3), **GRAVE)
    assert set(found) == {ANN}


def test_who_is_named_no_longer_is_told_all_the_same() -> None:
    assert set(owed(BOTH, known(LATER, revision=2, persons=named(BEN)))) == {ANN, BEN}


@pytest.mark.parametrize("naming", [{"mute": True}, {"withdrawn": True}])
def test_whoever_is_named_is_named_by_history_or_a_withdrawal_too(naming: dict[str, bool]) -> None:
    """They have a clock of what an earlier revision, which names nobody, is enough for."""
    first = known("2026-03-02T10:00")
    if "mute" in naming:
        found = owed(first, known(LATER, revision=2, persons=named(ANN), mute=True))
        assert verdicts(found) == {INC: State.CANCELLED, ANN: State.RUNNING}
    else:
        found = owed(first, ended("withdrawn", LATER, revision=2, persons=named(ANN)))
        assert {one.outcome.cancelled for one in found.values()} == {at(LATER)}
        assert found[ANN].outcome.reason is CancelReason.WITHDRAWN
        assert found[INC].outcome.reason is CancelReason.NOT_APPLICABLE, "of one instant that is said first"


def test_history_that_names_somebody_starts_nothing_by_itself() -> None:
    assert owed(known("2026-03-02T10:00", persons=named(ANN), mute=True)) == {}


def test_their_own_harm_counts_where_it_is_stated_and_else_that_of_the_incident() -> None:
    assert set(owed(known("2026-03-02T10:00", persons=named(BEN, ann="low")), **GRAVE)) == {BEN}
    assert set(owed(known("2026-03-02T10:00", "low", persons=named(BEN, ann="death")), **GRAVE)) == {ANN}


def test_a_revision_that_names_somebody_is_enough_for_those_alone_and_any_other_for_all() -> None:
    low = known("2026-03-02T10:00", "low", persons=named(ANN, BEN))
    assert set(owed(low, known(LATER, revision=2, persons=named(ANN)), **GRAVE)) == {ANN}
    assert set(owed(low, known(LATER, revision=2), **GRAVE)) == {ANN, BEN}


def test_times_are_those_of_the_highest_revision_whoever_it_names() -> None:
    first = known("2026-03-02T10:00", persons=named(ANN), occurred="2026-03-02T08:00")
    other = known(LATER, revision=2, persons=named(BEN), occurred="2026-03-02T06:00")
    found = owed(first, other, start={"on": ["incident-known"], "at": "occurred"})
    assert {one.start for one in found.values()} == {at("2026-03-02T06:00")}


def test_a_nurse_who_is_struck_is_owed_no_candour_but_the_patient_beside_her_is() -> None:
    assert owed(known("2026-03-02T10:00", of_staff=True)) == {}
    beside = known(LATER, revision=2, of_staff=True, persons=named(ANN))
    assert set(owed(known("2026-03-02T10:00", of_staff=True), beside)) == {ANN}


def test_a_talk_with_one_family_is_no_talk_with_the_other() -> None:
    found = owed(BOTH, act(DONE, LATER, persons=named(ANN)))
    assert verdicts(found) == {ANN: State.MET, BEN: State.RUNNING}


@pytest.mark.parametrize("regarded", [(), (CAT,)])
def test_a_talk_with_nobody_knows_whom_ends_the_clock_of_an_only_person(regarded: tuple[str, ...]) -> None:
    talk = act(DONE, LATER, persons=named(*regarded))
    assert verdicts(owed(BOTH, talk)) == {ANN: State.RUNNING, BEN: State.RUNNING}
    assert verdicts(owed(known("2026-03-02T10:00", persons=named(ANN)), talk)) == {ANN: State.MET}
    assert verdicts(owed(known("2026-03-02T10:00"), talk)) == {INC: State.MET}


def test_an_attempt_counts_as_a_talk_does() -> None:
    tried: dict[str, Any] = {"stop": {"on": ["disclosure-written-sent"], "attempted": [DONE]}}
    found = owed(BOTH, act(DONE, LATER, persons=named(ANN)), act(DONE, "2026-03-02T11:00"), **tried)
    assert {subject: one.attempted for subject, one in found.items()} == {ANN: at(LATER), BEN: None}


def test_what_is_not_required_is_required_of_none_or_of_whom_it_says() -> None:
    assert verdicts(owed(BOTH, act("disclosure-not-required", LATER))) == {ANN: State.CANCELLED, BEN: State.CANCELLED}
    of_one = act("disclosure-not-required", LATER, persons=named(BEN))
    assert verdicts(owed(BOTH, of_one)) == {ANN: State.RUNNING, BEN: State.CANCELLED}


def test_what_begins_for_nobody_knows_whom_begins_for_all() -> None:
    letter = {"start": {"on": [DONE]}, "stop": {"on": ["disclosure-written-sent"]}}
    assert set(owed(BOTH, act(DONE, LATER), **letter)) == {ANN, BEN}
    assert set(owed(BOTH, act(DONE, LATER, persons=named(BEN)), **letter)) == {BEN}


def test_a_state_that_comes_about_for_nobody_knows_whom_gives_no_more_time() -> None:
    before = {"kind": "before-state", "happening": "disclosure-closed", "at_latest": {"hours": 40}}
    found = owed(BOTH, act("disclosure-closed", LATER), form=before)
    assert {one.due for one in found.values()} == {at(LATER)}
    of_one = owed(BOTH, act("disclosure-closed", LATER, persons=named(ANN)), form=before)
    assert (of_one[ANN].due, of_one[BEN].due) == (at(LATER), at("2026-03-04T02:00"))


def test_an_analysis_counts_for_each_but_its_feedback_to_the_family_for_an_only_one() -> None:
    links = [*KNOWS, (RCA, INC)]
    over, fed_back = (act(f"rca-{what}", LATER, subject=RCA) for what in ("completed", "feedback-to-family"))
    by_analysis = owed(BOTH, over, links=links, stop={"on": ["rca-completed"]})
    assert set(verdicts(by_analysis).values()) == {State.MET}
    by_feedback: dict[str, Any] = {"links": links, "stop": {"on": ["rca-feedback-to-family"]}}
    assert set(verdicts(owed(BOTH, fed_back, **by_feedback)).values()) == {State.RUNNING}
    only = known("2026-03-02T10:00", persons=named(ANN))
    assert verdicts(owed(only, fed_back, **by_feedback)) == {ANN: State.MET}


def test_who_finds_that_disclosure_is_owed_need_not_say_how_grave_it_was() -> None:
    low = known("2026-03-02T10:00", "low", persons=named(ANN, BEN), occurred="2026-03-02T08:00")
    found = owed(low, act("disclosure-required", LATER, persons=named(ANN)), **GRAVE)
    assert {(subject, one.start, one.born) for subject, one in found.items()} == {(ANN, at(LATER), at(LATER))}
    since: dict[str, Any] = {"start": {"on": ["incident-known"], "at": "occurred"}}
    found = owed(low, act("disclosure-required", LATER), **GRAVE, **since)
    assert {one.start for one in found.values()} == {at("2026-03-02T08:00")}
    assert {one.born for one in found.values()} == {at(LATER)}


def test_a_finding_that_disclosure_is_owed_changes_nothing_of_kind_subject_and_history() -> None:
    required = act("disclosure-required", LATER)
    assert owed(known("2026-03-02T10:00"), required, when={"kinds": ["stressful-event"]}) == {}
    assert owed(known("2026-03-02T10:00", of_staff=True), required) == {}
    assert owed(known("2026-03-02T10:00", mute=True), required) == {}
    assert clocks(rule(**GRAVE), known("2026-03-02T10:00", "low"), required) == [], "of the incident itself"


def test_a_withdrawn_record_ends_the_clocks_of_all_whom_it_named() -> None:
    gone = ended("withdrawn", LATER, revision=2)
    assert verdicts(owed(BOTH, gone)) == {ANN: State.CANCELLED, BEN: State.CANCELLED}
    back = known("2026-03-02T13:00", revision=3)
    found = owed(BOTH, gone, back)
    assert {(one.outcome.verdict, one.born) for one in found.values()} == {(State.RUNNING, BOTH.received)}


def test_a_merge_ends_the_clocks_of_the_merged_ones_people_and_names_nobody_in_the_other() -> None:
    goes = known("2026-03-02T09:00", incident=OTHER, persons=named(CAT), occurred="2026-03-02T06:00")
    links = [(OTHER, CAT), (INC, ANN), (OTHER, INC)]
    stays = known("2026-03-02T10:00", "low", persons=named(ANN))
    merge = ended("merged", LATER, incident=OTHER, revision=2)
    found = owed(stays, goes, merge, links=links, **GRAVE)
    assert (found[CAT].outcome.reason, found[CAT].outcome.cancelled) == (CancelReason.MERGED, at(LATER))
    assert (found[ANN].born, found[ANN].outcome.verdict) == (at(LATER), State.RUNNING), "severe as the other was"
    talk = act(DONE, "2026-03-02T08:00", subject=OTHER, persons=named(CAT))
    assert verdicts(owed(stays, goes, merge, talk, links=links, **GRAVE))[ANN] is State.MET
    two = known("2026-03-02T10:00", "low", persons=named(ANN, BEN))
    found = owed(two, goes, merge, talk, links=[*links, (INC, BEN)], **GRAVE)
    assert (found[ANN].outcome.verdict, found[BEN].outcome.verdict) == (State.RUNNING, State.RUNNING)


def test_who_turns_out_to_be_somebody_else_takes_the_ground_from_a_clock() -> None:
    """Of Ben nobody knew when disclosure was found to be owed to him: it was taken to be owed to Ann."""
    begins: dict[str, Any] = {"start": {"on": ["disclosure-required"]}}
    ann = known("2026-03-02T10:00", persons=named(ANN))
    required = act("disclosure-required", "2026-03-02T11:00", persons=named(BEN))
    ben = known(LATER, revision=2, persons=named(BEN))
    assert set(owed(ann, required, **begins)) == {ANN}
    assert set(owed(ann, required, ben, **begins)) == {BEN}
    again = act("disclosure-required", "2026-03-02T14:00", persons=named(ANN))
    found = owed(ann, required, ben, again, **begins)
    assert (found[ANN].born, found[ANN].start) == (required.received, again.at), "known of since the first"


def test_a_reference_that_two_incidents_name_is_at_the_lower_one() -> None:
    other = known("2026-03-02T09:00", incident=THIRD, site="boston", persons=named(ANN))
    found = owed(BOTH, other, links=[*KNOWS, (THIRD, ANN)])
    assert (found[ANN].incident, found[ANN].site) == (INC, "london")
