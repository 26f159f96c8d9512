"""FHIR R4 AdverseEvents, single and in Bundles, to our words."""

import json
from typing import Any

import pytest

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.facts import IncidentReport, IncidentWithdrawal
from aftercare.intake.domain.outcome import Ending, Examined, Mapped, Reason, Refusal
from aftercare.intake.domain.vocabulary import HarmLevel, IdentifierKind, Relation, SubjectKind


def examine(door: Door, value: Any) -> list[Examined]:
    return [one.ending for one in door.examine(Delivery(json.dumps(value).encode(), {}, "safety"))]


def report(door: Door, value: Any) -> IncidentReport:
    [ending] = examine(door, value)
    assert isinstance(ending, Mapped)
    assert isinstance(ending.fact, IncidentReport)
    return ending.fact


def refusal(door: Door, value: Any) -> Refusal:
    [ending] = examine(door, value)
    assert isinstance(ending, Refusal)
    return ending


def people(fact: IncidentReport) -> list[tuple[str, IdentifierKind, Relation]]:
    return [(one.person.value, one.person.kind, one.relation) for one in fact.staff]


def test_three_clocks_stay_apart(door: Door, adverse_event: Any) -> None:
    details = report(door, adverse_event()).details
    moments = (details.occurred, details.discovered, details.recorded)
    assert [one.source_field for one in moments if one] == [
        "AdverseEvent.date",
        "AdverseEvent.detected",
        "AdverseEvent.recordedDate",
    ]
    assert [one.precision for one in moments if one] == ["day", "instant", "instant"]


def test_a_moment_that_can_not_be_read_is_left_out_and_told(door: Door, adverse_event: Any) -> None:
    [ending] = examine(door, adverse_event(date="last Tuesday"))
    assert isinstance(ending, Mapped)
    assert "unreadable-time:AdverseEvent.date" in ending.doubts


def test_a_period_counts_from_its_start(door: Door, adverse_event: Any) -> None:
    occurred = report(door, adverse_event(date={"start": "2026-02-27"})).details.occurred
    assert occurred is not None
    assert occurred.earliest.day == 27


def test_codes_are_read_in_any_case_and_without_a_system(door: Door, adverse_event: Any) -> None:
    fact = report(door, adverse_event(seriousness={"coding": [{"code": "SERIOUS"}]}, severity={"text": "Mild"}))
    assert (fact.details.seriousness, fact.details.severity, fact.details.harm) == ("serious", "mild", HarmLevel.SEVERE)


def test_an_unknown_code_is_unknown_and_told(door: Door, adverse_event: Any) -> None:
    [ending] = examine(door, adverse_event(severity={"coding": [{"code": "grade-17"}]}))
    assert isinstance(ending, Mapped)
    assert ending.doubts == ("unknown-code:severity",)
    assert isinstance(ending.fact, IncidentReport)
    assert ending.fact.details.harm is HarmLevel.UNKNOWN


def test_contributors_are_involved_and_a_practitioner_who_recorded_is_the_reporter(
    door: Door, adverse_event: Any
) -> None:
    assert people(report(door, adverse_event())) == [
        ("N-1001", IdentifierKind.IDENTIFIER, Relation.INVOLVED),
        ("Practitioner/rec-1", IdentifierKind.REFERENCE, Relation.REPORTER),
    ]


@pytest.mark.parametrize(
    "recorder",
    [
        {"reference": "Patient/pat-9"},
        {"reference": "RelatedPerson/mother"},
        {"display": "Berta Beispiel"},
        {"display": "Berta's mother", "type": "RelatedPerson"},
    ],
)
def test_a_patient_or_relative_who_recorded_is_not_staff(door: Door, adverse_event: Any, recorder: Any) -> None:
    assert report(door, adverse_event(contributor=None, recorder=recorder)).staff == ()


def test_a_practitioner_who_was_harmed_is_staff_and_no_patient(door: Door, adverse_event: Any) -> None:
    fact = report(door, adverse_event(subject={"reference": "Practitioner/phleb-1"}, contributor=None, recorder=None))
    assert (fact.details.subject, fact.patients) == (SubjectKind.STAFF, ())
    assert people(fact) == [("Practitioner/phleb-1", IdentifierKind.REFERENCE, Relation.HARMED)]


