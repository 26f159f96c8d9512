"""Messages, histories, searches: what their Bundles say beside the resources."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.facts import IncidentReport, IncidentWithdrawal
from aftercare.intake.domain.fhir.bundle import entries_of, neighbours_of
from aftercare.intake.domain.outcome import Ending, Mapped, Reason, Refusal
from aftercare.intake.domain.vocabulary import Relation

from .saying import bundle, examine, mapped, people, refusal, report


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
        {"method": "GET", "url": "AdverseEvent?identifier=1"},
        {"method": "POST", "url": "Patient"},
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


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "DELETE", "url": "AdverseEvent?identifier=made-up|1"},
        {"method": "PATCH", "url": "AdverseEvent?identifier=made-up|1"},
        {"method": "POST", "url": "AdverseEvent"},
    ],
)
def test_a_change_of_an_event_that_is_not_named_waits_for_its_id(door: Door, request_: Any) -> None:
    found = refusal(door, bundle({"request": request_}, kind="transaction"))
    assert (found.reason, found.ending) == (Reason.MISSING_FIELD, Ending.PARKED)
    assert "made-up" not in found.explanation


def test_a_deletion_that_brings_the_last_version_along_is_still_a_deletion(door: Door, adverse_event: Any) -> None:
    for request in ({"method": "DELETE", "url": "AdverseEvent/ae-1"}, {"method": "delete"}):
        entry = {"resource": adverse_event(), "request": request}
        assert isinstance(mapped(door, bundle(entry, kind="history")).fact, IncidentWithdrawal)


def test_a_deletion_that_failed_deletes_nothing(door: Door) -> None:
    entry = {"request": {"method": "DELETE", "url": "AdverseEvent/ae-1"}, "response": {"status": "409 Conflict"}}
    assert refusal(door, bundle(entry, kind="history")).reason is Reason.NO_ADVERSE_EVENT


@pytest.mark.parametrize("home", ["https://fhir.hill.example/r4", "https://elsewhere.example/r4"])
def test_a_deletion_on_one_server_leaves_the_same_id_on_another(door: Door, adverse_event: Any, home: str) -> None:
    address = f"{home}/AdverseEvent/ae-1"
    told = mapped(door, bundle({"fullUrl": address, "resource": adverse_event()}))
    gone = mapped(door, bundle({"fullUrl": address, "request": {"method": "DELETE", "url": "AdverseEvent/ae-1"}}))
    assert isinstance(gone.fact, IncidentWithdrawal)
    assert gone.identity == told.identity


@pytest.mark.parametrize(
    ("status", "reason"), [("201 Created", Reason.TO_BE_FETCHED), ("422", Reason.NO_ADVERSE_EVENT)]
)
def test_the_answer_to_a_transaction_points_at_what_was_written(door: Door, status: str, reason: Reason) -> None:
    answer = {"response": {"status": status, "location": "AdverseEvent/ae-5/_history/1", "etag": 'W/"1"'}}
    assert refusal(door, bundle(answer, kind="transaction-response")).reason is reason


def test_entries_without_the_layer_around_their_resource_are_read(door: Door, adverse_event: Any) -> None:
    first, second = adverse_event(), adverse_event(id="ae-2")
    assert [type(one) for one in examine(door, bundle(first, {"resource": [second]}))] == [Mapped, Mapped]


def test_an_entry_that_holds_its_resource_as_a_text_is_not_lost(door: Door, adverse_event: Any) -> None:
    found, other = examine(door, bundle({"resource": "{}"}, {"resource": adverse_event()}))
    assert isinstance(found, Refusal)
    assert (found.reason, found.ending) == (Reason.UNREADABLE_FIELD, Ending.PARKED)
    assert isinstance(other, Mapped)


@pytest.mark.parametrize("around", ["resource", "bundle", "part"])
def test_parameters_give_up_what_they_carry(door: Door, adverse_event: Any, around: str) -> None:
    nurse = {"resourceType": "Practitioner", "id": "n", "identifier": [{"value": "N-9"}]}
    event = adverse_event(contributor=[{"reference": "Practitioner/n"}], recorder=None)
    inside = {
        "resource": [{"name": "a", "resource": event}, {"name": "b", "resource": nurse}],
        "bundle": [{"name": "a", "resource": bundle({"resource": event}, {"resource": nurse})}],
        "part": [{"name": "a", "part": [{"name": "b", "resource": one} for one in (event, nurse)]}],
    }[around]
    carrier = {"resourceType": "Parameters", "parameter": inside}
    for said in (carrier, bundle({"resource": carrier})):
        assert people(report(door, said)) == [("N-9", Relation.INVOLVED)]


@pytest.mark.parametrize("kind", ["adverseevent", "ADVERSEEVENT", " AdverseEvent"])
def test_the_case_of_a_resource_type_loses_nothing(door: Door, adverse_event: Any, kind: str) -> None:
    nurse = {"resourceType": "practitioner", "id": "n", "identifier": [{"value": "N-9"}]}
    event = adverse_event(resourceType=kind, contributor=[{"reference": "Practitioner/n"}], recorder=None)
    said = bundle({"resource": event}, {"resource": nurse}) | {"resourceType": "bundle"}
    assert people(report(door, said)) == [("N-9", Relation.INVOLVED)]
    assert isinstance(mapped(door, event), Mapped)


def test_a_bundle_of_resources_that_fhir_does_not_have_waits_for_a_human(door: Door) -> None:
    found = refusal(door, bundle({"resource": {"resourceType": "Berta"}}))
    assert (found.reason, found.ending) == (Reason.UNSUPPORTED_RESOURCE, Ending.PARKED)
    assert "Berta" not in found.explanation


def nurse_at(address: str | None, number: str, own: str | None = "n") -> dict[str, Any]:
    resource = {"resourceType": "Practitioner", "identifier": [{"value": number}]} | ({"id": own} if own else {})
    return {"resource": resource} | ({"fullUrl": address} if address else {})


@pytest.mark.parametrize(
    "entries",
    [
        [
            nurse_at("https://a.example/r4/Practitioner/n", "wrong"),
            nurse_at("https://b.example/r4/Practitioner/n", "N-9"),
        ],
        [nurse_at("https://b.example/r4/Practitioner/n", "N-9", None)],
        [nurse_at("Practitioner/n", "N-9", None)],
        [nurse_at("urn:uuid:1", "N-9")],
        [nurse_at(None, "N-9")],
    ],
)
def test_a_reference_means_who_lies_on_the_same_server(door: Door, adverse_event: Any, entries: Any) -> None:
    event = adverse_event(contributor=[{"reference": "Practitioner/n"}], recorder=None)
    said = bundle(*entries, {"fullUrl": "https://b.example/r4/AdverseEvent/ae-1", "resource": event})
    assert people(report(door, said)) == [("N-9", Relation.INVOLVED)]


def test_somebody_on_another_server_is_never_taken_for_the_one_who_is_meant(door: Door, adverse_event: Any) -> None:
    event = adverse_event(contributor=[{"reference": "Practitioner/n"}], recorder=None)
    other = nurse_at("https://a.example/r4/Practitioner/n", "wrong")
    said = bundle(other, {"fullUrl": "https://b.example/r4/AdverseEvent/ae-1", "resource": event})
    assert people(report(door, said)) == [("Practitioner/n", Relation.INVOLVED)]


def test_a_uuid_is_the_same_in_either_case(door: Door, adverse_event: Any) -> None:
    event = adverse_event(contributor=[{"reference": "urn:uuid:0c3151bd-1cbf"}], recorder=None)
    said = bundle(nurse_at("urn:uuid:0C3151BD-1CBF", "N-9", None), {"resource": event})
    assert people(report(door, said)) == [("N-9", Relation.INVOLVED)]


@pytest.mark.parametrize("own", ["ae-1", None])
@pytest.mark.parametrize(
    "about",
    [
        {"resourceType": "Provenance", "target": [{"reference": "urn:uuid:1"}]},
        {"resourceType": "AuditEvent", "action": "C", "entity": [{"what": {"reference": "urn:uuid:1"}}]},
    ],
)
def test_a_trail_about_an_event_beside_it_makes_no_second_incident(
    door: Door, adverse_event: Any, about: Any, own: str | None
) -> None:
    said = bundle({"fullUrl": "urn:uuid:1", "resource": adverse_event(id=own)}, {"resource": about})
    assert mapped(door, said).identity.id == (own or "urn:uuid:1")


@pytest.mark.parametrize("around", [{"data": {"AdverseEvent": 0}}, {"resource": 0}, {"payload": {"after": [0]}}])
def test_fhir_alone_in_an_envelope_that_nobody_knows_is_mapped(door: Door, adverse_event: Any, around: Any) -> None:
    said = json.loads(json.dumps(around).replace("0", json.dumps(adverse_event())))
    assert [type(one) for one in examine(door, said)] == [Mapped]


@pytest.mark.parametrize("around", [{"data": {"AdverseEvent": 0}}, {"resource": 0}, {"payload": {"after": [0]}}])
def test_fhir_beside_other_data_is_kept_whole_and_told_as_such(door: Door, adverse_event: Any, around: Any) -> None:
    said = json.loads(json.dumps(around | {"witness": {"name": "x"}}).replace("0", json.dumps(adverse_event())))
    found = refusal(door, said)
    assert found.reason is Reason.UNKNOWN_SHAPE
    assert "around FHIR" in found.detail


def test_a_resource_with_contained_ones_costs_no_copy_of_its_bundle(adverse_event: Any) -> None:
    near = neighbours_of(entries_of(bundle({"resource": adverse_event()})))
    within = near.within(adverse_event(contained=[{"resourceType": "Practitioner", "id": "n"}]))
    assert within.by_address is near.by_address


def test_the_same_id_on_two_servers_names_neither_for_a_record_of_no_server(door: Door, adverse_event: Any) -> None:
    event = adverse_event(contributor=[{"reference": "Practitioner/n"}], recorder=None)
    here, again, there = (
        nurse_at(f"{server}.example/r4/Practitioner/n", number)
        for server, number in (("https://a", "N-8"), ("http://a", "N-9"), ("https://b", "N-9"))
    )
    assert people(report(door, bundle(here, again, {"resource": event}))) == [("N-8", Relation.INVOLVED)]
    assert people(report(door, bundle(here, there, {"resource": event}))) == [("Practitioner/n", Relation.INVOLVED)]
