"""England's LFPSE, versions 5 and 6."""

from datetime import date, timedelta
from typing import Any

import pytest

from aftercare.intake.domain.facts import IncidentWithdrawal
from aftercare.intake.domain.outcome import Mapped, Reason
from aftercare.intake.domain.vocabulary import (
    Actuality,
    Flag,
    HarmLevel,
    IdentifierKind,
    Outcome,
    Precision,
    Relation,
    SubjectKind,
)

from .conftest import Endings, refusal_of, report_of


def patient(**harms: str) -> dict[str, Any]:
    return {
        "url": "PatientInformation",
        "extension": [{"url": name, "valueCode": code} for name, code in harms.items()],
    }


def event(*extensions: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"resourceType": "AdverseEvent", "id": "x", "actuality": "actual", "extension": list(extensions), **fields}


def practitioner(**values: str) -> dict[str, Any]:
    parts = [{"url": name, "valueCode": code} for name, code in values.items()]
    details = {"url": "https://taxonomy.example/practitioner-details-5", "extension": parts}
    return {"resourceType": "Practitioner", "extension": [details]}


@pytest.mark.parametrize(
    ("patients", "harm"),
    [
        ([patient(PhysicalHarm="5")], HarmLevel.NO_HARM),
        ([patient(PhysicalHarm="5", PsychologicalHarm="1")], HarmLevel.SEVERE),
        ([patient(PhysicalHarm="4"), patient(PhysicalHarm="2"), patient(PhysicalHarm="5")], HarmLevel.SEVERE),
        ([patient(PhysicalHarm="1"), patient(PsychologicalHarm="4")], HarmLevel.DEATH),
        ([patient(PsychologicalHarm="4")], HarmLevel.NO_HARM),
        ([patient()], HarmLevel.UNKNOWN),
        ([patient(PhysicalHarm="0")], HarmLevel.UNKNOWN),
    ],
)
def test_harm_is_the_worst_of_all_patients_and_1_is_the_worst(
    endings: Endings, patients: list[Any], harm: HarmLevel
) -> None:
    assert report_of(endings(event(*patients))[0]).details.harm is harm


def test_a_never_event_that_harmed_nobody_is_a_never_event(endings: Endings) -> None:
    details = report_of(endings("lfpse/v5-never-event-without-harm-today.json")[0]).details
    assert details.harm is HarmLevel.NO_HARM
    assert set(details.flags) == {Flag.NEVER_EVENT, Flag.SERIOUS_INCIDENT, Flag.DUTY_OF_CANDOUR}


def test_today_with_a_time_is_that_time(endings: Endings) -> None:
    occurred = report_of(endings("lfpse/v5-never-event-without-harm-today.json")[0]).details.occurred
    assert occurred is not None
    assert occurred.earliest.isoformat() == "2026-03-02T14:30:00+00:00"


def test_a_night_shift_spans_the_night_before_and_the_night_after(endings: Endings) -> None:
    occurred = report_of(endings("lfpse/v5-two-patients-night-shift.json")[0]).details.occurred
    assert occurred is not None
    assert occurred.precision is Precision.PART_OF_DAY
    assert (occurred.earliest.isoformat(), occurred.latest.date()) == ("2026-03-02T00:00:00+00:00", date(2026, 3, 3))


def test_an_approximate_date_is_read_as_england_writes_it_and_widened(endings: Endings) -> None:
    [ending] = endings("lfpse/v5-approximate-date.json")
    details = report_of(ending).details
    assert details.occurred is not None
    assert details.occurred.earliest.date() == date(2026, 2, 2)
    assert details.occurred.latest.date() == date(2026, 2, 4)
    assert (details.actuality, details.harm) == (Actuality.POTENTIAL, HarmLevel.NEAR_MISS)


def test_a_date_in_words_is_left_out_and_doubted(endings: Endings) -> None:
    [ending] = endings("lfpse/v5-approximate-date-in-words.json")
    assert isinstance(ending, Mapped)
    assert report_of(ending).details.occurred is None
    assert ending.doubts == ("unreadable-time:AdverseEventEstimatedDate.ApproximateDate",)


