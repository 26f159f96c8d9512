"""Where it happened, by whatever the record or what came along says of the place."""

from typing import Any

import pytest

from aftercare.intake.domain.examine import Door

from .saying import report

BED = {"resourceType": "Location", "id": "b", "name": "Bed 3"}
STAY = {"resourceType": "Encounter", "id": "e"}
HOUSE = {"display": "Hill Hospital"}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"location": "Ward 7"}, ("hill", "ward-7")),
        ({"contained": [BED | {"managingOrganization": HOUSE}], "location": {"reference": "#b"}}, ("hill", None)),
        (
            {"contained": [STAY | {"serviceProvider": HOUSE}], "location": None, "encounter": {"reference": "#e"}},
            ("hill", None),
        ),
        (
            {
                "contained": [STAY | {"serviceProvider": HOUSE, "location": [{"location": {"display": "Ward 7"}}]}],
                "location": None,
                "encounter": {"reference": "#e"},
            },
            ("hill", "ward-7"),
        ),
    ],
)
def test_the_most_telling_place_counts(door: Door, adverse_event: Any, changes: Any, place: Any) -> None:
    details = report(door, adverse_event(**changes)).details
    assert (details.site, details.unit) == place


def test_the_unit_of_a_person_is_not_the_place_of_the_event(door: Door, adverse_event: Any) -> None:
    role = {"resourceType": "PractitionerRole", "id": "r", "location": [{"display": "Ward 7"}]}
    details = report(door, adverse_event(contained=[role], contributor=[{"reference": "#r"}], location=None)).details
    assert (details.site, details.unit) == (None, None)