def test_a_device_that_contributed_is_nobody(door: Door, adverse_event: Any) -> None:
    fact = report(door, adverse_event(contributor=[{"reference": "Device/pump-1"}], recorder=None))
    assert fact.staff == ()


def test_a_contained_practitioner_is_known_by_the_identifier(door: Door, adverse_event: Any) -> None:
    contained = [
        {
            "resourceType": "PractitionerRole",
            "id": "role",
            "practitioner": {"reference": "#doc"},
        },
        {
            "resourceType": "Practitioner",
            "id": "doc",
            "identifier": [{"system": "urn:other", "value": "X"}, {"system": "urn:hill:staff", "value": "D-7"}],
            "name": [{"family": "Doctorov"}],
        },
    ]
    fact = report(door, adverse_event(contained=contained, contributor=[{"reference": "#role"}], recorder=None))
    assert people(fact) == [("D-7", IdentifierKind.IDENTIFIER, Relation.INVOLVED)]


def test_a_display_alone_becomes_a_question_for_directory(door: Door, adverse_event: Any) -> None:
    fact = report(door, adverse_event(contributor=[{"display": "Nurse Nora"}], recorder=None))
    assert people(fact) == [("Nurse Nora", IdentifierKind.DISPLAY_NAME, Relation.INVOLVED)]


def test_a_reference_that_leads_nowhere_still_names_somebody(door: Door, adverse_event: Any) -> None:
    fact = report(door, adverse_event(contributor=[{"reference": "#gone"}], recorder=None))
    assert people(fact) == [("ae-1 #gone", IdentifierKind.IDENTIFIER, Relation.INVOLVED)]


def test_a_thin_record_maps_with_everything_unknown(door: Door) -> None:
    fact = report(door, {"resourceType": "AdverseEvent"})
    assert fact.source_id.startswith("body:")
    assert (fact.details.harm, fact.details.subject, fact.staff) == (HarmLevel.UNKNOWN, SubjectKind.UNKNOWN, ())


def test_a_retraction_is_a_withdrawal(door: Door, adverse_event: Any) -> None:
    [ending] = examine(door, adverse_event(status="entered-in-error"))
    assert isinstance(ending, Mapped)
    assert isinstance(ending.fact, IncidentWithdrawal)


def bundle(*entries: Any, kind: str = "collection") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


@pytest.mark.parametrize("kind", ["collection", "transaction", "batch", "message", "searchset", "history"])
def test_each_event_of_a_bundle_is_a_record(door: Door, adverse_event: Any, kind: str) -> None:
    inner = bundle({"resource": adverse_event(id="ae-3")})
    found = examine(
        door,
        bundle(
            {"resource": {"resourceType": "MessageHeader"}},
            {"resource": adverse_event()},
            {"fullUrl": "urn:uuid:0", "request": {"method": "POST", "url": "Patient"}},
            {"resource": adverse_event(id="ae-2")},
            {"resource": inner},
            kind=kind,
        ),
    )
    assert sorted(one.identity.id for one in found if isinstance(one, Mapped)) == ["ae-1", "ae-2", "ae-3"]


def test_references_inside_a_bundle_are_followed(door: Door, adverse_event: Any) -> None:
    practitioner = {"resourceType": "Practitioner", "identifier": [{"system": "urn:hill:staff", "value": "D-9"}]}
    found = examine(
        door,
        bundle(
            {"fullUrl": "urn:uuid:1", "resource": practitioner},
            {
                "fullUrl": "urn:uuid:2",
                "resource": adverse_event(contributor=[{"reference": "urn:uuid:1"}], recorder=None),
            },
        ),
    )
    [ending] = found
    assert isinstance(ending, Mapped)
    assert isinstance(ending.fact, IncidentReport)
    assert people(ending.fact) == [("D-9", IdentifierKind.IDENTIFIER, Relation.INVOLVED)]


