"""National formats: each patient with their own harm, and staff of whom only roles are told."""

import json
from typing import Any

import pytest

from aftercare.intake.domain.facts import RcaMilestone
from aftercare.intake.domain.outcome import Mapped
from aftercare.intake.domain.vocabulary import HarmLevel, RcaStep

from .conftest import RECORDS, Endings, report_of

NUMBER = {"system": "urn:oid:nhs", "value": "9000000009"}


def extension(url: str, **values: Any) -> dict[str, Any]:
    parts = [
        {"url": name, "valueInteger" if isinstance(one, int) else "valueCode": one} for name, one in values.items()
    ]
    return {"url": url, "extension": parts}


def patient(harm: str, number: int | None = None) -> dict[str, Any]:
    said = {"PhysicalHarm": harm} | ({} if number is None else {"PatientSequence": number})
    return extension("PatientInformation", **said)


def event(*patients: dict[str, Any], roles: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    agents = [extension("AdverseEventAgent", InvolvedPersonsActions=role) for role in roles]
    return {
        "resourceType": "AdverseEvent",
        "id": "x",
        "actuality": "actual",
        "extension": [*patients, *agents],
        **fields,
    }


def reporter(involvement: str, **values: str) -> dict[str, Any]:
    details = extension("PractitionerDetails", ReporterInvolvement=involvement, **values)
    return {"resourceType": "Practitioner", "extension": [details]}


def test_each_patient_of_lfpse_has_their_own_harm(endings: Endings) -> None:
    report = report_of(endings("lfpse/v5-two-patients-night-shift.json")[0])
    assert [one.harm for one in report.patients] == [HarmLevel.MODERATE, HarmLevel.MODERATE]
    assert len({one.value for one in report.patients}) == 2


@pytest.mark.parametrize("numbers", [(None, None), (1, 1), (1, None)])
def test_patients_whose_numbers_do_not_tell_them_apart_are_told_by_their_place(
    endings: Endings, numbers: tuple[int | None, int | None]
) -> None:
    report = report_of(endings(event(patient("2", numbers[0]), patient("5", numbers[1])))[0])
    assert [one.value for one in report.patients] == ["patient 1", "patient 2"]
    assert [one.harm for one in report.patients] == [HarmLevel.SEVERE, HarmLevel.NO_HARM]


def test_patients_with_numbers_are_the_same_in_whichever_order_they_stand(endings: Endings) -> None:
    one, other = event(patient("2", 7), patient("5", 3)), event(patient("5", 3), patient("2", 7))
    assert set(report_of(endings(one)[0]).patients) == set(report_of(endings(other)[0]).patients)


def test_a_patient_with_several_numbers_is_one_patient(endings: Endings) -> None:
    who = {"resourceType": "Patient", "identifier": [NUMBER, {"value": "MRN-1"}], "extension": [patient("3")]}
    [one] = report_of(endings(event(contained=[who]))[0]).patients
    assert (one.system, one.value, one.harm) == ("urn:oid:nhs", "9000000009", HarmLevel.MODERATE)


@pytest.mark.parametrize(
    ("roles", "involvement", "unnamed"),
    [((), "4", 0), (("1",), "4", 0), (("1", "2"), "4", 1), (("1",), "2", 1), ((), "2", 0)],
)
def test_roles_that_nobody_has_a_name_for_are_staff_to_be_asked_about(
    endings: Endings, roles: tuple[str, ...], involvement: str, unnamed: int
) -> None:
    who = reporter(involvement, ReporterContact="rita.record")
    report = report_of(endings(event(patient("5"), roles=roles, contained=[who]))[0])
    assert (len(report.staff), report.unnamed_staff) == (1, unnamed)


def test_an_anonymous_reporter_who_was_there_is_somebody_who_was_there(endings: Endings) -> None:
    report = report_of(endings(event(patient("5"), contained=[reporter("4", WhyAnonymous="4")]))[0])
    assert (report.staff, report.unnamed_staff, report.fears_repercussion) == ((), 1, True)


def test_a_prison_report_counts_staff_without_a_name(endings: Endings) -> None:
    said = json.loads((RECORDS / "hmpps" / "report-on-hold.json").read_text())
    said["staffInvolved"] = [{"staffUsername": "ABC1", "staffRole": "WITNESS"}, {"staffRole": "HEALTHCARE"}]
    assert report_of(endings(said)[0]).unnamed_staff == 1


def test_an_analysis_of_a_prison_report_that_is_taken_back_is_given_up(endings: Endings) -> None:
    said = json.loads((RECORDS / "hmpps" / "report-closed-after-hold.json").read_text())
    _, told = endings(said | {"status": "NOT_REPORTABLE"})
    assert isinstance(told, Mapped)
    assert isinstance(told.fact, RcaMilestone)
    assert told.fact.step is RcaStep.CANCELLED
