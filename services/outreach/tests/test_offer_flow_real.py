"""From a request to an answer, on real Postgres."""

from datetime import timedelta

import pytest
from outreach_world import NOON, Refused, TryLater, World, choose_and_confirm, contact_requested, link_in

from aftercare.schemas.outreach_request import CancelReason, ContactCancelledV1, Purpose
from aftercare.schemas.staff import ChannelKind

pytestmark = pytest.mark.real
MINUTES_3 = timedelta(minutes=3)
MERGE_WINDOW = timedelta(minutes=2)


async def test_an_offer_goes_out_by_mail_once_the_merge_window_has_passed(world: World) -> None:
    person = world.person()
    await world.request(person)
    await world.settle()
    assert world.mail.sent == []
    await world.pass_time(MERGE_WINDOW)
    assert [letter.to for letter in world.mail.sent] == [f"{person}@staff.example"]
    statuses = [event["status"] for event in await world.events("message-status-changed")]
    assert statuses == ["queued", "sent"]


async def test_an_urgent_offer_waits_for_nothing(world: World) -> None:
    world.clock.set(NOON.replace(hour=3))
    person = world.person(zone="Europe/London")
    await world.request(person, urgent=True)
    await world.settle()
    assert len(world.mail.sent) == 1
    assert len(world.sms.sent) == 1


async def test_an_offer_in_the_night_waits_for_the_morning(world: World) -> None:
    world.clock.set(NOON.replace(hour=23))
    await world.request(world.person())
    await world.pass_time(timedelta(hours=8, minutes=59))
    assert world.mail.sent == []
    await world.pass_time(timedelta(minutes=1))
    assert len(world.mail.sent) == 1


async def test_the_contacts_own_zone_has_the_last_word_on_the_night(world: World) -> None:
    person = world.person(zone="Asia/Tokyo")
    await world.request(person, zone="Europe/London")
    await world.pass_time(timedelta(hours=10))
    assert world.mail.sent == [], "noon in London is 21:00 in Tokyo"
    await world.pass_time(timedelta(hours=2))
    assert len(world.mail.sent) == 1


async def test_three_offers_in_a_night_are_one_message_that_names_all_requests(world: World) -> None:
    person = world.person()
    requests = [await world.request(person), await world.request(person, Purpose.OFFER_BEFORE_INTERVIEW)]
    await world.pass_time(timedelta(minutes=1))
    requests.append(await world.request(person))
    await world.pass_time(MERGE_WINDOW)
    assert len(world.mail.sent) == 1
    sent = [event for event in await world.events("message-status-changed") if event["status"] == "sent"]
    assert [set(event["requests"]) for event in sent] == [{request.request for request in requests}]
    assert sent[0]["purpose"] == "offer-before-interview"


async def test_offers_in_one_batch_are_merged_too(world: World) -> None:
    person, other = world.person(), world.person()
    await world.hear(contact_requested(person), contact_requested(other), contact_requested(person))
    await world.pass_time(MERGE_WINDOW)
    assert sorted(letter.to for letter in world.mail.sent) == sorted(f"{one}@staff.example" for one in (person, other))


async def test_the_same_request_again_sends_nothing_again(world: World) -> None:
    message = contact_requested(world.person())
    await world.hear(message, message)
    await world.hear(message)
    await world.pass_time(MINUTES_3)
    assert len(world.mail.sent) == 1


async def test_a_cancel_that_overtakes_its_request_still_stops_it(world: World) -> None:
    message = contact_requested(world.person())
    await world.hear(_cancel(message.request))
    await world.hear(message)
    await world.pass_time(timedelta(hours=5))
    assert world.mail.sent == []
    assert await world.events() == []


async def test_a_cancelled_request_is_not_sent(world: World) -> None:
    message = await world.request(world.person())
    await world.hear(_cancel(message.request))
    await world.pass_time(timedelta(hours=5))
    assert world.mail.sent == []
    assert [event["status"] for event in await world.events()] == ["queued", "cancelled"]