def test_a_deleted_entry_is_a_withdrawal(door: Door) -> None:
    [ending] = examine(door, bundle({"request": {"method": "DELETE", "url": "AdverseEvent/ae-1"}}, kind="history"))
    assert isinstance(ending, Mapped)
    assert isinstance(ending.fact, IncidentWithdrawal)
    assert ending.fact.source_id == "ae-1"


def test_a_bundle_without_events_is_one_record_with_a_reason(door: Door) -> None:
    found = refusal(door, bundle({"resource": {"resourceType": "Patient"}}))
    assert (found.reason, found.ending) == (Reason.NO_ADVERSE_EVENT, Ending.REJECTED)


def test_an_address_at_another_base_is_another_record(door: Door, adverse_event: Any) -> None:
    home = {"fullUrl": "http://fhir.hill.example/r4/AdverseEvent/ae-1", "resource": adverse_event()}
    away = {"fullUrl": "https://elsewhere.example/AdverseEvent/ae-1", "resource": adverse_event()}
    first, second = examine(door, bundle(home, away))
    assert isinstance(first, Mapped)
    assert isinstance(second, Mapped)
    assert (first.identity.id, second.identity.id) == ("ae-1", "https://elsewhere.example/AdverseEvent/ae-1")


@pytest.mark.parametrize(
    ("kind", "ending"),
    [
        ("Patient", Ending.REJECTED),
        ("NutritionIntake", Ending.REJECTED),
        ("<script>", Ending.PARKED),
        ("Berta Beispiel", Ending.PARKED),
    ],
)
def test_a_resource_of_fhir_tells_of_no_incident_and_one_that_fhir_does_not_have_may(
    door: Door, kind: str, ending: Ending
) -> None:
    found = refusal(door, {"resourceType": kind})
    assert (found.ending, found.reason is Reason.UNSUPPORTED_RESOURCE) == (ending, ending is Ending.PARKED)
    assert "Berta" not in found.explanation
    assert "script" not in found.explanation


@pytest.mark.parametrize(
    "odd",
    [
        {"identifier": [{"value": "1"}, {"value": "2"}]},
        {"subject": [{"reference": "Patient/1"}]},
        {"contributor": {"reference": "Practitioner/1"}},
        {"contributor": ["text", 7, None]},
        {"severity": "severe"},
        {"outcome": 7},
        {"meta": "x"},
        {"date": 20260301},
        {"recorder": []},
        {"contained": {"id": 1}},
        {"extension": [[[]]], "text": 5, "location": "Ward 7"},
    ],
)
def test_odd_shapes_map_all_the_same(door: Door, adverse_event: Any, odd: Any) -> None:
    assert isinstance(examine(door, adverse_event(**odd))[0], Mapped)


def test_an_excerpt_of_a_record_says_that_it_is_one(door: Door, adverse_event: Any) -> None:
    [found] = examine(door, adverse_event(meta={"tag": [{"code": "SUBSETTED"}]}))
    assert isinstance(found, Mapped)
    assert "subsetted" in found.doubts


@pytest.mark.parametrize(
    ("contributors", "unnamed"),
    [
        ([{"reference": "Practitioner/n"}], 0),
        ([{"reference": "Practitioner/n"}, {}], 1),
        ([{"reference": "Practitioner/n"}, {"type": "Practitioner"}, {"type": "Practitioner"}], 2),
        ([{"reference": "Practitioner/n"}, {"reference": "CareTeam/night"}], 1),
        ([{"reference": "Practitioner/n"}, {"reference": "Device/pump"}], 0),
    ],
)
def test_who_took_part_and_is_not_named_is_counted(
    door: Door, contributors: Any, unnamed: int, adverse_event: Any
) -> None:
    assert report(door, adverse_event(contributor=contributors, recorder={})).unnamed_staff == unnamed


def test_a_patient_who_stands_in_the_record_alone_is_the_same_in_each_version(door: Door, adverse_event: Any) -> None:
    said = [
        adverse_event(subject={"reference": address, "type": "Patient"})
        for address in ("urn:uuid:1", "#p", "urn:uuid:2")
    ]
    assert len({report(door, one).patients for one in said}) == 1
    assert (
        report(door, said[0]).patients != report(door, adverse_event(id="other", subject=said[0]["subject"])).patients
    )
