"""Whatever the order in which messages arrive, and however often: the same people end in the same obligations."""

import os
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from aftercare.schemas.base import Message

pytestmark = pytest.mark.real

COVERED = {"offer-made", "already-offered", "already-in-care"}


def everything(say: Any) -> list[Message]:
    """Amended, removed, withdrawn, merged; people known late, not staff, and found under a verdict; interviews."""
    return [
        say.staff("ana"),
        say.staff("ben"),
        say.staff("cho"),
        say.identity("visitor", "not-staff"),
        say.identity("ben", "cannot-be-identified"),
        say.reported("one", "ana", harm="low"),
        say.amended("one", "ana", "ben", revision=2),
        say.removed("one", "ana", "ben", revision=3),
        say.reported("two"),
        say.amended("two", "ana", "visitor", "stranger", revision=2),
        say.reported("three", "ben", "cho"),
        say.withdrawn("three", "ben", "cho", revision=2),
        say.reported("four", "cho"),
        say.merged("four", "two", "cho", revision=2),
        say.reported("five"),
        say.nobody("five", revision=2),
        say.interview("why", "ana", "two"),
        say.interview("why", "ana", "two", held=True),
        say.interview("other", "stranger", "one"),
        say.reported("old", "cho", backfill=True),
    ]


async def books(world: Any) -> dict[str, str]:
    """Every obligation's end; an offer counts the same whichever incident's it is."""
    return {who: "covered" if end in COVERED else end for who, end in (await world.ends()).items()}


async def assert_sound(world: Any) -> None:
    """What must hold at every moment."""
    loose = await world.rows(
        "select obligation from obligation where (settlement is null) = (unresolved is null)"
        " or (settlement = 'no-offer-made') <> (reason is not null)"
    )
    assert loose == []
    doubled = await world.rows(
        "select person from support_case where state in ('offer-due', 'offered', 'accepted', 'matching', 'escalated',"
        " 'assigned', 'contacted') group by person having count(*) > 1"
    )
    assert doubled == []
    empty = await world.rows(
        "select c.\"case\" from support_case c where state = 'offer-due' and not exists"
        ' (select from obligation o where o."case" = c."case" and settlement = \'offer-made\')'
    )
    assert empty == []
    assert await world.rows(FORGOTTEN) == []


FORGOTTEN = """
    select c.case_ref, c.state from (select "case" as case_ref, * from support_case) c where case
      when state in ('offer-due', 'offered') then choice is null
        and not exists (select from timer t where t.owner = case_ref)
        and not exists (select from task k where k."case" = case_ref)
      when state = 'accepted' then true
      when state = 'matching' then not exists (
        select from assignment a join timer t on t.owner = a.assignment
        where a."case" = case_ref and a.state = 'asked' and t.kind = 'supporter-timeout')
      when state = 'escalated' then not exists (
        select from task k join timer t on t.owner = k.task where k."case" = case_ref and k.state <> 'done')
      when state = 'assigned' then not exists (
        select from assignment a join timer t on t.owner = a.assignment
        where a."case" = case_ref and a.state = 'accepted')
        and not exists (
        select from task k join timer t on t.owner = k.task where k."case" = case_ref and k.state <> 'done')
      else false end
"""
"""Open cases that no clock and no human would ever look at again."""


@pytest.mark.parametrize("seed", range(12))
async def test_the_same_obligations_in_any_order_with_any_repetition(world: Any, seed: int) -> None:
    chance = random.Random(seed)
    messages = everything(world.say)
    shuffled = messages + chance.sample(messages, 5)
    chance.shuffle(shuffled)
    if seed == 0:
        shuffled = messages
    for message in shuffled:
        await world.hear(message)
        await assert_sound(world)
    assert await books(world) == EXPECTED(world)
    offered = await world.rows("select person from support_case where state = 'offer-due' order by person")
    assert len(offered) == 2


def EXPECTED(world: Any) -> dict[str, str]:  # noqa: N802 - reads as the constant that it is, but for the references
    say = world.say
    inv = lambda inc, who: say.involvement(inc, who).involvement  # noqa: E731
    nobody = lambda inc: f"nobody:{say.state(inc).incident}"  # noqa: E731
    rca = lambda name, stage: f"{say.commissioned(name).state.rca}{stage}"  # noqa: E731
    return {
        inv("one", "ana"): "not-involved",
        inv("one", "ben"): "covered",
        nobody("two"): "named-since",
        inv("two", "ana"): "covered",
        inv("two", "visitor"): "not-staff",
        inv("two", "stranger"): "unknown-identifier",
        inv("three", "ben"): "incident-withdrawn",
        inv("three", "cho"): "incident-withdrawn",
        inv("four", "cho"): "incident-merged",
        nobody("five"): "nobody-involved",
        rca("why", "scheduled"): "covered",
        rca("why", "held"): "covered",
        rca("other", "scheduled"): "unknown-identifier",
        inv("old", "cho"): "backfill",
    }