@pytest.mark.parametrize("reason", ["4", "5", "6", "7"])
def test_who_fears_repercussion_is_guarded_and_stays_nobody(endings: Endings, reason: str) -> None:
    about = practitioner(ReporterInvolvement="4", WhyAnonymous=reason, ReporterContact="Rita Record")
    report = report_of(endings(event(patient(PhysicalHarm="3"), contained=[about]))[0])
    assert report.fears_repercussion
    assert not report.staff


@pytest.mark.parametrize("reason", ["1", "2", "3", "8"])
def test_other_reasons_to_stay_anonymous_name_nobody_and_guard_nothing(endings: Endings, reason: str) -> None:
    about = practitioner(ReporterInvolvement="4", WhyAnonymous=reason, ReporterContact="Rita Record")
    report = report_of(endings(event(patient(PhysicalHarm="3"), contained=[about]))[0])
    assert not report.fears_repercussion
    assert not report.staff


@pytest.mark.parametrize(
    ("involvement", "relation"),
    [("4", Relation.INVOLVED), ("1", Relation.WITNESS), ("2", Relation.REPORTER), ("6", Relation.REPORTER)],
)
def test_how_the_reporter_stood_to_the_event_is_the_relation(
    endings: Endings, involvement: str, relation: Relation
) -> None:
    about = practitioner(ReporterInvolvement=involvement, ReporterContact="Rita Record")
    [person] = report_of(endings(event(patient(PhysicalHarm="3"), contained=[about]))[0]).staff
    assert (person.relation, person.person.kind) == (relation, IdentifierKind.DISPLAY_NAME)


def test_role_codes_without_a_person_name_nobody_and_the_closeness_is_told_as_a_doubt(endings: Endings) -> None:
    about = practitioner(ReporterInvolvement="4", ReporterRole="12")
    [ending] = endings(event(patient(PhysicalHarm="3"), contained=[about]))
    assert isinstance(ending, Mapped)
    assert not report_of(ending).staff
    assert ending.doubts == ("nameless:involved",)


def test_care_that_went_well_is_no_incident_and_a_risk_is_an_unsafe_condition(endings: Endings) -> None:
    assert refusal_of(endings("lfpse/v5-good-care.json")[0]).reason is Reason.NOT_AN_INCIDENT
    assert report_of(endings("lfpse/v5-risk.json")[0]).details.harm is HarmLevel.UNSAFE_CONDITION


def test_versions_are_told_by_their_fields(endings: Endings) -> None:
    for name, format_name in (("v5-risk", "lfpse-v5"), ("v6-fatal", "lfpse-v6"), ("v6-bundle", "lfpse-v6")):
        [ending] = endings(f"lfpse/{name}.json")
        assert isinstance(ending, Mapped)
        assert ending.format == format_name


def test_in_a_bundle_patient_and_reporter_stand_beside_the_event(endings: Endings) -> None:
    report = report_of(endings("lfpse/v6-bundle.json")[0])
    assert report.details.harm is HarmLevel.LOW
    assert [(one.person.value, one.relation) for one in report.staff] == [("N-1001", Relation.INVOLVED)]


def test_a_retracted_event_is_withdrawn(endings: Endings) -> None:
    [ending] = endings("lfpse/v5-retracted.json")
    assert isinstance(ending, Mapped)
    assert isinstance(ending.fact, IncidentWithdrawal)


def test_the_codes_are_kept_beside_what_was_derived_from_them(endings: Endings) -> None:
    [ending] = endings("lfpse/v6-fatal.json")
    assert isinstance(ending, Mapped)
    assert ending.stated == ("lfpse-physical:2", "lfpse-physical:1", "lfpse-psychological:1")
    assert ending.doubts[0] == "unknown-code:physicalharm", "9 is no code of that scale, and is not kept"


def extension(name: str, **values: Any) -> dict[str, Any]:
    parts = [
        {"url": part, "valueBoolean" if isinstance(value, bool) else "valueCode": value}
        for part, value in values.items()
    ]
    return {"url": f"https://taxonomy.example/fhir/StructureDefinition/{name}-5", "extension": parts}


@pytest.mark.parametrize("yes", [True, "true", "TRUE", "Y", "y", "Yes"])
def test_a_flag_is_kept_however_yes_is_written(endings: Endings, yes: Any) -> None:
    governance = extension("adverse-event-governance", DutyOfCandour=yes, SeriousIncident="n", NeverEvent="u")
    assert report_of(endings(event(governance))[0]).details.flags == (Flag.DUTY_OF_CANDOUR,)


