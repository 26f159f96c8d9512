"""Everybody whom a record names is found, in whatever shape it names them."""

from typing import Any

import pytest

from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.vocabulary import Relation, SubjectKind

from .saying import bundle, concept, mapped, people, report

INVOLVED, REPORTER, WITNESS, HARMED = Relation.INVOLVED, Relation.REPORTER, Relation.WITNESS, Relation.HARMED


def nurse(own: Any, number: str) -> dict[str, Any]:
    return {"resourceType": "Practitioner", "id": own, "identifier": [{"system": "urn:hill:staff", "value": number}]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"contributor": ["Practitioner/n", "Dr Made Up"]}, [("Practitioner/n", INVOLVED), ("Dr Made Up", INVOLVED)]),
        ({"contributor": "Practitioner/n"}, [("Practitioner/n", INVOLVED)]),
        ({"recorder": "Practitioner/n"}, [("Practitioner/n", REPORTER)]),
        (
            {"recorder": [{"reference": "Practitioner/n"}, {"display": "Made Up"}]},
            [("Practitioner/n", REPORTER), ("Made Up", REPORTER)],
        ),
        ({"participant": [{"function": concept("WIT"), "actor": "Practitioner/n"}]}, [("Practitioner/n", WITNESS)]),
        (
            {"participant": [{"actor": [{"reference": "Practitioner/n"}, {"reference": "Practitioner/m"}]}]},
            [("Practitioner/n", INVOLVED), ("Practitioner/m", INVOLVED)],
        ),
        ({"participant": [{"function": {"text": "Witness"}, "actor": {"display": "M"}}]}, [("M", WITNESS)]),
        (
            {"participant": [{"function": {"coding": [{"display": "informant"}]}, "actor": {"display": "M"}}]},
            [("M", REPORTER)],
        ),
        ({"contributor": [{"reference": {"reference": "Practitioner/n"}}]}, [("Practitioner/n", INVOLVED)]),
        ({"contributor": [{"identifier": "N-9"}]}, [("N-9", INVOLVED)]),
        ({"contributor": [{"reference": "Practitioner?identifier=urn:hill:staff|N-9"}]}, [("N-9", INVOLVED)]),
        ({"contributor": [{"reference": "#n"}], "contained": [{"id": "n", "name": "M U"}]}, [("M U", INVOLVED)]),
        ({"subject": {"reference": "Practitioner?identifier=urn:hill:staff|N-9"}}, [("N-9", HARMED)]),
        ({"recorder": {"reference": "Patient?identifier=urn:x|1"}}, []),
        ({"contributor": [{"reference": "practitioner/n"}]}, [("practitioner/n", INVOLVED)]),
    ],
)
def test_nobody_is_lost_by_the_shape_of_a_reference(
    door: Door, adverse_event: Any, changes: Any, expected: Any
) -> None:
    said = adverse_event(**({"contributor": None, "recorder": None} | changes))
    assert people(report(door, said)) == expected


@pytest.mark.parametrize("own", ["n", "#n", 7])
def test_a_contained_person_is_found_however_the_id_is_written(door: Door, adverse_event: Any, own: Any) -> None:
    reference = {"reference": f"#{str(own).lstrip('#')}"}
    said = adverse_event(contained=[nurse(own, "N-9")], contributor=[reference], recorder=None)
    assert people(report(door, said)) == [("N-9", INVOLVED)]


def group(*members: Any) -> dict[str, Any]:
    return {"resourceType": "Group", "id": "g", "member": [{"entity": {"reference": one}} for one in members]}


def test_a_group_of_staff_that_was_harmed_is_each_of_them(door: Door, adverse_event: Any) -> None:
    contained = [group("#n", "Practitioner/m"), nurse("n", "N-9")]
    said = adverse_event(contained=contained, subject={"reference": "#g"}, contributor=None, recorder=None)
    fact = report(door, said)
    assert people(fact) == [("N-9", HARMED), ("Practitioner/m", HARMED)]
    assert fact.details.subject is SubjectKind.GROUP


def test_a_group_of_patients_is_each_of_them_and_no_staff(door: Door, adverse_event: Any) -> None:
    contained = [group("Patient/p-1", "Patient/p-2")]
    said = adverse_event(contained=contained, subject={"reference": "#g"}, contributor=None, recorder=None)
    fact = report(door, said)
    assert [one.value for one in fact.patients] == ["Patient/p-1", "Patient/p-2"]
    assert fact.staff == ()


def test_a_group_that_did_not_come_along_is_noted_where_staff_is_due(door: Door, adverse_event: Any) -> None:
    assert "unresolved-team:contributor" in mapped(door, adverse_event(contributor=[{"reference": "Group/9"}])).doubts


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Made\u00a0Up", "Made Up"),
        ("Made\nUp ", "Made Up"),
        ("\u202eMade Up\u202c", "Made Up"),
        ("\u0645\u06cc\u200c\u0646\u0627", "\u0645\u06cc\u200c\u0646\u0627"),
    ],
)
def test_a_name_is_not_lost_by_characters_that_nobody_sees(
    door: Door, adverse_event: Any, written: str, name: str
) -> None:
    said = adverse_event(contributor=[{"display": written}], recorder=None)
    assert people(report(door, said)) == [(name, INVOLVED)]


@pytest.mark.parametrize("word", ["Anonymous", "unknown", "N/A"])
def test_an_anonymous_reporter_is_nobody_and_stays_so(door: Door, adverse_event: Any, word: str) -> None:
    found = mapped(door, adverse_event(recorder={"display": word}, contributor=None))
    assert "nameless:reporter" in found.doubts
    assert people(report(door, adverse_event(recorder={"display": word}, contributor=None))) == []


def test_a_name_counts_more_than_the_word_unknown_beside_it(door: Door, adverse_event: Any) -> None:
    person = {"resourceType": "Practitioner", "id": "n", "name": [{"text": "Made Up"}]}
    said = adverse_event(contained=[person], contributor=[{"reference": "#n", "display": "Unknown"}], recorder=None)
    assert people(report(door, said)) == [("Made Up", INVOLVED)]


NUMBERED = {"system": "urn:hill:patients", "value": "P-7"}
PATIENT = {"resourceType": "Patient", "id": "7", "identifier": [NUMBERED]}


@pytest.mark.parametrize(
    ("subject", "beside"),
    [
        ({"identifier": NUMBERED, "type": "Patient"}, {}),
        ({"reference": "Patient/7", "identifier": NUMBERED}, {}),
        ({"reference": "Patient?identifier=urn:hill:patients|P-7"}, {}),
        ({"reference": "#7"}, {"contained": [PATIENT]}),
        ({"reference": "Patient/7"}, {}),
        ({"reference": "https://fhir.hill.example/r4/Patient/7/_history/3"}, {}),
    ],
)
def test_a_patient_is_the_same_however_a_record_refers_to_them_while_their_number_comes_along(
    door: Door, adverse_event: Any, subject: Any, beside: Any
) -> None:
    event = {
        "fullUrl": "https://fhir.hill.example/r4/AdverseEvent/ae-1",
        "resource": adverse_event(subject=subject, **beside),
    }
    patient = {"fullUrl": "https://fhir.hill.example/r4/Patient/7", "resource": PATIENT}
    fact = report(door, bundle(event, patient))
    assert [(one.system, one.value) for one in fact.patients] == [("urn:hill:patients", "P-7")]
