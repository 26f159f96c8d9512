"""Promises of time: kept, or missed and said to be."""

import pytest
from aftercare_local.world.world import World

pytestmark = pytest.mark.real

FIRST_RESPONSE, SUPPORTER_FOUND = "s-02-first-response", "s-11-supporter-found"


def test_somebody_who_said_yes_and_for_whom_nobody_is_found_is_a_missed_promise(world: World) -> None:
    nora = world.given_staff("Nora", "Waiting")
    incident = world.when_incident_is_filed(involving=[nora], harm="severe")
    world.expect_promise(FIRST_RESPONSE, world.looking.obligation_to(nora, incident), state="running")
    world.fast_forward(minutes=3)
    world.when_answered(world.expect_offer_to(nora), "talk")
    world.expect_promise(FIRST_RESPONSE, world.looking.obligation_to(nora, incident), state="met")

    case = world.looking.case_of(nora)["case"]
    assert world.expect_promise(SUPPORTER_FOUND, case, state="running")["progress_percent"] < 5
    world.fast_forward(hours=4)
    missed = world.expect_promise(SUPPORTER_FOUND, case, state="overdue")
    assert (missed["class"], missed["owner"]) == ("local", "coordinator")
    assert missed["progress_percent"] >= 100
    world.expect_coordinators_told()