async def test_cancelling_one_of_two_merged_requests_leaves_the_other(world: World) -> None:
    person = world.person()
    first, second = await world.request(person), await world.request(person)
    await world.hear(_cancel(first.request))
    await world.pass_time(MINUTES_3)
    sent = [event for event in await world.events() if event.get("status") == "sent"]
    assert [event["requests"] for event in sent] == [[second.request]]


async def test_silence_climbs_to_the_next_channel_and_then_to_a_human(world: World) -> None:
    _, request = await world.offer()
    await world.pass_time(timedelta(minutes=58))
    assert world.sms.sent == []
    await world.pass_time(timedelta(minutes=2))
    assert len(world.sms.sent) == 1
    assert await world.events("human-needed") == []
    await world.pass_time(timedelta(hours=1))
    needed = await world.events("human-needed")
    assert [(event["request"], event["reason"]) for event in needed] == [(request.request, "silence")]
    await world.pass_time(timedelta(days=30))
    assert len(await world.events("human-needed")) == 1


async def test_a_refused_mail_moves_on_at_once(world: World) -> None:
    world.mail.fail_with = [Refused("smtp-550")]
    await world.offer()
    assert len(world.sms.sent) == 1
    statuses = [(event["channel"], event["status"]) for event in await world.events("message-status-changed")]
    assert statuses == [("email", "queued"), ("email", "failed"), ("sms", "queued"), ("sms", "sent")]


async def test_nothing_deliverable_asks_a_human_at_once(world: World) -> None:
    world.mail.fail_with = [Refused("smtp-550")]
    person = world.person(sms=False)
    await world.request(person, channels=(ChannelKind.EMAIL,))
    await world.pass_time(MINUTES_3)
    assert [event["reason"] for event in await world.events("human-needed")] == ["undeliverable"]


async def test_a_mail_server_that_is_down_loses_nothing(world: World) -> None:
    world.mail.fail_with = [TryLater("smtp-connection")] * 3
    await world.offer()
    await world.pass_time(timedelta(minutes=1))
    assert len(world.mail.sent) == 1
    assert {letter.message_id for letter in world.mail.tried} == {world.mail.sent[0].message_id}
    assert [letter.text for letter in world.mail.tried] == [world.mail.sent[0].text] * 4
    assert [event["status"] for event in await world.events()] == ["queued", "sent"]


async def test_a_directory_that_is_down_is_waited_for(world: World) -> None:
    world.contacts.down = True
    await world.offer()
    assert world.mail.tried == []
    world.contacts.down = False
    await world.pass_time(timedelta(minutes=5))
    assert len(world.mail.sent) == 1


async def test_a_person_without_contact_needs_a_human_at_once(world: World) -> None:
    person = world.person()
    world.contacts.known.clear()
    await world.request(person)
    await world.pass_time(MINUTES_3)
    assert [event["reason"] for event in await world.events("human-needed")] == ["no-contact"]


async def test_a_person_who_can_only_be_rung_needs_a_human_at_once(world: World) -> None:
    await world.request(world.person(), channels=(ChannelKind.CALL,))
    await world.settle()
    assert [event["reason"] for event in await world.events("human-needed")] == ["no-channel"]


async def test_the_persons_own_order_wins(world: World) -> None:
    await world.request(world.person(), channels=(ChannelKind.SMS, ChannelKind.EMAIL))
    await world.pass_time(MINUTES_3)
    assert (len(world.sms.sent), len(world.mail.sent)) == (1, 0)
    await world.pass_time(timedelta(hours=1))
    assert (len(world.sms.sent), len(world.mail.sent)) == (1, 1)


async def test_channels_that_nobody_told_are_learned_from_the_contact(world: World) -> None:
    await world.request(world.person(email=False), channels=())
    await world.pass_time(MINUTES_3)
    assert (len(world.sms.sent), len(world.mail.tried)) == (1, 0)