def test_a_flag_that_says_neither_yes_nor_no_is_doubted(endings: Endings) -> None:
    [ending] = endings(event(extension("adverse-event-governance", DutyOfCandour="7")))
    assert isinstance(ending, Mapped)
    assert ending.doubts == ("unknown-code:dutyofcandour",)


def test_flags_of_several_extensions_are_all_kept(endings: Endings) -> None:
    both = [extension("adverse-event-governance", **{name: True}) for name in ("DutyOfCandour", "NeverEvent")]
    assert set(report_of(endings(event(*both))[0]).details.flags) == {Flag.DUTY_OF_CANDOUR, Flag.NEVER_EVENT}


@pytest.mark.parametrize("anonymous", [True, "y", "Yes", "1"])
def test_an_anonymous_reporter_is_nobody_however_that_is_written(endings: Endings, anonymous: Any) -> None:
    about = practitioner(ReporterInvolvement="4", ReporterContact="Rita Record")
    said = extension("adverse-event-reference-metadata", IsAnonymous=anonymous)
    assert not report_of(endings(event(said, contained=[about]))[0]).staff


@pytest.mark.parametrize("reason", ["99", "I fear my manager"])
def test_a_reason_to_stay_anonymous_that_nobody_knows_is_guarded_like_a_fear(endings: Endings, reason: str) -> None:
    [ending] = endings(event(contained=[practitioner(WhyAnonymous=reason)]))
    assert isinstance(ending, Mapped)
    assert report_of(ending).fears_repercussion
    assert "unknown-code:whyanonymous" in ending.doubts


def test_a_practitioner_with_a_name_alone_is_asked_about(endings: Endings) -> None:
    named = practitioner(ReporterInvolvement="1") | {"name": [{"given": ["Rita"], "family": "Record"}]}
    [person] = report_of(endings(event(patient(PhysicalHarm="3"), contained=[named]))[0]).staff
    assert (person.person.value, person.relation) == ("Rita Record", Relation.WITNESS)


def test_of_several_involvements_the_closest_counts(endings: Endings) -> None:
    about = practitioner(ReporterContact="Rita Record")
    about["extension"][0]["extension"] += [{"url": "ReporterInvolvement", "valueCode": code} for code in ("1", "4")]
    [person] = report_of(endings(event(patient(), contained=[about]))[0]).staff
    assert person.relation is Relation.INVOLVED


def test_everybody_in_the_fields_of_fhir_is_named_too(endings: Endings) -> None:
    said = event(
        patient(PhysicalHarm="3"),
        recorder={"display": "Rita Record"},
        contributor=[{"identifier": {"system": "urn:hill:staff", "value": "N-1"}}, {"reference": "Practitioner/2"}],
        eventParticipant={"display": "Olaf Observer"},
    )
    told = {(one.person.value, one.relation) for one in report_of(endings(said)[0]).staff}
    assert told == {
        ("N-1", Relation.INVOLVED),
        ("Practitioner/2", Relation.INVOLVED),
        ("Olaf Observer", Relation.INVOLVED),
        ("Rita Record", Relation.REPORTER),
    }


def test_every_practitioner_that_came_along_is_named(endings: Endings) -> None:
    people: list[dict[str, Any]] = [
        {"resourceType": "Practitioner", "id": number, "identifier": [{"value": f"N-{number}"}]} for number in "123"
    ]
    said = event(patient(), contained=people, recorder={"reference": "#1"}, contributor=[{"reference": "#2"}])
    assert {one.person.value for one in report_of(endings(said)[0]).staff} == {"N-1", "N-2", "N-3"}


def test_a_member_of_staff_who_was_harmed_is_the_harmed_one(endings: Endings) -> None:
    nurse = {"resourceType": "Practitioner", "id": "n", "identifier": [{"value": "N-1"}]}
    report = report_of(endings(event(patient(), subject={"reference": "#n"}, contained=[nurse]))[0])
    assert [(one.person.value, one.relation) for one in report.staff] == [("N-1", Relation.HARMED)]
    assert report.details.subject is SubjectKind.STAFF


