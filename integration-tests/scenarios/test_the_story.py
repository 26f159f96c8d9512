"""The story that `make demo` tells, as a test: a medication error, two nurses and a resident."""

import pytest
from aftercare_local.world.world import World

pytestmark = pytest.mark.real


def test_a_medication_error_becomes_offers_and_each_answer_is_honoured(world: World) -> None:
    nora = world.given_staff("Nora", "Quill", role="nurse")
    petra = world.given_staff("Petra", "Lund", role="nurse")
    sam = world.given_staff("Sam", "Okoye", role="resident", mobile="+447700900103")
    iris = world.given_supporter("Iris", "Vale")

    incident = world.when_incident_is_filed(involving=[nora, petra, sam], harm="moderate")
    world.fast_forward(minutes=3)
    to_nora = world.expect_offer_to(nora)
    to_petra = world.expect_offer_to(petra)
    world.expect_offer_to(sam)

    world.when_answered(to_nora, "talk")
    ask = world.expect_mail_to(iris, purpose="supporter-ask")
    world.when_answered(ask, "accept")
    world.expect_mail_to(nora, purpose="supporter-found")
    card = world.expect_mail_to(iris, purpose="supporter-card")
    assert nora.name in world.when_card_is_opened(card).text
    world.when_recorded_on_card(card, "contacted")
    world.expect_case(nora, "contacted")

    world.when_answered(to_petra, "no")
    world.expect_case(petra, "declined")

    world.fast_forward(hours=2)
    world.expect_sms_to(sam)
    world.expect_human_asked_to_call(sam)
    world.expect_everybody_accounted_for(incident, people=3)
