"""Candour is owed to each person: what the auditor derives for relevant persons, by hand calculation."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from aftercare.schemas import incident, rca
from aftercare.schemas.clock_audit import AuditedStatus as Status
from aftercare.schemas.clock_audit import DifferenceKind as Kind
from aftercare.sla.auditor.audit import audit
from aftercare.sla.auditor.comparing import Moment
from aftercare.sla.auditor.dossier import Dossier
from aftercare.sla.auditor.facts import Change, Said
from aftercare.sla.auditor.starting import births

from .derived import HERE, clock, clocks
from .story import DAY, HOUR, MINUTE, Story, at, deadline, packs, ref, rule

MONDAY = at("2026-03-02T10:00")
FALL, COPY = ref("inc", "fall"), ref("inc", "copy")
EVA, IDA, LIV = ref("pat", "eva"), ref("pat", "ida"), ref("pat", "liv")
BOTH = {"eva": None, "ida": None}
AMENDED = incident.IncidentAmendedV1


def candour(**parts: Any) -> Any:
    return packs(deadline("talk", hours=24, rest={"subject": "relevant-person", **parts}))


SEVERE: dict[str, Any] = {"when": {"harm_at_least": "severe"}}
ATTEMPTED = {"stop": {"on": ["disclosure-initial-done"], "attempted": ["disclosure-meeting-scheduled"]}}
CANCELLED = {"stop": {"on": ["disclosure-initial-done"], "cancelled": ["disclosure-not-required"]}}


def ends(story: Story, rules: Any, now: datetime) -> dict[str, tuple[Status, str | None]]:
    return {subject: (one.end.status, one.end.reason) for subject, one in clocks(story, rules, now).items()}


RUNS, MET, GIVEN_UP = (Status.RUNNING, None), (Status.MET, None), (Status.CANCELLED, "not-applicable")


def test_each_family_has_a_clock_and_a_talk_with_one_is_no_talk_with_the_other() -> None:
    story = Story().incident(MONDAY, persons=BOTH).talked(MONDAY + HOUR, persons=("eva",))
    assert ends(story, candour(), MONDAY + 2 * HOUR) == {EVA: MET, IDA: RUNS}


@pytest.mark.parametrize("named", [(), ("liv",)])
def test_a_talk_with_nobody_knows_whom_ends_the_clock_of_an_only_person(named: tuple[str, ...]) -> None:
    story = Story().incident(MONDAY, persons={"eva": None}).talked(MONDAY + HOUR, persons=named)
    assert ends(story, candour(), MONDAY + 2 * HOUR) == {EVA: MET}
    story.incident(MONDAY + 3 * HOUR, AMENDED, received=MONDAY, persons=BOTH)
    assert ends(story, candour(), MONDAY + 4 * HOUR) == {EVA: RUNS, IDA: RUNS}


def test_what_names_nobody_starts_and_cancels_for_all_and_is_an_attempt_for_none_of_two() -> None:
    story = Story().incident(MONDAY, persons=BOTH).milestone("required", MONDAY, MONDAY + HOUR)
    required = candour(start={"on": ["disclosure-required"]})
    assert ends(story, required, MONDAY + HOUR) == {EVA: RUNS, IDA: RUNS}
    story.milestone("meeting-scheduled", MONDAY + HOUR, MONDAY + HOUR)
    assert {one.attempted for one in clocks(story, candour(**ATTEMPTED), MONDAY + 2 * HOUR).values()} == {None}
    story.milestone("not-required", MONDAY + 2 * HOUR, MONDAY + 2 * HOUR)
    assert ends(story, candour(**CANCELLED), MONDAY + 2 * HOUR) == {EVA: GIVEN_UP, IDA: GIVEN_UP}


def test_the_state_before_which_something_is_owed_comes_about_for_all() -> None:
    form = {"kind": "before-state", "happening": "disclosure-closed", "at_latest": {"days": 3}}
    rules = packs(rule("talk", form, subject="relevant-person"))
    story = Story().incident(MONDAY, persons=BOTH).milestone("closed", MONDAY + DAY, MONDAY + DAY)
    assert {one.due for one in clocks(story, rules, MONDAY + 2 * DAY).values()} == {MONDAY + DAY}


def test_findings_told_to_a_family_are_told_to_nobody_knows_which_of_two() -> None:
    stop = {"on": ["rca-feedback-to-family", "rca-completed"]}
    story = Story().incident(MONDAY, persons=BOTH)
    story.analysis(rca.RcaFindingsReleasedV1, MONDAY + HOUR, "fall", audience="family")
    assert ends(story, candour(stop=stop), MONDAY + 2 * HOUR) == {EVA: RUNS, IDA: RUNS}
    story.analysis(rca.RcaCompletedV1, MONDAY + 3 * HOUR, "fall")
    assert ends(story, candour(stop=stop), MONDAY + 4 * HOUR) == {EVA: MET, IDA: MET}


def test_whoever_is_named_later_takes_over_from_the_incident_as_a_whole() -> None:
    story = Story().incident(MONDAY).incident(MONDAY + HOUR, AMENDED, received=MONDAY, persons=BOTH)
    found = clocks(story, candour(), MONDAY + 2 * HOUR)
    assert {subject: (one.start, one.birth.at) for subject, one in found.items()} == {
        FALL: (MONDAY, MONDAY),
        EVA: (MONDAY, MONDAY + HOUR),
        IDA: (MONDAY, MONDAY + HOUR),
    }
    assert (found[FALL].end.status, found[FALL].end.at) == (Status.CANCELLED, MONDAY + HOUR)
    assert found[FALL].end.reason == "not-applicable"


def test_there_is_no_clock_of_the_whole_that_would_be_born_when_somebody_is_named() -> None:
    story = Story().incident(MONDAY, harm="low").incident(MONDAY + HOUR, AMENDED, persons=BOTH)
    assert set(clocks(story, candour(**SEVERE), MONDAY + 2 * HOUR)) == {EVA, IDA}


def test_a_name_in_a_replay_or_a_withdrawal_is_a_name() -> None:
    story = Story().incident(MONDAY).incident(MONDAY + HOUR, AMENDED, received=MONDAY, persons=BOTH, backfill=True)
    assert ends(story, candour(), MONDAY + 2 * HOUR) == {FALL: GIVEN_UP, EVA: RUNS, IDA: RUNS}


def test_harm_of_ones_own_counts_and_a_revision_speaks_of_those_alone_whom_it_names() -> None:
    story = Story().incident(MONDAY, persons={"eva": "severe", "ida": "low"}, harm="severe")
    assert set(clocks(story, candour(**SEVERE), MONDAY)) == {EVA}
    story.incident(MONDAY + HOUR, AMENDED, received=MONDAY, persons={"liv": None}, harm="severe")
    assert set(clocks(story, candour(**SEVERE), MONDAY + HOUR)) == {EVA, LIV}
    story.incident(MONDAY + 2 * HOUR, AMENDED, received=MONDAY, harm="severe")
    assert clock(story, candour(**SEVERE), MONDAY + 2 * HOUR, IDA).birth.at == MONDAY + 2 * HOUR


def test_a_member_of_staff_who_was_struck_starts_candour_for_nobody() -> None:
    story = Story().incident(MONDAY, subject="staff")
    assert clocks(story, candour(), MONDAY) == {}
    story.milestone("required", MONDAY, MONDAY + HOUR)
    assert clocks(story, candour(), MONDAY + HOUR) == {}
    story.incident(MONDAY + 2 * HOUR, AMENDED, received=MONDAY, subject="staff", persons={"eva": None})
    found = clock(story, candour(), MONDAY + 2 * HOUR)
    assert (found.birth.reference, found.start) == (EVA, MONDAY + 2 * HOUR)


def test_that_disclosure_was_found_to_be_owed_stands_in_for_harm_from_then_on() -> None:
    story = Story().incident(MONDAY, harm="low", persons=BOTH)
    assert clocks(story, candour(**SEVERE), MONDAY) == {}
    story.milestone("required", None, MONDAY + HOUR, persons=("eva",))
    found = clock(story, candour(**SEVERE), MONDAY + HOUR)
    assert (found.birth.reference, found.start) == (EVA, MONDAY + HOUR)
    story.milestone("required", None, MONDAY + 2 * HOUR)
    assert clock(story, candour(**SEVERE), MONDAY + 2 * HOUR, IDA).start == MONDAY + 2 * HOUR
    violence = candour(when={"harm_at_least": "severe", "kinds": ["stressful-event"]})
    assert clocks(story, violence, MONDAY + 2 * HOUR) == {}


def test_a_merge_ends_the_clocks_of_the_merged_incident_s_persons() -> None:
    story = Story().incident(MONDAY, name="copy", persons={"liv": None}).talked(MONDAY, name="copy", persons=("liv",))
    story.incident(MONDAY + HOUR, persons={"eva": "low"}, harm="low").merged(MONDAY + 2 * HOUR, "copy", "fall")
    found = clocks(story, candour(**SEVERE), MONDAY + 3 * HOUR)
    assert found[LIV].end.status is Status.MET
    assert (found[EVA].birth.at, found[EVA].start) == (MONDAY + 2 * HOUR, MONDAY)
    assert found[EVA].end.status is Status.MET
    story.incident(MONDAY + 4 * HOUR, AMENDED, received=MONDAY + HOUR, persons=BOTH)
    assert clock(story, candour(**SEVERE), MONDAY + 4 * HOUR, EVA).end.status is Status.RUNNING


def test_only_the_survivor_of_a_circle_counts_what_the_others_say() -> None:
    story = Story().incident(MONDAY, name="copy", harm="low").incident(MONDAY, harm="low")
    story.incident(MONDAY, name="twin", harm="death")
    for merged, into in (("twin", "copy"), ("copy", "fall"), ("fall", "twin")):
        story.merged(MONDAY + HOUR, merged, into, received=MONDAY, harm="death" if merged == "twin" else "low")
    lowest, *others = sorted((FALL, COPY, ref("inc", "twin")))
    rules = packs(deadline("talk", hours=24, rest=SEVERE))
    found = {subject: one.end.status for subject, one in clocks(story, rules, MONDAY + 2 * HOUR).items()}
    assert found.pop(lowest) is Status.RUNNING
    assert set(found.values()) <= {Status.CANCELLED}
    assert Dossier.of(story.facts()).joined(lowest) == {lowest, *others}
    assert [Dossier.of(story.facts()).joined(one) for one in others] == [{one} for one in others]


def test_only_an_analysis_of_the_method_has_the_clock_and_its_end_is_not_the_incident_s() -> None:
    story = Story().incident(MONDAY).analysis(rca.RcaCommissionedV1, MONDAY + HOUR, "fall", method="psii")
    parts: dict[str, Any] = {"when": {"methods": ["psii"]}, "start": {"on": ["rca-commissioned"]}}
    for subject in ("rca", "incident", "relevant-person"):
        rules = packs(deadline("talk", hours=24, rest={**parts, "subject": subject}))
        other = packs(deadline("talk", hours=24, rest={**parts, "subject": subject, "when": {"methods": ["swarm"]}}))
        assert clock(story, rules, MONDAY + HOUR).birth.at == MONDAY + HOUR
        assert clocks(story, other, MONDAY + HOUR) == {}
    story.analysis(rca.RcaCancelledV1, MONDAY + 2 * HOUR, "fall", method="psii")
    of_incident = {**parts, "subject": "incident", "stop": {"on": [], "cancelled": ["rca-cancelled"]}}
    assert ends(story, packs(deadline("talk", hours=24, rest=of_incident)), MONDAY + 2 * HOUR) == {FALL: RUNS}
    own = packs(deadline("talk", hours=24, rest={**parts, "subject": "rca"}))
    assert ends(story, own, MONDAY + 2 * HOUR) == {ref("rca", "why"): GIVEN_UP}


def test_what_an_interview_that_is_cancelled_states_of_the_analysis_counts_and_history_states_nothing() -> None:
    rules = packs(deadline("talk", hours=24, rest={"when": {"methods": ["psii"]}}))
    story = Story().incident(MONDAY).analysis(rca.RcaCommissionedV1, MONDAY, "fall", method="psii", backfill=True)
    assert list(births(Dossier.of(story.facts()), rules)) == []
    someone = f"v1.k1.{'a' * 43}"
    story.analysis(rca.RcaInterviewCancelledV1, MONDAY + HOUR, "fall", method="psii", interviewee=someone)
    assert clock(story, rules, MONDAY + HOUR).birth.at == MONDAY + HOUR


def test_a_clock_that_has_lost_its_ground_has_to_be_cancelled() -> None:
    rules = candour(start={"on": ["disclosure-required"]})
    story = Story().incident(MONDAY, persons={"eva": None}).milestone("required", MONDAY, MONDAY, persons=("ida",))
    story.incident(MONDAY + HOUR, AMENDED, received=MONDAY, persons=BOTH)
    now = MONDAY + 2 * HOUR
    assert set(clocks(story, rules, now)) == {IDA}
    started = [_said(subject, "talk", MONDAY, born) for subject, born in ((EVA, MONDAY), (IDA, MONDAY + HOUR))]
    gone = replace(started[0], id="gone", revision=2, change=Change.CANCELLED, at=MONDAY + HOUR)

    def found(*events: Said) -> list[Kind]:
        return [one.kind for one in audit(story.facts(), events, rules, HERE, Moment(now, MINUTE, MINUTE)).differences]

    assert found(*started, gone) == []
    assert found(*started) == [Kind.WRONG_END]


def test_a_clock_that_had_lost_its_ground_before_anybody_heard_of_it_is_missed_by_nobody() -> None:
    rules = candour(start={"on": ["disclosure-required"]})
    story = Story().incident(MONDAY, persons={"eva": None}).incident(MONDAY + HOUR, AMENDED, persons=BOTH)
    told = Story().milestone("required", MONDAY, MONDAY, persons=("ida",)).told[0][0]
    story.tell(told, MONDAY + DAY)
    eva = _said(EVA, "talk", MONDAY, MONDAY)
    gone = replace(eva, id="gone", revision=2, change=Change.CANCELLED, at=MONDAY + DAY, reason="not-applicable")

    def found(*events: Said) -> list[Kind]:
        differences = audit(story.facts(), events, rules, HERE, Moment(MONDAY + 2 * DAY, MINUTE, MINUTE)).differences
        return [one.kind for one in differences if one.subject == EVA]

    assert found() == []
    assert found(eva, gone) == []
    assert found(eva) == [Kind.UNKNOWN_CLOCK]


def _said(subject: str, name: str, start: datetime, born: datetime) -> Said:
    return Said(
        id=subject,
        change=Change.STARTED,
        time=born,
        rule=name,
        subject=subject,
        revision=1,
        pack="generic",
        pack_version=1,
        rule_version=1,
        start=start,
        start_from="at",
        born=born,
        due=start + DAY,
    )
