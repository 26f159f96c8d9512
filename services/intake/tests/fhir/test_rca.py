"""Tasks and Appointments as root cause analyses and their interviews."""

from dataclasses import replace
from typing import Any

import pytest

from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.facts import Mention, RcaMilestone
from aftercare.intake.domain.fhir.settings import FhirCodes
from aftercare.intake.domain.outcome import Ending, Mapped, Reason
from aftercare.intake.domain.source import Sources
from aftercare.intake.domain.vocabulary import RcaMethod, RcaStep

from .saying import SOURCE, bundle, concept, examine, mapped, refusal

TASK: dict[str, Any] = {
    "resourceType": "Task",
    "id": "rca-1",
    "meta": {"versionId": "1"},
    "status": "requested",
    "intent": "order",
    "code": concept("rca2"),
    "focus": {"reference": "AdverseEvent/ae-1"},
    "authoredOn": "2026-03-02T08:00:00Z",
    "executionPeriod": {"start": "2026-03-03", "end": "2026-04-10"},
    "owner": {"reference": "Practitioner/lead"},
    "requester": {"reference": "Practitioner/boss"},
}
APPOINTMENT: dict[str, Any] = {
    "resourceType": "Appointment",
    "id": "app-1",
    "status": "booked",
    "appointmentType": concept("rca-interview"),
    "start": "2026-03-05T10:00:00Z",
    "end": "2026-03-05T11:00:00Z",
    "basedOn": [{"reference": "Task/rca-1"}],
    "participant": [
        {"actor": {"reference": "Practitioner/n-1"}, "type": [concept("PART")], "status": "accepted"},
        {"actor": {"reference": "Practitioner/lead"}, "type": [concept("PPRF")], "status": "accepted"},
        {"actor": {"reference": "Location/room"}, "status": "accepted"},
    ],
}


def milestone(door: Door, value: Any) -> RcaMilestone:
    fact = mapped(door, value).fact
    assert isinstance(fact, RcaMilestone)
    return fact


def configured(**codes: Any) -> Door:
    return Door(Sources((replace(SOURCE, fhir_codes=FhirCodes(**codes)),)))


@pytest.mark.parametrize("status", ["requested", "accepted", "in-progress", "on-hold"])
def test_an_analysis_that_was_asked_for_is_commissioned(door: Door, status: str) -> None:
    fact = milestone(door, TASK | {"status": status})
    assert (fact.step, fact.method, fact.incidents) == (RcaStep.COMMISSIONED, RcaMethod.RCA2, (Mention("ae-1"),))
    assert fact.at is not None
    assert fact.at.source_field == "Task.authoredOn"
    assert [one.value for one in fact.team or ()] == ["Practitioner/lead"]


def test_an_analysis_that_is_done_is_completed_at_its_end(door: Door) -> None:
    fact = milestone(door, TASK | {"status": "completed"})
    assert fact.step is RcaStep.COMPLETED
    assert fact.at is not None
    assert fact.at.earliest.month == 4


@pytest.mark.parametrize("status", ["cancelled", "rejected", "entered-in-error"])
def test_an_analysis_that_was_given_up_is_cancelled(door: Door, status: str) -> None:
    fact = milestone(door, TASK | {"status": status, "lastModified": "2026-03-20"})
    assert (fact.step, fact.rca_id, fact.incidents) == (RcaStep.CANCELLED, "Task/rca-1", (Mention("ae-1"),))
    assert fact.at is not None
    assert fact.at.source_field == "Task.lastModified"
    bare = milestone(door, TASK | {"status": status, "focus": None})
    assert (bare.step, bare.incidents, bare.team) == (RcaStep.CANCELLED, (), None)


def test_an_analysis_that_failed_is_neither_done_nor_given_up_so_it_waits_for_a_human(door: Door) -> None:
    found = refusal(door, TASK | {"status": "failed"})
    assert (found.reason, found.ending) == (Reason.UNSUPPORTED_STEP, Ending.PARKED)


