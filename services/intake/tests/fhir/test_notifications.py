"""FHIR subscriptions, audit trails and cloud events: signs of life, changes, and changes without their content."""

from dataclasses import replace
from typing import Any

import pytest

from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.facts import IncidentWithdrawal
from aftercare.intake.domain.outcome import Ending, Mapped, Pointer, Reason, Refusal
from aftercare.intake.entrypoints.answers import status_of
from aftercare.intake.service_layer.take import Taken

from .saying import bundle, examine, mapped, refusal


def r5_status(*focuses: Any, kind: str = "event-notification", **fields: Any) -> dict[str, Any]:
    events = [{"eventNumber": str(number), "focus": focus} for number, focus in enumerate(focuses, start=4)]
    status: dict[str, Any] = {
        "resourceType": "SubscriptionStatus",
        "status": "active",
        "type": kind,
        "eventsSinceSubscriptionStart": str(3 + len(focuses)),
        "subscription": {"reference": "Subscription/s"},
    }
    return status | ({"notificationEvent": events} if events else {}) | fields


def r4_status(*focuses: Any, kind: str = "event-notification") -> dict[str, Any]:
    events = [
        {
            "name": "notification-event",
            "part": [
                {"name": "event-number", "valueString": str(number)},
                {"name": "focus", "valueReference": focus},
            ],
        }
        for number, focus in enumerate(focuses, start=4)
    ]
    said = [
        {"name": "subscription", "valueReference": {"reference": "Subscription/s"}},
        {"name": "status", "valueCode": "active"},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(3 + len(focuses))},
    ]
    return {"resourceType": "Parameters", "parameter": [*said, *events]}


FORMS = pytest.mark.parametrize(
    ("status", "kind"), [(r4_status, "history"), (r5_status, "subscription-notification"), (r5_status, "history")]
)
AE = {"reference": "https://fhir.hill.example/r4/AdverseEvent/ae-1"}


@FORMS
@pytest.mark.parametrize("sign", ["handshake", "heartbeat"])
def test_a_sign_of_life_is_no_incident(door: Door, status: Any, kind: str, sign: str) -> None:
    found = refusal(door, bundle({"resource": status(kind=sign)}, kind=kind))
    assert (found.reason, found.ending) == (Reason.SIGN_OF_LIFE, Ending.REJECTED)


@FORMS
def test_a_full_notification_maps_what_it_brings(door: Door, adverse_event: Any, status: Any, kind: str) -> None:
    resource = {"fullUrl": "http://fhir.hill.example/r4/AdverseEvent/ae-1", "resource": adverse_event()}
    ending = mapped(door, bundle({"resource": status(AE)}, resource, kind=kind))
    assert (ending.identity.id, ending.doubts) == ("ae-1", ())


@FORMS
def test_a_notification_of_ids_is_to_be_fetched(door: Door, status: Any, kind: str) -> None:
    found = refusal(door, bundle({"resource": status(AE)}, kind=kind))
    assert (found.reason, found.ending) == (Reason.TO_BE_FETCHED, Ending.PARKED)
    assert found.pointer == Pointer("AdverseEvent", "ae-1")


@FORMS
def test_a_notification_that_repeats_its_focus_as_an_entry_is_fetched_once(door: Door, status: Any, kind: str) -> None:
    entry = {"fullUrl": AE["reference"], "request": {"method": "PUT", "url": "AdverseEvent/ae-1"}}
    assert refusal(door, bundle({"resource": status(AE)}, entry, kind=kind)).reason is Reason.TO_BE_FETCHED


@FORMS
def test_a_notified_deletion_is_a_withdrawal(door: Door, status: Any, kind: str) -> None:
    entry = {"fullUrl": AE["reference"], "request": {"method": "DELETE", "url": "AdverseEvent/ae-1"}}
    assert isinstance(mapped(door, bundle({"resource": status(AE)}, entry, kind=kind)).fact, IncidentWithdrawal)


def test_an_empty_notification_says_only_that_something_happened(door: Door) -> None:
    status = r5_status(notificationEvent=[{"eventNumber": "4"}])
    assert refusal(door, bundle({"resource": status})).reason is Reason.DATA_ELSEWHERE


def test_a_failing_subscription_is_parked_for_somebody_to_look_at(door: Door) -> None:
    found = refusal(door, bundle({"resource": r5_status(kind="heartbeat", status="error")}))
    assert (found.reason, found.ending) == (Reason.SUBSCRIPTION_FAILING, Ending.PARKED)