@pytest.mark.parametrize("seed", range(int(os.environ.get("AFTERCARE_TEST_WALKS", "6"))))
async def test_outreach_and_answers_in_between_never_double_a_case_nor_undo_an_offer(world: Any, seed: int) -> None:
    chance = random.Random(100 + seed)
    await world.supporter("sue")
    messages = everything(world.say)
    chance.shuffle(messages)
    made: set[str] = set()
    for message in messages:
        await world.hear(message)
        for reaction in chance.sample(REACTIONS, 2):
            await reaction(world, chance)
        await assert_sound(world)
        ended = {who for who, end in (await world.ends()).items() if end == "offer-made"}
        sent = await world.rows(
            """select coalesce(involvement, rca || stage, 'self') as who
            from obligation o join support_case c on c."case" = o."case"
            where settlement = 'offer-made' and c.state <> 'offer-due'"""
        )
        assert made <= ended
        made |= {row.who for row in sent}


async def _sends(world: Any, chance: random.Random) -> None:
    offers = await world.offers()
    if offers:
        await world.hear(world.say.sent(chance.choice(offers)))


async def _answers(world: Any, chance: random.Random) -> None:
    offers = await world.offers()
    if offers:
        offer = chance.choice(offers)
        choice = chance.choice(["talk", "later", "no", "urgent"])
        given = world.say.answer(offer.regarding, "x", choice, key=str(chance.random()))
        await world.hear(given.model_copy(update={"person": offer.person}))


async def _supporter_answers(world: Any, chance: random.Random) -> None:
    asked = await world.requests("supporter-ask")
    if asked:
        ask = chance.choice(asked)
        choice = chance.choice(["accept", "refuse", "contacted"])
        await world.hear(world.say.answer(ask.regarding, "sue", choice, key=str(chance.random())))


async def _coordinator_records(world: Any, chance: random.Random) -> None:
    tasks = await world.rows(
        'select t.task, c.person from task t join support_case c on c."case" = t."case" order by t.task'
    )
    if tasks:
        task = chance.choice(tasks)
        choice = chance.choice(["talk", "later", "no", "urgent", "not-reached", "contacted"])
        given = world.say.answer(task.task, "x", choice, key=str(chance.random()), by_human=True)
        await world.hear(given.model_copy(update={"person": task.person}))


async def _outreach_gives_up(world: Any, chance: random.Random) -> None:
    asked = await world.requests(chance.choice(["offer", "supporter-ask", "supporter-card", "coordinator-task"]))
    if asked:
        reason = chance.choice(["silence", "undeliverable", "no-contact"])
        await world.hear(world.say.human_needed(chance.choice(asked), reason))


async def _waits(world: Any, chance: random.Random) -> None:
    await world.pass_time(minutes=chance.choice([1, 45, 300]))


REACTIONS: list[Callable[[Any, random.Random], Any]] = [
    _sends,
    _answers,
    _supporter_answers,
    _coordinator_records,
    _outreach_gives_up,
    _waits,
]


async def test_every_handler_may_hear_everything_twice(world: Any) -> None:
    """The inbox keeps repetitions out; should one get past it, nothing is sent or opened twice."""
    await world.supporter("sue")
    messages = everything(world.say)
    for message in messages:
        await world.hear(message)
    (offer, *_) = await world.offers("ana")
    sent = world.say.sent(offer)
    talk = world.say.answer(offer.regarding, "ana", "talk")
    await world.hear(sent, talk)
    (ask,) = await world.requests("supporter-ask")
    accept = world.say.answer(ask.regarding, "sue", "accept")
    await world.hear(accept)
    before = await world.snapshot()
    await world.hear(*messages, sent, talk, accept)
    assert await world.snapshot() == before


async def test_a_batch_ends_as_its_messages_one_by_one_would(world: Any) -> None:
    by_topic: dict[str, list[Message]] = {}
    for message in everything(world.say):
        by_topic.setdefault(str(message.topic), []).append(message)
    for batch in by_topic.values():
        await world.hear(*batch, together=True)
    await assert_sound(world)
    assert await books(world) == EXPECTED(world)
    assert Counter(one.person for one in await world.offers()).most_common(1)[0][1] <= 3