def test_an_analysis_is_cancelled_once_however_many_versions_say_so(door: Door) -> None:
    gone = TASK | {"status": "cancelled", "lastModified": "2026-03-20"}
    assert identity(door, gone) == identity(door, gone | {"lastModified": "2026-03-21", "status": "entered-in-error"})


@pytest.mark.parametrize("status", ["cancelled", "rejected", "failed", "entered-in-error"])
def test_an_interview_as_a_task_that_will_not_be_is_cancelled(door: Door, status: str) -> None:
    said = TASK | {
        "status": status,
        "code": concept("rca-interview"),
        "focus": {"reference": "Practitioner/n-1"},
        "partOf": [{"reference": "Task/rca-1"}],
    }
    fact = milestone(door, said)
    assert (fact.step, fact.rca_id) == (RcaStep.INTERVIEW_CANCELLED, "Task/rca-1")
    assert fact.interviewee is not None


@pytest.mark.parametrize("status", ["cancelled", "noshow", "entered-in-error"])
def test_an_interview_that_did_not_take_place_is_cancelled_for_each_who_was_asked(door: Door, status: str) -> None:
    people = [
        {"actor": {"reference": f"Practitioner/n-{number}"}, "type": [concept("PART")], "status": "declined"}
        for number in (1, 2)
    ]
    found = examine(door, APPOINTMENT | {"status": status, "participant": people})
    facts = [one.fact for one in found if isinstance(one, Mapped)]
    assert [one.step for one in facts if isinstance(one, RcaMilestone)] == [RcaStep.INTERVIEW_CANCELLED] * 2


def test_an_interview_that_is_booked_anew_and_cancelled_again_is_cancelled_again(door: Door) -> None:
    gone = APPOINTMENT | {"status": "cancelled"}
    assert identity(door, gone) != identity(door, gone | {"start": "2026-03-19T10:00:00Z"})


def test_a_draft_tells_of_nothing_yet(door: Door) -> None:
    assert refusal(door, TASK | {"status": "draft"}).ending is Ending.REJECTED


@pytest.mark.parametrize(
    "changes",
    [
        {"focus": None, "reasonReference": {"reference": "AdverseEvent/ae-1"}},
        {"focus": None, "reason": [{"reference": {"reference": "AdverseEvent/ae-1"}}]},
        {"focus": None, "basedOn": [{"reference": "https://fhir.hill.example/r4/AdverseEvent/ae-1/_history/2"}]},
        {"focus": None, "input": [{"type": {"text": "event"}, "valueReference": {"reference": "AdverseEvent/ae-1"}}]},
    ],
)
def test_each_release_has_its_own_place_for_what_it_is_about(door: Door, changes: dict[str, Any]) -> None:
    assert milestone(door, TASK | changes).incidents == (Mention("ae-1"),)


def test_an_analysis_of_several_events_names_them_all(door: Door, adverse_event: Any) -> None:
    said = TASK | {"focus": {"reference": "urn:uuid:7"}, "basedOn": [{"reference": "AdverseEvent/ae-2"}]}
    found = examine(door, bundle({"fullUrl": "urn:uuid:7", "resource": adverse_event()}, {"resource": said}))
    [fact] = [one.fact for one in found if isinstance(one, Mapped) and isinstance(one.fact, RcaMilestone)]
    assert set(fact.incidents) == {Mention("ae-1"), Mention("ae-2")}


@pytest.mark.parametrize("base", ["https://elsewhere.example/fhir", "http://fhir.hill.example/r4"])
def test_what_is_referred_to_without_a_server_lies_on_the_same_one(door: Door, adverse_event: Any, base: str) -> None:
    event = {"fullUrl": f"{base}/AdverseEvent/ae-1", "resource": adverse_event()}
    task = {"fullUrl": f"{base}/Task/rca-1", "resource": TASK}
    first, second = examine(door, bundle(event, task))
    assert isinstance(first, Mapped)
    assert isinstance(second, Mapped)
    assert isinstance(second.fact, RcaMilestone)
    assert second.fact.incidents == (Mention(first.identity.id),)


