"""From *I would like to talk* to somebody who does: and when nobody can, to a named human."""

import pytest
from aftercare_local.world.world import World

pytestmark = pytest.mark.real


def test_self_request_needs_no_incident(world: World) -> None:
    nora = world.given_staff("Nora", "Asks")
    iris = world.given_supporter("Iris", "Listens")
    world.when_person_asks_for_support(nora)
    world.fast_forward(minutes=3)
    ask = world.expect_mail_to(iris, purpose="supporter-ask")
    world.when_answered(ask, "accept")
    world.expect_mail_to(nora, purpose="supporter-found")
    world.expect_mail_to(iris, purpose="supporter-card")
    world.expect_case(nora, "assigned")


def test_person_who_declined_may_return_by_the_same_link_months_later(world: World) -> None:
    petra = world.given_staff("Petra", "Returns")
    iris = world.given_supporter("Iris", "Waits")
    world.when_incident_is_filed(involving=[petra], harm="moderate")
    world.fast_forward(minutes=3)
    offer = world.expect_offer_to(petra)
    world.when_answered(offer, "no")
    world.expect_case(petra, "declined")

    world.fast_forward(days=60)
    world.expect_no_mail()
    world.when_answered(offer, "talk")
    world.expect_mail_to(iris, purpose="supporter-ask")


def test_an_answer_can_be_undone(world: World) -> None:
    petra = world.given_staff("Petra", "Undoes")
    world.when_incident_is_filed(involving=[petra], harm="moderate")
    world.fast_forward(minutes=3)
    offer = world.expect_offer_to(petra)
    thanks = world.when_answered(offer, "no")
    world.expect_case(petra, "declined")
    world.when_undone(thanks)
    world.expect_case(petra, "offered")


def test_supporter_refuses_the_next_is_silent_and_a_coordinator_takes_over(world: World) -> None:
    nora = world.given_staff("Nora", "Needs")
    iris = world.given_supporter("Iris", "Refuses")
    owen = world.given_supporter("Owen", "Silent")
    world.when_incident_is_filed(involving=[nora], harm="moderate")
    world.fast_forward(minutes=3)
    offer = world.expect_offer_to(nora)
    world.when_answered(offer, "talk")

    first = world.expect_supporter_ask_to_any([iris, owen])
    world.when_answered(first, "refuse")
    world.expect_supporter_ask_to_any([iris, owen])
    world.fast_forward(minutes=31)

    world.expect_coordinator_mail()
    world.expect_case(nora, "escalated")
    world.when_coordinator_takes_the_case(nora)
    world.expect_case(nora, "assigned")


def test_urgent_answer_reaches_a_coordinator_at_once(world: World) -> None:
    sam = world.given_staff("Sam", "Urgent", role="resident")
    world.when_incident_is_filed(involving=[sam], harm="death")
    world.fast_forward(minutes=3)
    offer = world.expect_offer_to(sam)
    world.when_answered(offer, "urgent")
    world.expect_coordinator_mail()


def test_supporter_involved_in_the_same_incident_is_never_asked(world: World) -> None:
    nora = world.given_staff("Nora", "Helped")
    iris = world.given_supporter("Iris", "Involved")
    owen = world.given_supporter("Owen", "Apart")
    world.when_incident_is_filed(involving=[nora, iris], harm="moderate")
    world.fast_forward(minutes=3)
    offer = world.expect_offer_to(nora)
    world.expect_offer_to(iris)
    world.when_answered(offer, "talk")
    world.expect_mail_to(owen, purpose="supporter-ask")
