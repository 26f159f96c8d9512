"""Promises from *I would like to talk* to somebody who does, on a real database."""

from typing import Any

import pytest

from aftercare.schemas.outreach_request import CardGrantedV1, CardRevokedV1

pytestmark = pytest.mark.real


async def test_a_yes_asks_a_supporter_and_their_yes_brings_the_two_together(world: Any, names: Any) -> None:
    await world.supporter("sue")
    case = await world.accepted("ana")
    assert await world.state("ana") == "matching"
    (ask,) = await world.requests("supporter-ask")
    assert ask.person == names.ref("per", "sue")
    await world.hear(world.say.answer(ask.regarding, "sue", "accept"))
    assert await world.state("ana") == "assigned"
    (card,) = await world.said_of(CardGrantedV1)
    (told,) = await world.requests("supporter-card")
    assert (card.person, card.holder) == (names.ref("per", "ana"), names.ref("per", "sue"))
    assert card.request == told.request
    assert [one.person for one in await world.requests("supporter-found")] == [names.ref("per", "ana")]
    await world.hear(world.say.answer(ask.regarding, "sue", "contacted"))
    assert await world.state("ana") == "contacted"
    assert case == await world.case("ana")


async def test_the_least_loaded_supporter_is_asked_then_who_has_waited_longest(world: Any, names: Any) -> None:
    for name in ("sue", "tom"):
        await world.supporter(name)
    for person in ("ana", "ben", "cho", "dan"):
        await world.accepted(person)
        world.clock.set(world.clock.now().replace(minute=world.clock.now().minute + 1))
    asked = await world.who_is_asked()
    assert sorted(asked.count(names.ref("per", name)) for name in ("sue", "tom")) == [2, 2]


async def test_a_refusal_asks_the_next_and_silence_too_and_then_a_coordinator(world: Any, names: Any) -> None:
    for name in ("sue", "tom"):
        await world.supporter(name)
    await world.accepted("ana")
    first = (await world.requests("supporter-ask"))[0]
    who = "sue" if first.person == names.ref("per", "sue") else "tom"
    await world.hear(world.say.answer(first.regarding, who, "refuse"))
    assert len(await world.requests("supporter-ask")) == 2
    await world.pass_time(minutes=29)
    assert await world.state("ana") == "matching"
    await world.pass_time(minutes=2)
    assert await world.state("ana") == "escalated"
    (task,) = await world.requests("coordinator-task")
    assert task.duty == "coordinator-north"


async def test_a_supporter_asked_at_night_has_an_hour(world: Any) -> None:
    await world.supporter("sue")
    world.clock.set(world.clock.now().replace(hour=23))
    await world.accepted("ana")
    await world.pass_time(minutes=59)
    assert await world.state("ana") == "matching"
    await world.pass_time(minutes=2)
    assert await world.state("ana") == "escalated"


async def test_a_late_yes_is_still_a_yes(world: Any) -> None:
    await world.supporter("sue")
    await world.accepted("ana")
    (ask,) = await world.requests("supporter-ask")
    await world.pass_time(hours=1)
    assert await world.state("ana") == "escalated"
    await world.hear(world.say.answer(ask.regarding, "sue", "accept"))
    assert await world.state("ana") == "assigned"
    assert await world.rows("select task from task where state <> 'done'") == []


async def test_who_fears_repercussion_never_gets_anybody_who_manages_the_unit(
    world: Any, names: Any, http: Any
) -> None:
    for name in ("boss", "deputy", "chief"):
        await world.supporter(name)
    await world.hear(
        world.say.staff("boss", revision=2, unit="north-ward-7", manager=names.ref("per", "chief")),
        world.say.staff("ana", manager=names.ref("per", "boss")),
        world.say.staff("colleague", manager=names.ref("per", "deputy")),
        world.say.reported("fall", involved=(world.say.involvement("fall", "ana", never_through_manager=True),)),
    )
    case = await world.case("ana")
    await world.hear(world.say.answer(case, "ana", "talk"))
    assert await world.requests("supporter-ask") == []
    assert await world.state("ana") == "escalated"
    for name in ("boss", "deputy", "chief"):
        wanted = {"supporter": names.ref("per", name), "override_load": True}
        refused = await http("casey:coordinator", "POST", f"/cases/{case}/supporter", wanted)
        assert (refused.status_code, "h2-manager" in refused.json()["detail"]) == (409, True)
    await world.supporter("sue")
    asked = await http("casey:coordinator", "POST", f"/cases/{case}/supporter", {"supporter": names.ref("per", "sue")})
    assert asked.json()["state"] == "matching"