def test_an_event_known_by_its_number_only_is_found_by_its_number(door: Door) -> None:
    focus = {"type": "AdverseEvent", "identifier": {"system": "urn:hill:incidents", "value": "2026-0042"}}
    assert milestone(door, TASK | {"focus": focus}).incidents == (Mention(number="2026-0042"),)


def test_a_task_of_another_kind_is_no_incident(door: Door) -> None:
    said = TASK | {"code": {"text": "Lipid panel"}, "focus": {"reference": "ServiceRequest/1"}}
    assert refusal(door, said).reason is Reason.NOT_AN_INCIDENT


def test_a_task_about_an_event_whose_code_is_not_known_asks_for_a_setting(door: Door) -> None:
    found = refusal(door, TASK | {"code": concept("review-7")})
    assert (found.reason, found.ending) == (Reason.NEEDS_CONFIGURATION, Ending.PARKED)
    assert "fhir_codes" in found.advice
    assert (
        milestone(configured(rca={"review-7": RcaMethod.PSII}), TASK | {"code": concept("Review-7")}).method == "psii"
    )


def test_an_analysis_of_nothing_waits_for_its_event(door: Door) -> None:
    assert refusal(door, TASK | {"focus": None}).reason is Reason.MISSING_FIELD


def test_an_interview_as_a_task_of_the_analysis(door: Door) -> None:
    said = TASK | {
        "id": "int-1",
        "code": concept("rca-interview"),
        "focus": None,
        "partOf": [{"reference": "Task/rca-1"}],
        "for": {"reference": "Practitioner/n-1"},
        "restriction": {"period": {"start": "2026-03-05T10:00:00Z"}},
    }
    fact = milestone(door, said)
    assert (fact.step, fact.rca_id) == (RcaStep.INTERVIEW_SCHEDULED, milestone(door, TASK).rca_id)
    assert fact.interviewee is not None
    assert fact.interviewee.value == "Practitioner/n-1"
    assert milestone(door, said | {"status": "completed"}).step is RcaStep.INTERVIEW_HELD
    assert refusal(door, said | {"for": {"reference": "Patient/p-1"}}).reason is Reason.MISSING_FIELD


@pytest.mark.parametrize(
    ("status", "step", "field"),
    [
        ("booked", RcaStep.INTERVIEW_SCHEDULED, "Appointment.start"),
        ("fulfilled", RcaStep.INTERVIEW_HELD, "Appointment.end"),
    ],
)
def test_an_appointment_is_an_interview_of_who_takes_part(door: Door, status: str, step: RcaStep, field: str) -> None:
    fact = milestone(door, APPOINTMENT | {"status": status})
    assert (fact.step, fact.rca_id, fact.at and fact.at.source_field) == (step, "Task/rca-1", field)
    assert fact.interviewee is not None
    assert fact.interviewee.value == "Practitioner/n-1"


def test_each_who_is_asked_has_an_interview(door: Door) -> None:
    people = [{"actor": {"reference": f"Practitioner/n-{number}"}} for number in (1, 2)]
    gone = {"actor": {"reference": "Practitioner/n-3"}, "status": "declined"}
    found = examine(door, APPOINTMENT | {"participant": [*people, gone]})
    facts = [one.fact for one in found if isinstance(one, Mapped)]
    asked = [one.interviewee.value for one in facts if isinstance(one, RcaMilestone) and one.interviewee]
    assert asked == ["Practitioner/n-1", "Practitioner/n-2"]
    assert len({one.identity for one in found if isinstance(one, Mapped)}) == 2
    assert all(one.doubts == ("interviewee-unclear",) for one in found if isinstance(one, Mapped))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "proposed"}, Reason.NOT_AN_INCIDENT),
        ({"basedOn": None}, Reason.MISSING_FIELD),
        ({"participant": []}, Reason.MISSING_FIELD),
        ({"appointmentType": concept("checkup"), "basedOn": None}, Reason.NOT_AN_INCIDENT),
        (
            {"appointmentType": None, "reasonReference": [{"reference": "AdverseEvent/ae-1"}]},
            Reason.NEEDS_CONFIGURATION,
        ),
    ],
)
def test_other_appointments_end_with_a_reason(door: Door, changes: Any, reason: Reason) -> None:
    assert refusal(door, APPOINTMENT | changes).reason is reason


