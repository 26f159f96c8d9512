"""Messages, histories, searches: what their Bundles say beside the resources."""

from datetime import UTC, datetime
from typing import Any

import pytest

from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.facts import IncidentReport, IncidentWithdrawal
from aftercare.intake.domain.outcome import Mapped, Reason, Refusal

from .saying import bundle, examine, mapped, people, refusal


def test_a_message_says_when_it_was_reported_if_the_record_does_not_say_when_it_was_recorded(
    door: Door, adverse_event: Any
) -> None:
    header = {"resourceType": "MessageHeader", "timestamp": "2026-03-02T07:00:00Z"}
    said = bundle({"resource": header}, {"resource": adverse_event(recordedDate=None)}, kind="message")
    fact = mapped(door, said).fact
    assert isinstance(fact, IncidentReport)
    assert fact.details.recorded is not None
    assert fact.details.recorded.source_field == "MessageHeader.timestamp"
    later = said | {"entry": said["entry"][1:], "timestamp": "2026-03-02T07:30:00Z"}
    fact = mapped(door, later).fact
    assert isinstance(fact, IncidentReport)
    assert fact.details.recorded is not None
    assert fact.details.recorded.earliest == datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


def test_a_history_gives_versions_to_resources_and_deletions(door: Door, adverse_event: Any) -> None:
    found = examine(
        door,
        bundle(
            {"request": {"method": "DELETE", "url": "AdverseEvent/ae-1/_history/3"}},
            {"resource": adverse_event(meta=None), "response": {"status": "200", "etag": 'W/"2"'}},
            {
                "resource": adverse_event(meta=None),
                "response": {"etag": 'W/"1"', "lastModified": "2026-03-01T09:00:00Z"},
            },
            kind="history",
        ),
    )
    assert [one.version.number for one in found if isinstance(one, Mapped)] == [1, 2, 3]
    assert isinstance(found[-1], Mapped)
    assert isinstance(found[-1].fact, IncidentWithdrawal)


def test_the_word_of_the_resource_counts_more_than_its_entry(door: Door, adverse_event: Any) -> None:
    entry = {"resource": adverse_event(meta={"versionId": "7"}), "response": {"etag": 'W/"2"'}}
    assert mapped(door, bundle(entry, kind="history")).version.number == 7


def test_an_entry_that_only_says_that_something_changed_is_to_be_fetched(door: Door) -> None:
    entry = {"fullUrl": "https://x.example/AdverseEvent/ae-5", "request": {"method": "PUT", "url": "AdverseEvent/ae-5"}}
    found = refusal(door, bundle(entry, kind="history"))
    assert found.reason is Reason.TO_BE_FETCHED
    assert found.pointer is not None
    assert (found.pointer.kind, found.pointer.id) == ("AdverseEvent", "ae-5")


def test_a_patch_is_to_be_fetched_whole(door: Door) -> None:
    entry = {"resource": {"resourceType": "Parameters"}, "request": {"method": "PATCH", "url": "AdverseEvent/ae-5"}}
    assert refusal(door, bundle(entry, kind="transaction")).reason is Reason.TO_BE_FETCHED


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "DELETE", "url": "Patient/p-1"},
        {"method": "DELETE", "url": "AdverseEvent?identifier=1"},
        {"method": "POST", "url": "AdverseEvent"},
        {"method": "PUT", "url": "Patient/p-1"},
        {"method": "PUT", "url": "AdverseEvent/../../admin"},
        {},
    ],
)
def test_other_entries_without_a_resource_are_no_records(door: Door, adverse_event: Any, request_: Any) -> None:
    found = examine(door, bundle({"request": request_}, {"resource": adverse_event()}, kind="transaction"))
    assert [type(one) for one in found] == [Mapped]


def test_an_answer_of_nothing_but_problems_tells_of_no_event(door: Door) -> None:
    problem = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "diagnostics": "made up"}]}
    found = refusal(door, bundle({"resource": problem, "search": {"mode": "outcome"}}, kind="searchset"))
    assert found.reason is Reason.NO_ADVERSE_EVENT


def test_an_address_with_another_scheme_is_the_same_resource(door: Door, adverse_event: Any) -> None:
    doctor = {"resourceType": "Practitioner", "identifier": [{"system": "urn:hill:staff", "value": "D-9"}]}
    event = adverse_event(contributor=[{"reference": "http://x.example/fhir/Practitioner/9/_history/2"}], recorder=None)
    ending = mapped(
        door,
        bundle({"fullUrl": "https://x.example/fhir/Practitioner/9", "resource": doctor}, {"resource": event}),
    )
    assert isinstance(ending.fact, IncidentReport)
    assert [name for name, _ in people(ending.fact)] == ["D-9"]


@pytest.mark.parametrize("kind", ["AuditEvent", "Provenance", "Patient", "Encounter"])
def test_what_came_along_with_an_event_is_no_record_of_its_own(door: Door, adverse_event: Any, kind: str) -> None:
    beside = {"resourceType": kind, "id": "b-1", "target": [{"reference": "Patient/p-1"}]}
    found = examine(door, bundle({"resource": beside}, {"resource": adverse_event()}))
    assert [type(one) for one in found] == [Mapped]


def test_a_bundle_inside_a_message_is_looked_into(door: Door, adverse_event: Any) -> None:
    inner = bundle({"resource": adverse_event()}, kind="history")
    outer = bundle({"resource": {"resourceType": "MessageHeader"}}, {"resource": inner}, kind="message")
    assert mapped(door, outer).identity.id == "ae-1"


def test_no_ending_is_lost_when_everything_is_refused(door: Door) -> None:
    found = examine(door, bundle({}, {"resource": {}}, {"resource": {"resourceType": "Bundle"}}))
    assert [type(one) for one in found] == [Refusal]


def test_an_event_of_a_national_profile_beside_others_goes_to_its_own_mapping(door: Door, adverse_event: Any) -> None:
    national = adverse_event(id="ae-2", extension=[{"url": "https://x.example/adverse-event-governance-5"}])
    found = examine(door, bundle({"resource": adverse_event()}, {"resource": national}))
    assert [one.format for one in found] == ["fhir-r4-adverse-event", "lfpse-v6"]