async def test_nobody_is_asked_who_was_there_or_looks_into_it_or_manages_the_person(world: Any, names: Any) -> None:
    for name in ("there", "team", "boss"):
        await world.supporter(name)
    await world.hear(world.say.staff("ana", manager=names.ref("per", "boss")))
    await world.hear(world.say.reported("fall", "ana", "there"), world.say.commissioned("why", "fall", team=["team"]))
    await world.hear(world.say.answer(await world.case("ana"), "ana", "talk"))
    assert await world.asked() == []
    assert await world.state("ana") == "escalated"


async def test_a_decline_is_respected_and_the_same_link_is_a_way_back_months_later(world: Any) -> None:
    await world.supporter("sue")
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"))
    first = await world.case("ana")
    await world.hear(world.say.answer(first, "ana", "no"))
    assert await world.state("ana") == "declined"
    await world.pass_time(days=90)
    assert await world.requests("coordinator-task") == []
    await world.hear(world.say.answer(first, "ana", "talk"))
    assert await world.case("ana") != first
    assert await world.state("ana") == "matching"


async def test_an_answer_can_be_changed_and_undone(world: Any) -> None:
    await world.supporter("sue")
    case = await world.accepted("ana")
    (ask,) = await world.requests("supporter-ask")
    world.clock.set(world.clock.now().replace(minute=5))
    no = world.say.answer(case, "ana", "no")
    await world.hear(no)
    assert await world.state("ana") == "declined"
    assert await world.who_is_asked() == []
    await world.hear(world.say.answer(ask.regarding, "sue", "accept"))
    assert await world.state("ana") == "declined"
    await world.hear(world.say.undone(no, ask.request))
    assert await world.state("ana") == "offered"


