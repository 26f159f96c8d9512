"""AdverseEvents of STU3, R5, R6 and of releases half-way between: read field by field, never refused for it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.fhir.releases import RELEASES, release_of
from aftercare.intake.domain.vocabulary import (
    Actuality,
    HarmLevel,
    Outcome,
    Relation,
    Seriousness,
    Severity,
    SubjectKind,
)

from .saying import concept, mapped, people, report

STU3: dict[str, Any] = {
    "resourceType": "AdverseEvent",
    "id": "old-1",
    "category": "AE",
    "type": concept("fall"),
    "subject": {"reference": "Patient/p-1"},
    "date": "2026-02-27T22:15:00Z",
    "seriousness": concept("Moderate"),
    "eventParticipant": {"reference": "Practitioner/n-1"},
    "recorder": {"reference": "Practitioner/n-2"},
    "description": "made up",
}
R5: dict[str, Any] = {
    "resourceType": "AdverseEvent",
    "id": "new-1",
    "status": "completed",
    "actuality": "actual",
    "code": {"text": "made up"},
    "subject": {"reference": "Patient/p-1"},
    "occurrencePeriod": {"start": "2026-02-27", "end": "2026-03-01"},
    "recordedDate": "2026-03-01T08:00:00Z",
    "outcome": [concept("1336140009")],
    "participant": [
        {"function": concept("PART"), "actor": {"reference": "Practitioner/n-1"}},
        {"function": concept("WIT"), "actor": {"reference": "Practitioner/n-2"}},
        {"function": concept("INF"), "actor": {"reference": "Practitioner/n-3"}},
    ],
}
GUIDE = "http://guide.example/StructureDefinition/"


def criterion(code: str, present: Any) -> dict[str, Any]:
    parts: list[Any] = [{"url": "criterionCode", "valueCodeableConcept": concept(code)}]
    if present is not None:
        parts.append({"url": "criterionPresent", "valueBoolean": present})
    return {"url": f"{GUIDE}seriousness-criteria", "extension": parts}


def test_stu3_is_read_by_its_own_names(door: Door) -> None:
    ending = mapped(door, STU3)
    fact = report(door, STU3)
    assert (ending.format, ending.doubts) == ("fhir-stu3-adverse-event", ())
    assert (fact.details.actuality, fact.details.severity) == (Actuality.ACTUAL, Severity.MODERATE)
    assert (fact.details.harm, fact.details.harm_rule) == (HarmLevel.MODERATE, "fhir-stu3.1")
    assert fact.details.narrative_present
    assert fact.details.occurred is not None
    assert people(fact) == [("Practitioner/n-1", Relation.INVOLVED), ("Practitioner/n-2", Relation.REPORTER)]


def test_a_potential_event_of_stu3_is_a_near_miss(door: Door) -> None:
    assert report(door, STU3 | {"category": "PAE"}).details.harm is HarmLevel.NEAR_MISS


def test_r5_is_read_by_its_own_names(door: Door) -> None:
    ending, fact = mapped(door, R5), report(door, R5)
    assert (ending.format, ending.doubts) == ("fhir-r5-adverse-event", ())
    assert fact.details.occurred is not None
    assert (fact.details.occurred.source_field, fact.details.occurred.earliest.day) == (
        "AdverseEvent.occurrencePeriod",
        27,
    )
    assert (fact.details.outcome, fact.details.harm_rule) == (Outcome.RECOVERING, "fhir-r5.1")


def test_functions_of_r5_tell_who_took_part_who_saw_it_and_who_told(door: Door) -> None:
    assert people(report(door, R5)) == [
        ("Practitioner/n-1", Relation.INVOLVED),
        ("Practitioner/n-2", Relation.WITNESS),
        ("Practitioner/n-3", Relation.REPORTER),
    ]


def test_an_unknown_function_is_noted_and_nobody_is_lost_by_it(door: Door) -> None:
    someone = [{"function": concept("CHEERLEADER"), "actor": {"reference": "Practitioner/n-9"}}]
    ending, fact = mapped(door, R5 | {"participant": someone}), report(door, R5 | {"participant": someone})
    assert people(fact) == [("Practitioner/n-9", Relation.INVOLVED)]
    assert ending.doubts == ("unknown-code:function",)


def test_a_criterion_that_is_not_present_says_nothing(door: Door) -> None:
    extensions = [criterion("C48275", False), criterion("C83052", False)]
    details = report(door, R5 | {"extension": extensions}).details
    assert (details.seriousness, details.outcome) == (Seriousness.UNKNOWN, Outcome.RECOVERING)


def test_a_criterion_that_is_present_makes_it_serious(door: Door) -> None:
    details = report(door, R5 | {"extension": [criterion("C48275", False), criterion("C83052", True)]}).details
    assert (details.seriousness, details.harm) == (Seriousness.SERIOUS, HarmLevel.SEVERE)


def test_death_as_a_present_criterion_is_death(door: Door) -> None:
    assert report(door, R5 | {"extension": [criterion("C48275", True)]}).details.harm is HarmLevel.DEATH


def test_a_criterion_of_which_nobody_says_whether_it_is_present_is_noted(door: Door) -> None:
    ending = mapped(door, R5 | {"extension": [criterion("C48275", None)]})
    assert ending.doubts == ("unclear:seriousness-criteria",)


def test_present_criteria_weigh_more_than_the_word_non_serious(door: Door) -> None:
    said = R5 | {"seriousness": concept("non-serious"), "extension": [criterion("C84266", True)]}
    assert report(door, said).details.seriousness is Seriousness.SERIOUS
    assert mapped(door, said).doubts == ("contradiction:seriousness",)


@pytest.mark.parametrize(
    ("extension", "code", "harm"),
    [
        ("ae-grade", "C41338", HarmLevel.LOW),
        ("ae-grade", "C41339", HarmLevel.MODERATE),
        ("ae-grade", "C41337", HarmLevel.SEVERE),
        ("ae-grade", "C48275", HarmLevel.DEATH),
        ("ae-severity", "mild", HarmLevel.LOW),
    ],
)
def test_r5_has_grade_and_severity_as_extensions(door: Door, extension: str, code: str, harm: HarmLevel) -> None:
    said = [{"url": f"{GUIDE}{extension}", "valueCodeableConcept": concept(code)}]
    assert report(door, R5 | {"extension": said}).details.harm is harm


@pytest.mark.parametrize("value", [{"valueInteger": 4}, {"valueCodeableConcept": {"text": "Grade 4"}}])
def test_a_grade_may_be_a_number_since_its_scale_is_known(door: Door, value: Any) -> None:
    said = [{"url": f"{GUIDE}ae-grade", **value}]
    assert report(door, R5 | {"extension": said}).details.harm is HarmLevel.SEVERE


def test_a_severity_that_is_a_number_is_not_guessed(door: Door, adverse_event: Any) -> None:
    assert report(door, adverse_event(severity=concept("1"))).details.harm is HarmLevel.UNKNOWN
    assert "unknown-code:severity" in mapped(door, adverse_event(severity=1)).doubts


@pytest.mark.parametrize(
    ("codes", "outcome"),
    [
        (["405535005"], Outcome.FATAL),
        (["c48275"], Outcome.FATAL),
        (["405532008"], Outcome.RESOLVED_WITH_SEQUELAE),
        (["C49494"], Outcome.ONGOING),
        (["398056004", "1336140009"], Outcome.RECOVERING),
        (["resolved", "fatal"], Outcome.FATAL),
    ],
)
def test_of_several_outcomes_the_worst_counts(door: Door, codes: list[str], outcome: Outcome) -> None:
    said = R5 | {"outcome": [concept(code) for code in codes]}
    assert report(door, said).details.outcome is outcome


def test_a_full_recovery_in_r5_does_not_mean_that_nobody_was_harmed(door: Door) -> None:
    assert report(door, R5 | {"outcome": [concept("398056004")]}).details.harm is HarmLevel.UNKNOWN
    assert report(door, R5 | {"outcome": [concept("405491001")]}).details.harm is HarmLevel.NO_HARM


@pytest.mark.parametrize(
    ("field", "value", "day"),
    [
        ("occurrenceDateTime", "2026-02-25", 25),
        ("occurrenceTiming", {"event": ["2026-02-26", "2026-02-24"]}, 24),
        ("occurrenceTiming", {"repeat": {"boundsPeriod": {"start": "2026-02-23"}}}, 23),
        ("effectDateTime", "2026-02-22", 22),
        ("causePeriod", {"end": "2026-02-21"}, 21),
    ],
)
def test_each_way_to_say_when_it_happened(door: Door, field: str, value: Any, day: int) -> None:
    said = {name: one for name, one in R5.items() if name != "occurrencePeriod"} | {field: value}
    occurred = report(door, said).details.occurred
    assert occurred is not None
    assert occurred.latest.day == day


def test_r6_is_told_by_cause_and_effect(door: Door) -> None:
    said = {name: one for name, one in R5.items() if name != "occurrencePeriod"}
    ending = mapped(door, said | {"causeDateTime": "2026-02-20", "effectDateTime": "2026-02-21"})
    assert (ending.format, ending.doubts) == ("fhir-r6-adverse-event", ())


@pytest.mark.parametrize(
    ("changes", "doubts"),
    [
        ({"occurrenceDateTime": "2026-03-01"}, ("other-release:occurrenceDateTime",)),
        (
            {"occurrenceDateTime": "2025-03-01"},
            ("other-release:occurrenceDateTime", "stated-twice:date"),
        ),
        ({"outcome": [concept("resolved")]}, ("other-release:outcome",)),
        ({"identifier": [{"value": "1"}, {"value": "2"}]}, ()),
        ({"participant": {"actor": {"reference": "Practitioner/n-7"}}}, ("other-release:participant",)),
        ({"status": "completed"}, ()),
        ({"category": "PAE"}, ("contradiction:actuality",)),
        ({"description": "made up"}, ("other-release:description",)),
    ],
)
def test_a_mixture_is_mapped_with_doubts(door: Door, adverse_event: Any, changes: Any, doubts: tuple[str, ...]) -> None:
    ending = mapped(door, adverse_event(**changes))
    assert (ending.format, ending.doubts) == ("fhir-r4-adverse-event", doubts)


def test_people_of_all_releases_in_one_record_are_all_named(door: Door, adverse_event: Any) -> None:
    said = adverse_event(
        recorder=None,
        participant=[{"actor": {"reference": "Practitioner/n-7"}}],
        eventParticipant={"reference": "Practitioner/n-8"},
        contributor=[{"actor": {"reference": "Practitioner/n-9"}}],
    )
    assert {name for name, _ in people(report(door, said))} == {f"Practitioner/n-{number}" for number in (7, 8, 9)}


def test_the_french_profile_puts_the_end_where_others_put_the_discovery(door: Door, adverse_event: Any) -> None:
    profile = "https://interop.esante.gouv.fr/ig/fhir/document-core/StructureDefinition/fr-adverse-event-document|0.1"
    assert report(door, adverse_event(meta={"profile": [profile]})).details.discovered is None
    assert report(door, adverse_event()).details.discovered is not None


def test_a_severity_among_the_seriousness_is_read_and_noted(door: Door, adverse_event: Any) -> None:
    said = adverse_event(seriousness=concept("Severe"), severity=None)
    assert report(door, said).details.severity is Severity.SEVERE
    assert mapped(door, said).doubts == ("severity-as-seriousness",)


def test_an_extension_that_must_not_be_ignored_is_noted(door: Door) -> None:
    assert mapped(door, R5 | {"modifierExtension": [{"url": "x"}]}).doubts == ("modifier-extension",)


@pytest.mark.parametrize("kind", ["Medication", "AdverseEvent", "Encounter", "Observation"])
def test_a_reference_to_no_person_names_nobody_and_is_noted(door: Door, adverse_event: Any, kind: str) -> None:
    said = adverse_event(contributor=[{"reference": f"{kind}/1"}], subject={"reference": f"{kind}/2"}, recorder=None)
    fact = report(door, said)
    assert (fact.staff, fact.patients, fact.details.subject) == ((), (), SubjectKind.UNKNOWN)
    assert set(mapped(door, said).doubts) == {"wrong-reference:contributor", "wrong-reference:subject"}


def test_a_reference_to_a_resource_that_fhir_does_not_have_may_mean_an_employee(door: Door, adverse_event: Any) -> None:
    fact = report(door, adverse_event(contributor=[{"reference": "Employee/7"}], recorder=None))
    assert people(fact) == [("Employee/7", Relation.INVOLVED)]


@pytest.mark.parametrize(
    "address",
    ["Practitioner/n-1", "https://fhir.hill.example/r4/Practitioner/n-1/_history/4", "http://FHIR.hill.example/r4/Practitioner/n-1"],
)  # fmt: skip
def test_one_person_has_one_name_however_the_address_is_written(door: Door, adverse_event: Any, address: str) -> None:
    fact = report(door, adverse_event(contributor=[{"reference": address}], recorder=None))
    assert people(fact) == [("Practitioner/n-1", Relation.INVOLVED)]


def test_a_care_team_that_came_along_is_its_members(door: Door, adverse_event: Any) -> None:
    team = {
        "resourceType": "CareTeam",
        "id": "night",
        "participant": [{"member": {"reference": "Practitioner/n-1"}}, {"member": {"reference": "Patient/p-1"}}],
    }
    fact = report(door, adverse_event(contained=[team], contributor=[{"reference": "#night"}], recorder=None))
    assert people(fact) == [("Practitioner/n-1", Relation.INVOLVED)]


def test_a_care_team_that_did_not_come_along_is_noted(door: Door, adverse_event: Any) -> None:
    said = adverse_event(contributor=[{"reference": "CareTeam/night"}], recorder=None)
    assert report(door, said).staff == ()
    assert mapped(door, said).doubts == ("unresolved-team:contributor",)


def test_the_place_of_the_encounter_stands_in_for_the_place_of_the_event(door: Door, adverse_event: Any) -> None:
    stay = {"resourceType": "Encounter", "id": "e", "location": [{"location": {"display": "Ward 7"}}]}
    said = adverse_event(location=None, contained=[stay], encounter={"reference": "#e"})
    assert report(door, said).details.unit == "ward-7"


def test_a_bed_is_placed_by_the_ward_that_it_is_part_of(door: Door, adverse_event: Any) -> None:
    bed = {"resourceType": "Location", "id": "bed", "name": "Bed 3", "partOf": {"reference": "#ward"}}
    ward = {"resourceType": "Location", "id": "ward", "name": "Ward 7"}
    said = adverse_event(location={"reference": "#bed"}, contained=[bed, ward])
    assert report(door, said).details.unit == "ward-7"


ALL_NAMES = sorted({name for table in RELEASES.values() for name in table.telling} | {"status", "category", "date"})


@given(st.dictionaries(st.sampled_from(ALL_NAMES), st.sampled_from(["AE", {}, [], {"text": "x"}, 7, None])))
def test_every_mixture_has_a_release_and_only_known_fields_are_named(event: dict[str, Any]) -> None:
    table, foreign = release_of(event)
    assert table in RELEASES.values()
    assert set(foreign) <= set(event)
    assert not set(foreign) & table.telling