@pytest.mark.parametrize(
    ("numbers", "since", "gap"), [((4, 5), 5, False), ((4, 6), 6, True), ((4, 5), 9, True), ((4, 4), 4, False)]
)
def test_missing_event_numbers_are_noted(
    door: Door, adverse_event: Any, numbers: tuple[int, int], since: int, gap: bool
) -> None:
    events = [{"eventNumber": number, "focus": AE} for number in numbers]
    status = r5_status(notificationEvent=events, eventsSinceSubscriptionStart=since)
    resource = {"fullUrl": AE["reference"], "resource": adverse_event()}
    ending = mapped(door, bundle({"resource": status}, resource))
    assert ("notification-gap" in ending.doubts) is gap


def test_the_older_word_for_the_type_is_understood(door: Door) -> None:
    status = r5_status(notificationType="heartbeat")
    del status["type"]
    assert refusal(door, bundle({"resource": status})).reason is Reason.SIGN_OF_LIFE


def test_a_server_whose_sign_of_life_we_refused_would_end_the_subscription() -> None:
    heard = Taken("rec_1", 0, "safety", "fhir-notification", Ending.REJECTED, Reason.SIGN_OF_LIFE, "")
    assert status_of([heard]) == 202
    assert status_of([replace(heard, format="fhir-other", reason=Reason.NOT_AN_INCIDENT)]) == 422


def test_a_status_on_its_own_is_a_notification_too(door: Door) -> None:
    assert refusal(door, r5_status(AE)).pointer == Pointer("AdverseEvent", "ae-1")
    assert refusal(door, {"resourceType": "Parameters", "parameter": []}).reason is Reason.NOT_AN_INCIDENT


@pytest.mark.parametrize(
    "address",
    [
        "https://attacker.example/fhir/AdverseEvent/ae-1",
        "https://fhir.hill.example.attacker.example/r4/AdverseEvent/ae-1",
        "https://fhir.hill.example/r4/../AdverseEvent/..",
        "file:///AdverseEvent/etc",
        "urn:uuid:0",
        "#ae-1",
        "",
        "AdverseEvent/a?b=c",
    ],
)
def test_a_payload_can_not_send_us_anywhere_else(door: Door, address: str) -> None:
    found = refusal(door, r5_status({"reference": address}))
    assert (found.reason, found.pointer) == (Reason.DATA_ELSEWHERE, None)


@FORMS
def test_a_full_notification_about_a_patient_is_no_incident(door: Door, status: Any, kind: str) -> None:
    patient = {"fullUrl": "http://fhir.hill.example/r4/Patient/p-1", "resource": {"resourceType": "Patient"}}
    found = refusal(door, bundle({"resource": status({"reference": patient["fullUrl"]})}, patient, kind=kind))
    assert (found.reason, found.format) == (Reason.NOT_AN_INCIDENT, "fhir-notification")


def test_a_notification_about_a_patient_is_not_fetched(door: Door) -> None:
    assert refusal(door, r5_status({"reference": "Patient/p-1"})).reason is Reason.NOT_AN_INCIDENT


@pytest.mark.parametrize("place", ["entity", "agent", "entity-stu3"])
def test_an_audit_event_of_a_change_is_to_be_fetched(door: Door, place: str) -> None:
    where = {
        "entity": {"entity": [{"what": {"reference": "AdverseEvent/ae-1/_history/3"}}]},
        "agent": {"agent": [{"who": {"reference": "AdverseEvent/ae-1/_history/3"}}]},
        "entity-stu3": {"entity": [{"reference": {"reference": "AdverseEvent/ae-1/_history/3"}}]},
    }
    found = refusal(door, {"resourceType": "AuditEvent", "action": "U"} | where[place])
    assert found.pointer == Pointer("AdverseEvent", "ae-1", "3")


def test_an_audit_event_that_brings_the_resource_along_is_mapped(door: Door, adverse_event: Any) -> None:
    audit = {
        "resourceType": "AuditEvent",
        "action": "C",
        "contained": [adverse_event(id="in")],
        "entity": [{"what": {"reference": "#in"}}],
    }
    assert mapped(door, audit).identity.id == "in"


def test_an_audit_event_of_a_deletion_is_a_withdrawal(door: Door) -> None:
    audit = {"resourceType": "AuditEvent", "action": "D", "entity": [{"what": {"reference": "AdverseEvent/ae-1"}}]}
    assert isinstance(mapped(door, audit).fact, IncidentWithdrawal)


@pytest.mark.parametrize("action", ["R", "E"])
def test_an_audit_event_of_reading_changes_nothing(door: Door, action: str) -> None:
    audit = {"resourceType": "AuditEvent", "action": action, "entity": [{"what": {"reference": "AdverseEvent/ae-1"}}]}
    assert refusal(door, audit).reason is Reason.NOT_AN_INCIDENT


def test_a_provenance_of_an_event_is_to_be_fetched(door: Door) -> None:
    said = {"resourceType": "Provenance", "target": [{"reference": "AdverseEvent/ae-1"}]}
    assert refusal(door, said).reason is Reason.TO_BE_FETCHED
    other = said | {"target": [{"reference": "Procedure/x"}]}
    assert refusal(door, other).reason is Reason.NOT_AN_INCIDENT