async def test_an_older_answer_that_arrives_late_changes_nothing(world: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"))
    case = await world.case("ana")
    old = world.say.answer(case, "ana", "no")
    world.clock.set(world.clock.now().replace(minute=9))
    await world.hear(world.say.answer(case, "ana", "later"), old)
    assert await world.state("ana") == "offered"


async def test_an_undoing_that_overtakes_its_answer_wins(world: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"))
    (offer,) = await world.offers("ana")
    await world.hear(world.say.sent(offer))
    no = world.say.answer(offer.regarding, "ana", "no", request=offer.request)
    await world.hear(world.say.undone(no, offer.request), no)
    assert await world.state("ana") == "offered"


async def test_nobody_answers_for_somebody_else(world: Any) -> None:
    await world.supporter("sue")
    case = await world.accepted("ana")
    (ask,) = await world.requests("supporter-ask")
    await world.hear(world.say.answer(case, "eve", "no"), world.say.answer(ask.regarding, "ana", "accept"))
    assert await world.state("ana") == "matching"


async def test_later_brings_a_reminder_after_three_days(world: Any, names: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"))
    (offer,) = await world.offers("ana")
    await world.hear(world.say.sent(offer), world.say.answer(offer.regarding, "ana", "later"))
    await world.pass_time(days=2, hours=23)
    assert await world.requests("reminder") == []
    await world.pass_time(hours=2)
    (reminder,) = await world.requests("reminder")
    assert reminder.person == names.ref("per", "ana")
    await world.hear(world.say.human_needed(reminder))
    assert await world.state("ana") == "info-left"


async def test_urgent_has_a_coordinator_ring_at_once_and_looks_for_a_supporter_as_well(world: Any) -> None:
    await world.supporter("sue")
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"))
    await world.hear(world.say.answer(await world.case("ana"), "ana", "urgent"))
    (task,) = await world.requests("coordinator-task")
    assert task.urgent
    assert len(await world.requests("supporter-ask")) == 1
    (card,) = await world.said_of(CardGrantedV1)
    assert (card.duty, card.request, card.urgent) == (task.duty, task.request, True)


async def test_a_task_that_nobody_takes_goes_round_the_ladder_for_ever(world: Any) -> None:
    await world.accepted("ana")
    await world.pass_time(hours=2)
    told = [one.duty for one in await world.requests("coordinator-task")]
    assert told == ["coordinator-north", "coordinator-on-call"] * 2 + ["coordinator-north"]


async def test_a_silent_person_is_rung_and_after_three_attempts_the_information_is_left(world: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"))
    (offer,) = await world.offers("ana")
    await world.hear(world.say.sent(offer), world.say.human_needed(offer), world.say.human_needed(offer))
    (ring,) = await world.requests("coordinator-task")
    for attempt in ("one", "two", "three"):
        assert await world.state("ana") == "offered"
        await world.hear(world.say.answer(ring.regarding, "ana", "not-reached", by_human=True, key=attempt))
    assert await world.state("ana") == "info-left"
    cards = [one.card for one in await world.said_of(CardGrantedV1)]
    assert [one.card for one in await world.said_of(CardRevokedV1)] == cards
    assert await world.rows("select kind from timer") == []


async def test_a_coordinator_who_rings_records_the_persons_choice(world: Any) -> None:
    await world.supporter("sue")
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"))
    (offer,) = await world.offers("ana")
    await world.hear(world.say.sent(offer), world.say.human_needed(offer, "undeliverable"))
    (ring,) = await world.requests("coordinator-task")
    await world.hear(world.say.answer(ring.regarding, "ana", "talk", by_human=True))
    assert await world.state("ana") == "matching"
    assert await world.rows("select task from task where state <> 'done'") == []
    await world.hear(world.say.answer(ring.regarding, "ana", "no", key="a forged one without a human"))
    assert await world.state("ana") == "matching"


async def test_an_offer_that_no_server_ever_took_becomes_a_call(world: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"))
    await world.pass_time(hours=11, minutes=59)
    assert await world.requests("coordinator-task") == []
    await world.pass_time(minutes=2)
    assert len(await world.requests("coordinator-task")) == 1


async def test_an_unresolved_incident_becomes_one_task_per_place_and_ends_when_resolved(world: Any) -> None:
    await world.hear(world.say.reported("fall", "ana"), world.say.reported("slip"), world.say.reported("burn", "ben"))
    await world.pass_time(hours=4, minutes=1)
    assert len(await world.rows("select task from task where kind = 'unresolved-overdue'")) == 1
    await world.hear(world.say.staff("ana"), world.say.staff("ben"), world.say.nobody("slip", revision=2))
    await world.pass_time(hours=1)
    (task,) = await world.rows("select state, outcome from task")
    assert (task.state, task.outcome) == ("done", "no-longer-needed")


async def test_a_supporter_who_accepts_and_stays_silent_is_noticed_after_a_day(world: Any) -> None:
    await world.supporter("sue")
    await world.accepted("ana")
    (ask,) = await world.requests("supporter-ask")
    await world.hear(world.say.answer(ask.regarding, "sue", "accept"))
    await world.pass_time(hours=23)
    assert await world.requests("coordinator-task") == []
    await world.pass_time(hours=2)
    (task, *_) = await world.rows("select kind from task")
    assert task.kind == "supporter-silent"


async def test_a_supporter_who_says_yes_twice_said_yes(world: Any) -> None:
    await world.supporter("sue")
    await world.accepted("ana")
    (ask,) = await world.requests("supporter-ask")
    for press in ("first", "second"):
        await world.hear(world.say.answer(ask.regarding, "sue", "accept", key=press))
    (row,) = await world.rows("select state from assignment")
    assert (row.state, await world.state("ana")) == ("accepted", "assigned")


async def test_a_person_whose_supporter_stays_silent_gets_another_when_a_coordinator_rings(world: Any) -> None:
    await world.supporter("sue")
    await world.accepted("ana")
    (ask,) = await world.requests("supporter-ask")
    await world.hear(world.say.answer(ask.regarding, "sue", "accept"))
    await world.supporter("tom")
    await world.pass_time(hours=25)
    (task, *_) = await world.rows("select task from task where state <> 'done'")
    await world.hear(world.say.answer(task.task, "ana", "talk", by_human=True))
    assert len(await world.requests("supporter-ask")) == 2
    assert await world.state("ana") == "matching"


async def test_a_supporter_who_leaves_is_replaced(world: Any, names: Any) -> None:
    for name in ("sue", "tom"):
        await world.supporter(name)
    await world.accepted("ana")
    (ask,) = await world.requests("supporter-ask")
    first, second = ("sue", "tom") if ask.person == names.ref("per", "sue") else ("tom", "sue")
    await world.hear(world.say.answer(ask.regarding, first, "accept"), world.say.left(first))
    assert await world.who_is_asked() == [names.ref("per", second)]
    assert await world.state("ana") == "matching"


async def test_somebody_in_care_who_leaves_becomes_a_task_and_is_contacted_no_more(world: Any) -> None:
    await world.accepted("ana")
    await world.hear(world.say.left("ana"))
    kinds = {row.kind for row in await world.rows("select kind from task where state <> 'done'")}
    assert "person-left" in kinds


async def test_300_people_who_say_yes_at_once_are_asked_for_within_everybodys_cap(world: Any) -> None:
    for number in range(20):
        await world.supporter(f"supporter-{number}")
    everybody = [f"person-{number}" for number in range(300)]
    await world.hear(*(world.say.staff(name) for name in everybody), together=True)
    await world.hear(world.say.reported("fire", *everybody))
    offers = {one.person: one for one in await world.offers()}
    from_names = {one.regarding: one for one in offers.values()}
    answers = [
        world.say.answer(regarding, "x", "talk").model_copy(update={"person": offer.person})
        for regarding, offer in from_names.items()
    ]
    await world.hear(*answers, together=True)
    loads = await world.rows("select count(*) as load from assignment where state = 'asked' group by supporter")
    assert [row.load for row in loads] == [3] * 20
    states = await world.rows("select state, count(*) as many from support_case group by 1 order by 1")
    assert [(row.state, row.many) for row in states] == [("escalated", 240), ("matching", 60)]
