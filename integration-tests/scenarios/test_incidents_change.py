"""Incidents come twice, change, are taken back; people are added and removed; order is not guaranteed."""

import pytest
from aftercare_local.world.world import World

pytestmark = pytest.mark.real


def test_same_incident_three_times_is_one_offer(world: World) -> None:
    nora = world.given_staff("Nora", "Thrice")
    incident = world.when_incident_is_filed(involving=[nora], harm="moderate")
    world.when_filed_again(incident)
    world.when_filed_again(incident, over="http")
    world.fast_forward(minutes=3)
    world.expect_offer_to(nora)
    world.fast_forward(minutes=30)
    world.expect_no_mail()
    world.expect_everybody_accounted_for(incident, people=1)


def test_three_events_in_one_night_are_one_open_offer(world: World) -> None:
    nora = world.given_staff("Nora", "Night")
    for _ in range(3):
        world.when_incident_is_filed(involving=[nora], harm="moderate")
    world.fast_forward(minutes=10)
    world.expect_offer_to(nora)
    world.expect_no_mail()


def test_harm_raised_later_turns_a_reason_into_an_offer(world: World) -> None:
    petra = world.given_staff("Petra", "Later")
    incident = world.when_incident_is_filed(involving=[petra], harm="low")
    world.fast_forward(minutes=3)
    world.expect_no_mail()
    world.expect_reason(incident, "below-trigger")

    world.when_incident_is_amended(incident, harm="severe")
    world.fast_forward(minutes=3)
    world.expect_offer_to(petra)


def test_harm_lowered_later_never_takes_the_offer_back(world: World) -> None:
    petra = world.given_staff("Petra", "Lowered")
    incident = world.when_incident_is_filed(involving=[petra], harm="severe")
    world.fast_forward(minutes=3)
    offer = world.expect_offer_to(petra)
    world.when_incident_is_amended(incident, harm="low")
    world.when_answered(offer, "talk")
    world.expect_case_in(petra, {"matching", "escalated"})
    world.expect_coordinator_mail()


def test_incident_withdrawn_after_the_offer_leaves_the_offer_standing(world: World) -> None:
    nora = world.given_staff("Nora", "Standing")
    incident = world.when_incident_is_filed(involving=[nora], harm="moderate")
    world.fast_forward(minutes=3)
    offer = world.expect_offer_to(nora)
    world.when_incident_is_withdrawn(incident)
    world.when_answered(offer, "talk")
    world.expect_case_in(nora, {"matching", "escalated"})
    world.expect_coordinator_mail()


def test_incident_withdrawn_before_the_offer_is_sent_sends_nothing_and_says_why(world: World) -> None:
    nora = world.given_staff("Nora", "Unsent")
    incident = world.when_incident_is_filed(involving=[nora], harm="moderate")
    world.when_incident_is_withdrawn(incident)
    world.fast_forward(hours=3)
    world.expect_no_mail()
    world.expect_reason(incident, "incident-withdrawn")


def test_person_removed_before_the_offer_is_sent_is_not_contacted(world: World) -> None:
    nora = world.given_staff("Nora", "Stays")
    petra = world.given_staff("Petra", "Removed")
    incident = world.when_incident_is_filed(involving=[nora, petra], harm="moderate")
    world.when_staff_are_removed(incident, [petra])
    world.fast_forward(minutes=3)
    world.expect_offer_to(nora)
    world.expect_no_mail()
    world.expect_reason(incident, "not-involved")


def test_rca_interview_before_its_incident_brings_the_offer_first(world: World) -> None:
    sam = world.given_staff("Sam", "Early", role="resident")
    number = world.a_new_incident_number()
    world.when_interview_is_scheduled(sam, incident_number=number)
    world.fast_forward(minutes=3)
    world.expect_offer_to(sam)

    incident = world.when_incident_is_filed(involving=[sam], harm="moderate", number=number)
    world.fast_forward(minutes=30)
    world.expect_no_mail()
    world.expect_everybody_accounted_for(incident, people=1)


@pytest.mark.timeout(300)
def test_mass_event_with_300_people_offers_once_to_each(world: World) -> None:
    crowd = world.given_many_staff(300)
    incident = world.when_incident_is_filed(involving=crowd, harm="death")
    world.fast_forward(minutes=5)
    world.expect_one_offer_to_each(crowd)
    world.expect_everybody_accounted_for(incident, people=300)
