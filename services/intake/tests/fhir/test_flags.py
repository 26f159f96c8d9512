"""What stands beside harm: never events and their like, by codes and never by free text."""

from dataclasses import replace
from typing import Any

import pytest

from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.fhir.settings import FhirCodes
from aftercare.intake.domain.source import Sources
from aftercare.intake.domain.vocabulary import Flag, HarmLevel

from .saying import SOURCE, concept, report


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({"category": [concept("never-event")]}, (Flag.NEVER_EVENT,)),
        ({"category": [concept("wrong-patient"), {"text": "Never Event"}]}, (Flag.NEVER_EVENT,)),
        ({"event": {"text": "Sentinel event"}}, (Flag.SENTINEL,)),
        ({"code": {"coding": [{"display": "Serious reportable event"}]}}, (Flag.SENTINEL,)),
        ({"meta": {"tag": [{"code": "sentinel-event"}]}}, (Flag.SENTINEL,)),
        (
            {"category": [concept("serious_incident"), concept("duty-of-candour")]},
            (Flag.SERIOUS_INCIDENT, Flag.DUTY_OF_CANDOUR),
        ),
        ({"extension": [{"url": "urn:x/never-event", "valueBoolean": True}]}, (Flag.NEVER_EVENT,)),
        ({"extension": [{"url": "urn:x/never-event", "valueBoolean": False}]}, ()),
        ({"event": {"text": "This was never an event of note"}}, ()),
    ],
)
def test_a_flag_that_is_stated_is_kept_beside_the_harm(
    door: Door, adverse_event: Any, changes: Any, flags: Any
) -> None:
    details = report(door, adverse_event(severity=None, **changes)).details
    assert (details.flags, details.harm) == (flags, HarmLevel.UNKNOWN)


def test_a_house_may_say_which_of_its_own_codes_is_a_flag(adverse_event: Any) -> None:
    source = replace(SOURCE, fhir_codes=FhirCodes(flags={"sac1-ne": Flag.NEVER_EVENT}))
    said = adverse_event(category=[concept("SAC1-NE")])
    assert report(Door(Sources((source,))), said).details.flags == (Flag.NEVER_EVENT,)
