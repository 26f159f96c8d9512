"""Redelivery, order, two workers and restarts change nothing."""

import asyncio
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from aftercare.programme.clocks import Side

from . import saying as say
from .clock_world import MIGRATIONS, World

pytestmark = pytest.mark.real

LATER = say.MONDAY_NOON + timedelta(hours=2)
SUPPORT_STORY = (
    say.reported("fall"),
    say.opened("ana", "fall"),
    say.settled("ana", "ana"),
    say.moved("ana", "offered", LATER),
    say.reached("ana", LATER),
)


async def test_the_same_message_twice_changes_nothing(event: Any) -> None:
    await event.hear(say.reported("fall"))
    once, said = await event.snapshot(), len(await event.said())
    await event.hear(say.reported("fall"))
    await event.hear(say.reported("fall"), say.reported("fall"), together=True)
    assert await event.snapshot() == once
    assert len(await event.said()) == said


async def test_the_order_in_which_messages_come_leaves_no_trace(database: Any) -> None:
    ends = set()
    for order in list(permutations(range(len(SUPPORT_STORY))))[::17]:
        world = World(database(migrations=MIGRATIONS), Side.SUPPORT, "generic", LATER)
        await world.hear(*(SUPPORT_STORY[place] for place in order), together=len(ends) % 2 == 0)
        rows = await world.rows("select subject, rule, state, start, due, stopped from clock order by 1, 2")
        ends.add(tuple(map(tuple, rows)))
        await world.engine.dispose()
    assert len(ends) == 1


async def test_two_workers_that_hear_of_one_group_at_once_lose_nothing(support: Any) -> None:
    other = World(support.url, Side.SUPPORT, "generic")
    names = [f"nurse {number}" for number in range(12)]
    await support.hear(say.reported("fall"), *(say.opened(name, "fall") for name in names), together=True)
    await support.hear(*(say.settled(name, name) for name in names), together=True)

    async def tell(world: World, *messages: Any) -> None:
        for one in messages:
            await world.hear(one)

    await asyncio.gather(
        tell(support, *(say.reached(name, say.MONDAY_NOON) for name in names)),
        tell(other, *(say.amended("fall", revision=number) for number in range(2, 8))),
        support.tick(),
        other.tick(),
    )
    states = await support.rows("select state, count(*) as n from clock where rule = 's-02-first-response' group by 1")
    assert {row.state: row.n for row in states} == {"met": len(names)}
    revisions = [(one.state.clock, one.state.revision) for one in await support.said()]
    assert len(revisions) == len(set(revisions))
    await other.engine.dispose()


async def test_two_replicas_that_tick_at_once_say_everything_once(event: Any) -> None:
    other = World(event.url, Side.EVENT)
    await event.hear(*(say.reported(f"fall {number}") for number in range(40)), together=True)
    for each in (event, other):
        each.clock.set(say.MONDAY_NOON + timedelta(hours=11))
    await asyncio.gather(*(each.tick() for each in (event, other, event, other)))
    story = await event.story("apology")
    assert {word: story.count(word) for word in story} == {"started": 40, "missed": 40}
    await other.engine.dispose()


async def test_a_restart_in_the_middle_goes_on_where_it_was(event: Any) -> None:
    await event.hear(say.reported("fall"))
    await event.pass_time(hours=6)
    again = World(event.url, Side.EVENT, now=event.clock.now())
    await again.tick()
    await again.hear(say.reported("fall"))
    assert await again.story("apology") == ["started", "warned 50"]
    await again.pass_time(hours=5)
    assert await again.story("apology") == ["started", "warned 50", "warned 80", "missed"]
    await again.engine.dispose()
