"""Norway's Melde, version 2."""

import re
from typing import Any

import pytest

from aftercare.intake.domain.outcome import Mapped, Reason
from aftercare.intake.domain.vocabulary import Actuality, Flag, HarmLevel, IdentifierKind, Relation

from .conftest import RECORDS, Endings, refusal_of, report_of


def test_only_areas_that_are_flagged_count(endings: Endings) -> None:
    details = report_of(endings("melde/two-areas-of-three.json")[0]).details
    assert details.harm is HarmLevel.SEVERE, "the side effect that says death belongs to an area that is not flagged"
    assert details.flags == (Flag.SERIOUS_INCIDENT,)


def test_contact_persons_and_next_of_kin_are_not_involved_staff(endings: Endings) -> None:
    [person] = report_of(endings("melde/two-areas-of-three.json")[0]).staff
    assert (person.person.value, person.person.kind, person.relation) == (
        "9000001",
        IdentifierKind.IDENTIFIER,
        Relation.REPORTER,
    )


def test_a_reporter_who_is_the_patient_is_no_staff(endings: Endings) -> None:
    assert not report_of(endings("melde/near-miss-reported-by-the-patient.json")[0]).staff


def test_what_might_have_caused_death_is_a_near_miss(endings: Endings) -> None:
    details = report_of(endings("melde/near-miss-reported-by-the-patient.json")[0]).details
    assert (details.harm, details.actuality) == (HarmLevel.NEAR_MISS, Actuality.POTENTIAL)


def test_codes_whose_order_nobody_confirmed_stay_unread_and_doubted(endings: Endings) -> None:
    [ending] = endings("melde/codes-nobody-confirmed.json")
    assert isinstance(ending, Mapped)
    assert ending.doubts == ("unknown-code:ActualConsequenceForPatient",)
    assert report_of(ending).details.harm is HarmLevel.SEVERE, "hospitalisation, by the other area"


def test_an_unknown_date_is_no_date_and_a_date_in_words_is_approximate(endings: Endings) -> None:
    assert report_of(endings("melde/codes-nobody-confirmed.json")[0]).details.occurred is None
    [ending] = endings("melde/near-miss-reported-by-the-patient.json", zone=None)
    assert isinstance(ending, Mapped)
    assert "approximate:occurred" in ending.doubts


def test_a_report_without_a_flagged_area_is_an_incident_all_the_same(endings: Endings) -> None:
    [ending] = endings({"Header": {"ExternalCaseId": "1", "ReportAreas": {"Radiation": False}}, "Report": {}})
    assert isinstance(ending, Mapped)
    assert ending.doubts == ("no-report-area",)


def test_without_a_case_id_it_is_parked_and_a_receipt_is_no_incident(endings: Endings) -> None:
    assert refusal_of(endings("melde/no-case-id.json")[0]).reason is Reason.MISSING_FIELD
    assert refusal_of(endings("melde/receipt.json")[0]).reason is Reason.NOT_AN_INCIDENT


def report(**header: Any) -> dict[str, Any]:
    areas = header.pop("Report", {})
    return {"Header": {"ExternalCaseId": "1", "ReportAreas": {}, **header}, "Report": areas}


def test_names_are_read_in_either_case_as_the_interface_does(endings: Endings) -> None:
    golden = (RECORDS / "melde" / "two-areas-of-three.json").read_text()
    other = re.sub(r'"([A-Z])(\w*)":', lambda found: f'"{found[1].lower()}{found[2]}":', golden)
    assert '"header"' in other
    assert report_of(endings(other.encode())[0]) == report_of(endings("melde/two-areas-of-three.json")[0])


def test_of_several_reports_of_one_area_the_worst_counts(endings: Endings) -> None:
    codes = ("MayHaveCausedDeathOrSeriousDeterioration", "Death")
    parts = [{"IncidentClassification": code} for code in codes]
    said = report(ReportAreas={"MedicalEquipment": "true"}, Report={"MedicalEquipment": parts})
    assert report_of(endings(said)[0]).details.harm is HarmLevel.DEATH


@pytest.mark.parametrize(
    ("incident", "doubts"),
    [
        ({"IncidentDate": "0001-01-01T00:00:00", "DateUnknown": "No"}, ()),
        ({"IncidentDate": "2026-03-01", "DateUnknown": True}, ("contradiction:DateUnknown",)),
    ],
)
def test_a_date_that_is_none_is_left_out(endings: Endings, incident: dict[str, Any], doubts: tuple[str, ...]) -> None:
    [ending] = endings(report(Incident=incident, ReportAreas={"Radiation": True}))
    assert isinstance(ending, Mapped)
    assert report_of(ending).details.occurred is None
    assert ending.doubts == doubts


def test_a_number_of_zero_is_nobodys(endings: Endings) -> None:
    said = report(Reporter={"HprId": 0, "Nin": "", "Name": "Rita Record", "Role": "Treator"})
    [person] = report_of(endings(said)[0]).staff
    assert person.person.kind is IdentifierKind.DISPLAY_NAME
