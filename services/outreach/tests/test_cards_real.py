"""Contact cards: shown to one human, live, audited, never stored."""

from datetime import timedelta

import pytest
from outreach_world import NOON, World, card_granted, choose_and_confirm, link_in

from aftercare.schemas.outreach_request import CardGrantedV1, CardRevokedV1, Purpose, Wish

pytestmark = pytest.mark.real


async def supporter_with_card(world: World) -> tuple[str, str, str, CardGrantedV1]:
    """Affected person, supporter, link, card."""
    affected, supporter = world.person(), world.person(sms=False)
    request = await world.request(supporter, Purpose.SUPPORTER_CARD)
    card = card_granted(request, affected, NOON, wishes=(Wish.BY_PHONE,))
    await world.hear(card)
    await world.settle()
    return affected, supporter, link_in(world.mail.sent[-1]), card


async def coordinator_with_card(world: World) -> tuple[str, str, CardGrantedV1]:
    affected = world.person()
    request = await world.request(None, Purpose.COORDINATOR_TASK, duty="coordinator-north", urgent=True)
    card = card_granted(request, affected, NOON, holder=None, urgent=True)
    await world.hear(card)
    await world.settle()
    return affected, link_in(world.mail.sent[-1]), card


async def test_an_opened_card_shows_the_live_contact_and_every_look_is_written_down(world: World) -> None:
    affected, _, link, card = await supporter_with_card(world)
    closed = await world.web.get(link)
    assert "Robin" not in closed.text
    opened = await choose_and_confirm(world.web, link, "open")
    assert "Robin Example" in opened.text
    assert f"{affected}@staff.example" in opened.text
    assert "phone call" in opened.text
    await choose_and_confirm(world.web, link, "open")
    looks = await world.rows("select card, outcome from card_look")
    assert [tuple(look) for look in looks] == [(card.card, "shown")] * 2
    assert world.contacts.for_cards == [affected] * 2, "directory is told that a human looks"


async def test_an_expired_or_revoked_card_shows_nothing(world: World) -> None:
    _, _, link, card = await supporter_with_card(world)
    await world.hear(CardRevokedV1(card=card.card, person=card.person, revoked=NOON))
    assert "Robin" not in (await choose_and_confirm(world.web, link, "open")).text
    _, _, link, _ = await supporter_with_card(world)
    world.clock.set(NOON + timedelta(days=8))
    assert "Robin" not in (await choose_and_confirm(world.web, link, "open")).text
    assert await world.rows("select 1 from card_look") == []


async def test_a_revoke_that_overtakes_its_card_still_counts(world: World) -> None:
    supporter, affected = world.person(), world.person()
    request = await world.request(supporter, Purpose.SUPPORTER_CARD)
    card = card_granted(request, affected, NOON)
    await world.hear(CardRevokedV1(card=card.card, person=affected, revoked=NOON))
    await world.hear(card)
    await world.settle()
    assert "Robin" not in (await choose_and_confirm(world.web, link_in(world.mail.sent[0]), "open")).text


async def test_a_supporter_says_that_they_have_spoken(world: World) -> None:
    affected, supporter, link, card = await supporter_with_card(world)
    await choose_and_confirm(world.web, link, "contacted")
    given = await world.events("answer.given")
    assert [(one["choice"], one["person"], one["regarding"], one["by_human"]) for one in given] == [
        ("contacted", supporter, card.regarding, False)
    ]
    reached = await world.events("person-reached")
    assert [(one["by"], one["person"]) for one in reached] == [("human", affected)]


@pytest.mark.parametrize("choice", ["talk", "later", "no", "urgent"])
async def test_a_coordinator_answers_for_the_one_they_rang(world: World, choice: str) -> None:
    affected, link, card = await coordinator_with_card(world)
    await choose_and_confirm(world.web, link, choice)
    given = await world.events("answer.given")
    assert [(one["choice"], one["person"], one["regarding"], one["by_human"]) for one in given] == [
        (choice, affected, card.regarding, True)
    ]
    assert [(one["by"], one["person"]) for one in await world.events("person-reached")] == [("human", affected)]


async def test_not_reached_is_no_reaching(world: World) -> None:
    _, link, _ = await coordinator_with_card(world)
    await choose_and_confirm(world.web, link, "not-reached")
    assert [one["choice"] for one in await world.events("answer.given")] == ["not-reached"]
    assert await world.events("person-reached") == []


async def test_a_coordinators_mail_goes_to_the_duty_address_of_the_pack(world: World) -> None:
    await coordinator_with_card(world)
    assert world.mail.sent[0].to == "coordinator-north@example.org"
    assert world.sms.sent[0].to == "+441632960001"


async def test_a_supporter_can_not_record_what_only_a_coordinator_may(world: World) -> None:
    _, _, link, _ = await supporter_with_card(world)
    page = await world.web.post(link, data={"choice": "urgent"})
    assert 'name="nonce"' not in page.text
    assert await world.events("answer.given") == []


async def test_a_directory_that_is_down_shows_no_card_and_loses_none(world: World) -> None:
    _, _, link, _ = await supporter_with_card(world)
    world.contacts.down = True
    page = await choose_and_confirm(world.web, link, "open")
    assert page.status_code == 503
    assert "988" in page.text
    assert [row.outcome for row in await world.rows("select outcome from card_look")] == ["unavailable"]
    world.contacts.down = False
    assert "Robin" in (await choose_and_confirm(world.web, link, "open")).text


async def test_a_supporter_answers_the_question_and_an_old_question_is_void(world: World) -> None:
    supporter = world.person(sms=False)
    request = await world.request(supporter, Purpose.SUPPORTER_ASK, expires=NOON + timedelta(minutes=30))
    await world.settle()
    link = link_in(world.mail.sent[0])
    await choose_and_confirm(world.web, link, "accept")
    given = await world.events("answer.given")
    assert [(one["choice"], one["person"], one["regarding"]) for one in given] == [
        ("accept", supporter, request.regarding)
    ]
    world.clock.set(NOON + timedelta(minutes=31))
    assert 'name="choice"' not in (await world.web.get(link)).text
