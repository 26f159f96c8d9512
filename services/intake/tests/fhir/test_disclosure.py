"""Communications as steps of disclosure, or as feedback: only when they say so."""

from dataclasses import replace
from typing import Any

import pytest

from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.facts import DisclosureStep, Mention, RcaMilestone
from aftercare.intake.domain.fhir.settings import FhirCodes
from aftercare.intake.domain.outcome import Reason
from aftercare.intake.domain.source import Sources
from aftercare.intake.domain.vocabulary import FeedbackAudience, Milestone, RcaStep

from .saying import SOURCE, bundle, concept, examine, mapped, refusal, report

CODES = FhirCodes(
    disclosure={"first-talk": Milestone.INITIAL_DONE, "plan-talk": Milestone.MEETING_SCHEDULED},
    feedback={"tell-staff": FeedbackAudience.STAFF},
)
DOOR = Door(Sources((replace(SOURCE, fhir_codes=CODES),)))
SENT: dict[str, Any] = {
    "resourceType": "Communication",
    "id": "c-1",
    "status": "completed",
    "category": [concept("First-Talk")],
    "about": [{"reference": "AdverseEvent/ae-1"}],
    "sent": "2026-03-03T10:00:00Z",
    "sender": {"reference": "Practitioner/lead"},
    "recipient": [{"reference": "Patient/p-1"}, {"reference": "Practitioner/n-1"}, {"reference": "RelatedPerson/r"}],
    "payload": [{"contentString": "made up"}],
}
REQUEST: dict[str, Any] = {
    "resourceType": "CommunicationRequest",
    "id": "r-1",
    "status": "active",
    "category": [concept("plan-talk")],
    "reason": [{"reference": {"reference": "AdverseEvent/ae-1"}}],
    "occurrencePeriod": {"start": "2026-03-09"},
    "requester": {"agent": {"reference": "Practitioner/lead"}},
}


def test_a_talk_that_took_place_is_a_milestone_of_disclosure() -> None:
    fact = mapped(DOOR, SENT).fact
    assert isinstance(fact, DisclosureStep)
    assert (fact.milestone, fact.incident) == (Milestone.INITIAL_DONE, Mention("ae-1"))
    assert fact.lead is not None
    assert fact.lead.value == "Practitioner/lead"
    assert [one.value for one in fact.participants] == ["Practitioner/n-1"]
    assert fact.at is not None


def test_a_talk_names_the_patient_and_who_stands_for_them_as_their_incident_does(adverse_event: Any) -> None:
    fact = mapped(DOOR, SENT | {"subject": {"reference": "https://fhir.hill.example/r4/Patient/pat-9"}}).fact
    assert isinstance(fact, DisclosureStep)
    told = [(one.value, one.subject) for one in fact.relevant]
    assert told == [("Patient/pat-9", "patient"), ("Patient/p-1", "patient"), ("RelatedPerson/r", "relative")]
    assert fact.relevant[0] in report(DOOR, adverse_event()).patients


def test_of_a_relative_who_came_along_the_patient_is_named_too() -> None:
    relative = {"resourceType": "RelatedPerson", "id": "r", "patient": {"reference": "Patient/p-1"}}
    said = SENT | {"recipient": [{"reference": "#r"}], "contained": [relative]}
    fact = mapped(DOOR, said).fact
    assert isinstance(fact, DisclosureStep)
    assert [(one.value, one.subject) for one in fact.relevant] == [("Patient/p-1", "patient")]


def test_a_talk_with_another_family_is_another_milestone() -> None:
    other = SENT | {"recipient": [{"reference": "Patient/p-2"}, {"reference": "Practitioner/n-1"}]}
    assert mapped(DOOR, other).identity != mapped(DOOR, SENT).identity


def test_a_talk_that_is_planned_is_one_too() -> None:
    fact = mapped(DOOR, REQUEST).fact
    assert isinstance(fact, DisclosureStep)
    assert fact.milestone is Milestone.MEETING_SCHEDULED
    assert fact.at is not None
    assert fact.at.source_field == "CommunicationRequest.occurrencePeriod.start"


@pytest.mark.parametrize("field", ["topic", "reasonCode"])
def test_the_code_may_stand_elsewhere(field: str) -> None:
    assert isinstance(mapped(DOOR, SENT | {"category": None, field: concept("first-talk")}).fact, DisclosureStep)


@pytest.mark.parametrize("field", ["topic", "basedOn", "reasonReference"])
def test_the_event_may_stand_elsewhere(field: str) -> None:
    said = SENT | {"about": None, field: [{"reference": "AdverseEvent/ae-1"}]}
    assert isinstance(mapped(DOOR, said).fact, DisclosureStep)


def test_feedback_to_staff_is_a_milestone_of_the_analysis() -> None:
    fact = mapped(DOOR, SENT | {"category": [concept("tell-staff")]}).fact
    assert isinstance(fact, RcaMilestone)
    assert (fact.step, fact.audience, fact.rca_id) == (RcaStep.FINDINGS_RELEASED, FeedbackAudience.STAFF, "of:ae-1")


@pytest.mark.parametrize(
    ("record", "changes", "reason"),
    [
        (SENT, {"category": [concept("alert")], "about": None}, Reason.NOT_AN_INCIDENT),
        (SENT, {"category": [concept("alert")]}, Reason.NEEDS_CONFIGURATION),
        (SENT, {"category": None}, Reason.NEEDS_CONFIGURATION),
        (SENT, {"about": None}, Reason.MISSING_FIELD),
        (SENT, {"about": [{"reference": "Task/rca-1"}]}, Reason.MISSING_FIELD),
        (SENT, {"status": "not-done"}, Reason.UNSUPPORTED_STEP),
        (SENT, {"status": "entered-in-error"}, Reason.UNSUPPORTED_STEP),
        (SENT, {"status": "preparation"}, Reason.NOT_AN_INCIDENT),
        (REQUEST, {"category": [concept("first-talk")]}, Reason.NEEDS_CONFIGURATION),
        (REQUEST, {"category": [concept("tell-staff")]}, Reason.NEEDS_CONFIGURATION),
        (REQUEST, {"status": "revoked"}, Reason.UNSUPPORTED_STEP),
        (REQUEST, {"status": "draft"}, Reason.NOT_AN_INCIDENT),
    ],
)
def test_everything_else_ends_with_a_reason(record: Any, changes: Any, reason: Reason) -> None:
    assert refusal(DOOR, record | changes).reason is reason


def test_without_a_setting_no_code_is_guessed(door: Door) -> None:
    assert refusal(door, SENT).reason is Reason.NEEDS_CONFIGURATION


def test_the_same_talk_in_another_version_is_the_same_milestone() -> None:
    later = mapped(DOOR, SENT | {"meta": {"versionId": "2"}, "note": [{"text": "made up"}]})
    assert (later.identity, later.body_hash) == (mapped(DOOR, SENT).identity, mapped(DOOR, SENT).body_hash)
    assert mapped(DOOR, SENT | {"sent": "2026-03-04"}).identity != later.identity


def test_a_chat_beside_an_event_in_a_bundle_is_no_record_of_its_own(adverse_event: Any) -> None:
    chat = SENT | {"category": None, "about": None}
    assert len(examine(DOOR, bundle({"resource": adverse_event()}, {"resource": chat}))) == 1