@pytest.mark.parametrize("choice", ["talk", "later", "no", "urgent"])
async def test_a_confirmed_choice_reaches_support_and_stops_the_ladder(world: World, choice: str) -> None:
    person, request = await world.offer()
    page = await choose_and_confirm(world.web, link_in(world.mail.sent[0]), choice)
    assert page.status_code == 200
    given = await world.events("answer.given")
    assert [(one["choice"], one["person"], one["request"], one["regarding"], one["by_human"]) for one in given] == [
        (choice, person, request.request, request.regarding, False)
    ]
    reached = await world.events("person-reached")
    assert [(one["by"], one["person"], one["regarding"]) for one in reached] == [("answer", person, request.regarding)]
    await world.pass_time(timedelta(days=3))
    assert await world.events("human-needed") == []
    assert len(world.mail.sent) == 1


async def test_a_second_answer_replaces_the_first_and_an_undo_takes_back_the_last(world: World) -> None:
    await world.offer()
    link = link_in(world.mail.sent[0])
    await choose_and_confirm(world.web, link, "no")
    await choose_and_confirm(world.web, link, "talk")
    given = await world.events("answer.given")
    assert [one["choice"] for one in given] == ["no", "talk"]
    await choose_and_confirm(world.web, link, "undo")
    assert [one["answer"] for one in await world.events("answer.undone")] == [given[1]["answer"]]
    await choose_and_confirm(world.web, link, "undo")
    assert len(await world.events("answer.undone")) == 1


async def test_one_answer_to_a_merged_message_answers_each_case_once(world: World) -> None:
    person = world.person()
    first, second = await world.request(person), await world.request(person)
    same_case = await world.request(person, regarding=first.regarding)
    await world.pass_time(MINUTES_3)
    sent = [one for one in await world.events("outreach.message-status-changed") if one["status"] == "sent"]
    assert [sorted(one["regarding"]) for one in sent] == [sorted({first.regarding, second.regarding})]
    await choose_and_confirm(world.web, link_in(world.mail.sent[0]), "talk")
    given = await world.events("answer.given")
    assert sorted(one["regarding"] for one in given) == sorted({first.regarding, second.regarding})
    assert same_case.regarding == first.regarding


async def test_a_no_sends_a_receipt_by_the_other_channel_with_a_way_back(world: World) -> None:
    await world.offer()
    await choose_and_confirm(world.web, link_in(world.mail.sent[0]), "no")
    await world.settle()
    assert len(world.sms.sent) == 1
    receipt = world.sms.sent[0]
    assert "no" not in receipt.text.lower().split(), "the receipt does not repeat the answer"
    page = await choose_and_confirm(world.web, link_in(receipt), "undo")
    assert page.status_code == 200
    assert len(await world.events("answer.undone")) == 1


async def test_a_no_without_another_channel_sends_no_receipt(world: World) -> None:
    person = world.person(sms=False)
    await world.request(person, channels=(ChannelKind.EMAIL,))
    await world.pass_time(MINUTES_3)
    await choose_and_confirm(world.web, link_in(world.mail.sent[0]), "no")
    await world.pass_time(timedelta(hours=1))
    assert len(world.mail.sent) == 1


async def test_an_expired_request_is_not_sent(world: World) -> None:
    await world.request(world.person(), expires=NOON + timedelta(minutes=1))
    await world.pass_time(timedelta(hours=5))
    assert world.mail.sent == []
    assert await world.events("human-needed") == []


async def test_a_process_that_finds_anothers_message_makes_a_link_that_works(world: World) -> None:
    """After a crash nobody holds the token that was minted first."""
    await world.request(world.person(), urgent=True)
    world.app.sender._purse._tokens.clear()
    await world.send()
    assert len(await world.rows("select 1 from link")) > 1
    await choose_and_confirm(world.web, link_in(world.mail.sent[0]), "talk")
    assert len(await world.events("answer.given")) == 1


def _cancel(request: str) -> ContactCancelledV1:
    return ContactCancelledV1(request=request, reason=CancelReason.NOT_INVOLVED, cancelled=NOON)