def test_in_a_message_with_other_resources_patient_and_reporter_are_found_all_the_same(endings: Endings) -> None:
    report = report_of(endings("lfpse/v6-message-with-a-role.json")[0])
    assert report.details.harm is HarmLevel.SEVERE
    assert [(one.person.value, one.relation) for one in report.staff] == [("N-1001", Relation.WITNESS)]


def test_of_two_events_in_a_bundle_each_has_the_patients_that_it_refers_to(endings: Endings) -> None:
    entries = [
        {"fullUrl": f"urn:uuid:{name}", "resource": resource}
        for name, resource in (
            ("a", event(patient(), id="a", subject={"reference": "urn:uuid:pa"})),
            ("pa", {"resourceType": "Patient", "extension": [patient(PhysicalHarm="1")]}),
            ("b", event(patient(), id="b", subject={"reference": "urn:uuid:pb"})),
            ("pb", {"resourceType": "Patient", "extension": [patient(PhysicalHarm="5")]}),
        )
    ]
    found = endings({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert [report_of(one).details.harm for one in found] == [HarmLevel.DEATH, HarmLevel.NO_HARM]


def test_midnight_beside_a_shift_is_a_date_that_a_system_wrote_out(endings: Endings) -> None:
    shift = extension("adverse-event-estimated-date", EstimatedTime="2")
    occurred = report_of(endings(event(shift, date="2026-03-02T00:00:00Z"))[0]).details.occurred
    assert occurred is not None
    assert occurred.precision is Precision.PART_OF_DAY


def test_harm_that_a_potential_event_states_is_doubted(endings: Endings) -> None:
    [ending] = endings(event(patient(PhysicalHarm="1"), actuality="potential"))
    assert isinstance(ending, Mapped)
    assert (report_of(ending).details.harm, report_of(ending).details.outcome) == (
        HarmLevel.NEAR_MISS,
        Outcome.UNKNOWN,
    )
    assert "contradiction:actuality" in ending.doubts


def test_harm_in_words_is_never_guessed_and_doubted(endings: Endings) -> None:
    said = patient()
    said["extension"] = [{"url": "PhysicalHarm", "valueCodeableConcept": {"text": "Moderate physical harm"}}]
    [ending] = endings(event(said))
    assert isinstance(ending, Mapped)
    assert report_of(ending).details.harm is HarmLevel.UNKNOWN
    assert ending.doubts == ("unknown-code:physicalharm",)


@pytest.mark.parametrize(
    ("words", "first", "last", "precision"),
    [
        ("February 2026", date(2026, 1, 1), date(2026, 3, 31), Precision.MONTH),
        ("early  Feb 2026", date(2026, 1, 1), date(2026, 3, 31), Precision.MONTH),
        ("about 3rd of March 2026", date(2026, 3, 2), date(2026, 3, 4), Precision.DAY),
        ("3 mar. 2026", date(2026, 3, 2), date(2026, 3, 4), Precision.DAY),
    ],
)
def test_a_month_in_words_is_as_precise_as_it_is_and_widened(
    endings: Endings, words: str, first: date, last: date, precision: Precision
) -> None:
    [ending] = endings(event(extension("adverse-event-estimated-date", ApproximateDate=words)))
    occurred = report_of(ending).details.occurred
    assert isinstance(ending, Mapped)
    assert occurred is not None
    assert occurred.precision is precision
    assert occurred.earliest.date() <= first
    assert occurred.latest.date() >= last - timedelta(days=1)
    assert "approximate:occurred" in ending.doubts


@pytest.mark.parametrize("words", ["ma 2026", "Fall 2026", "before 3 March 2026", "31 February 2026", "Juneau 2026"])
def test_words_that_could_be_anything_are_no_month(endings: Endings, words: str) -> None:
    [ending] = endings(event(extension("adverse-event-estimated-date", ApproximateDate=words)))
    assert isinstance(ending, Mapped)
    assert report_of(ending).details.occurred is None
    assert ending.doubts == ("unreadable-time:AdverseEventEstimatedDate.ApproximateDate",)


def test_a_fear_is_heard_wherever_it_stands(endings: Endings) -> None:
    said = event({"url": "WhyAnonymous", "valueCode": "5"}, recorder={"display": "Rita Record"})
    report = report_of(endings(said)[0])
    assert (report.fears_repercussion, report.staff) == (True, ())