def test_an_interview_about_an_event_without_a_task_is_of_that_events_analysis(door: Door) -> None:
    said = APPOINTMENT | {"basedOn": None, "reasonReference": [{"reference": "AdverseEvent/ae-1"}]}
    fact = milestone(door, said)
    assert (fact.rca_id, fact.incidents) == ("of:ae-1", (Mention("ae-1"),))


def identity(door: Door, value: Any) -> tuple[object, str]:
    ending = mapped(door, value)
    return ending.identity, ending.body_hash


def test_a_version_that_says_nothing_new_is_the_same_milestone(door: Door) -> None:
    later = TASK | {"meta": {"versionId": "2"}, "status": "in-progress", "note": [{"text": "made up"}]}
    assert identity(door, later) == identity(door, TASK)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "completed"},
        {"authoredOn": "2026-03-04T08:00:00Z"},
        {"focus": {"reference": "AdverseEvent/ae-2"}},
        {"owner": {"reference": "Practitioner/other"}},
        {"businessStatus": {"text": "Reopened"}},
    ],
)
def test_a_version_that_says_something_new_is_another_milestone(door: Door, changes: Any) -> None:
    assert identity(door, TASK | changes) != identity(door, TASK)


def test_each_reopening_counts(door: Door) -> None:
    again = TASK | {"businessStatus": {"text": "reopened"}, "meta": {"versionId": "5"}}
    assert identity(door, again) != identity(door, again | {"meta": {"versionId": "9"}})


def test_the_agent_of_stu3_is_no_team_and_no_obstacle(door: Door) -> None:
    fact = milestone(door, TASK | {"requester": {"agent": {"reference": "Practitioner/boss"}}, "owner": None})
    assert fact.team is None


def test_each_who_is_asked_in_a_task_has_an_interview(door: Door) -> None:
    asked = {"for": {"reference": "Practitioner/n-1"}, "focus": {"reference": "Practitioner/n-2"}}
    said = TASK | {"id": "int-1", "code": concept("rca-interview"), "partOf": [{"reference": "Task/rca-1"}]} | asked
    facts = [one.fact for one in examine(door, said) if isinstance(one, Mapped)]
    names = [fact.interviewee.value for fact in facts if isinstance(fact, RcaMilestone) and fact.interviewee]
    assert names == ["Practitioner/n-1", "Practitioner/n-2"]


def test_an_analysis_that_is_only_proposed_tells_of_nothing_yet(door: Door) -> None:
    assert refusal(door, TASK | {"intent": "proposal"}).reason is Reason.NOT_AN_INCIDENT


def test_an_event_that_is_searched_by_its_number_is_known_by_it(door: Door) -> None:
    fact = milestone(door, TASK | {"focus": {"reference": "AdverseEvent?identifier=urn:hill|2026-0042"}})
    assert fact.incidents == (Mention(number="2026-0042"),)


def test_an_actor_may_be_a_text(door: Door) -> None:
    said = APPOINTMENT | {"participant": [{"actor": "Practitioner/n-1"}]}
    fact = milestone(door, said)
    assert fact.interviewee is not None
    assert fact.interviewee.value == "Practitioner/n-1"