CLOUD = {"resourceType": "AdverseEvent", "resourceFhirAccount": "x.example", "resourceFhirId": "ae-1"}


def cloud(kind: str, **data: Any) -> dict[str, Any]:
    event = {"specversion": "1.0", "id": "1", "source": "/x", "type": f"Microsoft.HealthcareApis.FhirResource{kind}"}
    return event | {"data": CLOUD | {"resourceVersionId": 2} | data}


def test_a_cloud_event_without_data_is_to_be_fetched(door: Door) -> None:
    [ending] = examine(door, cloud("Updated"))
    assert isinstance(ending, Refusal)
    assert ending.pointer == Pointer("AdverseEvent", "ae-1", "2")


def test_a_cloud_event_of_a_deletion_is_a_withdrawal(door: Door) -> None:
    [ending] = examine(door, cloud("Deleted"))
    assert isinstance(ending, Mapped)
    assert isinstance(ending.fact, IncidentWithdrawal)


def test_the_same_in_the_envelope_of_event_grid(door: Door) -> None:
    event = {"id": "1", "eventType": "Microsoft.HealthcareApis.FhirResourceCreated", "data": CLOUD}
    assert refusal(door, event).pointer == Pointer("AdverseEvent", "ae-1")


@pytest.mark.parametrize("odd", [None, 7, "../../x", "a b", {"a": 1}, "x" * 65])
def test_an_id_that_is_none_is_never_fetched(door: Door, odd: Any) -> None:
    [ending] = examine(door, cloud("Updated", resourceFhirId=odd))
    assert isinstance(ending, Refusal)
    assert ending.pointer is None


@pytest.mark.parametrize("outcome", ["8", "12", {"code": {"code": "error"}}])
@pytest.mark.parametrize("action", ["U", "D"])
def test_an_audit_event_of_what_failed_changes_nothing(door: Door, action: str, outcome: Any) -> None:
    record = {"resourceType": "AuditEvent", "action": action, "outcome": outcome, "entity": [{"what": AE}]}
    assert refusal(door, record).reason is Reason.NOT_AN_INCIDENT


def test_a_trail_of_several_events_is_about_each_of_them(door: Door) -> None:
    both = [AE, {"reference": "AdverseEvent/ae-2"}, AE]
    found = examine(door, {"resourceType": "Provenance", "target": both})
    assert [one.pointer for one in found if isinstance(one, Refusal)] == [
        Pointer("AdverseEvent", "ae-1"),
        Pointer("AdverseEvent", "ae-2"),
    ]
    gone = examine(door, {"resourceType": "AuditEvent", "action": "D", "entity": [{"what": one} for one in both]})
    assert [one.identity.id for one in gone if isinstance(one, Mapped)] == ["ae-1", "ae-2"]


def test_an_event_that_is_notified_of_twice_is_fetched_once(door: Door) -> None:
    found = refusal(door, bundle({"resource": r5_status(AE, AE)}, kind="subscription-notification"))
    assert found.reason is Reason.TO_BE_FETCHED


def test_an_event_beside_the_focus_is_fetched_too(door: Door) -> None:
    status = r5_status({"reference": "Encounter/e"})
    status["notificationEvent"][0]["additionalContext"] = [AE, {"reference": "Patient/p"}]
    found = examine(door, bundle({"resource": status}, kind="subscription-notification"))
    assert [one.reason for one in found if isinstance(one, Refusal)] == [Reason.NOT_AN_INCIDENT, Reason.TO_BE_FETCHED]


def test_a_notification_without_any_event_says_only_that_something_happened(door: Door) -> None:
    said = bundle({"resource": r5_status()}, kind="subscription-notification")
    assert refusal(door, said).reason is Reason.DATA_ELSEWHERE


@pytest.mark.parametrize("address", [None, "urn:uuid:1"])
def test_what_came_along_without_its_address_is_not_fetched_again(
    door: Door, adverse_event: Any, address: str | None
) -> None:
    event = {"resource": adverse_event()} | ({"fullUrl": address} if address else {})
    found = mapped(door, bundle({"resource": r5_status(AE)}, event, kind="subscription-notification"))
    assert found.identity.id == "ae-1"


@pytest.mark.parametrize("reference", ["AdverseEvent/ae-1", [AE], AE])
def test_what_changed_may_be_a_text_or_a_list(door: Door, reference: Any) -> None:
    for said in (
        bundle({"resource": r5_status(reference)}, kind="subscription-notification"),
        {"resourceType": "AuditEvent", "action": "U", "entity": [{"what": reference}]},
        {"resourceType": "Provenance", "target": reference},
    ):
        assert refusal(door, said).pointer == Pointer("AdverseEvent", "ae-1")
