"""What happens when a person does not answer, cannot be reached, or is not who the source thinks."""

import pytest
from aftercare_local.world.world import World

pytestmark = pytest.mark.real


def test_silent_nurse_is_called_by_a_human_after_two_hours(world: World) -> None:
    nora = world.given_staff("Nora", "Silent", mobile="+447700900110")
    world.when_incident_is_filed(involving=[nora], harm="severe")
    world.fast_forward(minutes=3)
    world.expect_offer_to(nora)

    world.fast_forward(minutes=100)
    world.expect_sms_to(nora)
    world.expect_no_coordinator_task()

    world.fast_forward(minutes=30)
    task = world.expect_human_asked_to_call(nora)
    world.when_recorded_on_card(task, "talk")
    world.expect_case_in(nora, {"matching", "escalated"})
    world.expect_coordinator_mail()


def test_coordinator_who_does_not_react_is_followed_by_the_next_on_call(world: World) -> None:
    nora = world.given_staff("Nora", "Waiting")
    world.when_incident_is_filed(involving=[nora], harm="severe")
    world.fast_forward(hours=2, minutes=5)
    world.expect_offer_to(nora)
    first = world.expect_human_asked_to_call(nora)
    world.fast_forward(minutes=35)
    second = world.expect_coordinator_mail()
    assert first.to != second.to


def test_bounced_mail_moves_to_the_next_channel_at_once(world: World) -> None:
    petra = world.given_staff("Petra", "Moved", email="bounce.petra@hospital.example", mobile="+447700900111")
    world.when_incident_is_filed(involving=[petra], harm="moderate")
    world.fast_forward(minutes=3)
    world.expect_offer_to(petra)
    world.expect_sms_to(petra)


def test_bounced_mail_without_another_channel_asks_a_human_at_once(world: World) -> None:
    petra = world.given_staff("Petra", "Unreachable", email="bounce.alone@hospital.example")
    world.when_incident_is_filed(involving=[petra], harm="moderate")
    world.fast_forward(minutes=3)
    world.expect_offer_to(petra)
    world.expect_human_asked_to_call(petra)


def test_person_nobody_knows_gets_the_offer_when_a_coordinator_says_who_it_is(world: World) -> None:
    stranger = world.a_person_not_on_the_roster("Tove", "Locum")
    world.when_incident_is_filed(involving=[stranger], harm="moderate")
    world.fast_forward(minutes=3)
    world.expect_no_mail()

    known = world.given_staff("Tove", "Locum-Berg")
    world.when_coordinator_identifies(stranger, as_person=known)
    world.fast_forward(minutes=3)
    world.expect_offer_to(known)


def test_identifier_that_is_not_staff_ends_in_a_recorded_reason(world: World) -> None:
    visitor = world.a_person_not_on_the_roster("Vera", "Visitor")
    incident = world.when_incident_is_filed(involving=[visitor], harm="moderate")
    world.when_coordinator_says_not_staff(visitor)
    world.fast_forward(minutes=3)
    world.expect_no_mail()
    world.expect_reason(incident, "not-staff")


def test_incident_that_names_nobody_waits_for_a_name_and_then_goes_on(world: World) -> None:
    incident = world.when_incident_is_filed(involving=[], harm="severe")
    world.expect_unresolved(incident)
    ada = world.given_staff("Ada", "Named")
    world.when_manager_says_who_was_involved(incident, [ada])
    world.fast_forward(minutes=3)
    world.expect_offer_to(ada)
    world.expect_everybody_accounted_for(incident, people=1)
