"""Fields of another release that travel as extensions, as FHIR itself prescribes."""

from typing import Any

from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.facts import IncidentWithdrawal
from aftercare.intake.domain.vocabulary import Outcome, Precision, Relation

from .saying import concept, mapped, people, report


def of_r5(name: str, **content: Any) -> dict[str, Any]:
    return {"url": f"http://hl7.org/fhir/5.0/StructureDefinition/extension-AdverseEvent.{name}", **content}


def test_staff_in_extensions_of_a_later_release_are_found(door: Door, adverse_event: Any) -> None:
    participants = [
        of_r5(
            "participant",
            extension=[
                {"url": "function", "valueCodeableConcept": concept(function)},
                {"url": "actor", "valueReference": {"reference": f"Practitioner/{function}"}},
            ],
        )
        for function in ("PART", "WIT")
    ]
    said = adverse_event(contributor=None, recorder=None, extension=participants)
    expected = [("Practitioner/PART", Relation.INVOLVED), ("Practitioner/WIT", Relation.WITNESS)]
    assert people(report(door, said)) == expected


def test_a_retraction_in_an_extension_is_a_withdrawal(door: Door, adverse_event: Any) -> None:
    said = adverse_event(modifierExtension=[of_r5("status", valueCode="entered-in-error")])
    found = mapped(door, said)
    assert isinstance(found.fact, IncidentWithdrawal)
    assert "modifier-extension" not in found.doubts


def test_moments_and_codes_in_extensions_are_read_and_own_fields_come_first(door: Door, adverse_event: Any) -> None:
    extensions = [
        of_r5("occurrence", valueDateTime="2026-02-20"),
        of_r5("outcome", valueCodeableConcept=concept("fatal")),
        of_r5("recordedDate", valueDateTime="1999-01-01T00:00:00Z"),
    ]
    details = report(door, adverse_event(date=None, extension=extensions)).details
    assert details.occurred is not None
    assert (details.occurred.precision, details.outcome) == (Precision.DAY, Outcome.FATAL)
    assert details.recorded is not None
    assert details.recorded.earliest.year == 2026


def test_an_unknown_extension_that_must_not_be_ignored_is_noted_still(door: Door, adverse_event: Any) -> None:
    said = adverse_event(modifierExtension=[of_r5("status", valueCode="completed"), {"url": "urn:x"}])
    assert "modifier-extension" in mapped(door, said).doubts
