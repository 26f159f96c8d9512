"""What is due soon is worded before its instant. Whatever happens meanwhile, each mark is said once and never early."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from aftercare.kit.store.transaction import UnitOfWork
from aftercare.programme.clocks import Side
from aftercare.schemas.base import Message
from aftercare.sla.domain.model import Transition
from aftercare.sla.domain.occasions import occasion_of
from aftercare.sla.service_layer.looking_ahead import PAGE_SIZE
from aftercare.sla.service_layer.ticking import Ticker
from aftercare.sla.translation import Speaker

from . import saying as say
from .clock_world import World

pytestmark = pytest.mark.real

HALF = say.MONDAY_NOON + timedelta(hours=5)
"""The promise of ten hours warns then."""
MOMENT = timedelta(seconds=1)


class CountingSpeaker(Speaker):
    """Counts what it words."""

    def __init__(self, side: Side) -> None:
        super().__init__(side)
        self.worded = 0

    def message_of(self, transition: Transition) -> Message:
        self.worded += 1
        return super().message_of(transition)


class Process:
    """A process that ticks, and how much it has worded so far."""

    def __init__(self, world: World, kick: Callable[[], None] = lambda: None) -> None:
        self._speaker = CountingSpeaker(world.side)
        unit_of_work = UnitOfWork(world.engine, world.clock, "urn:aftercare:sla-event", kick)
        self._ticker = Ticker(unit_of_work, replace(world.desk, speaker=self._speaker), world.side)
        self._world = world

    @property
    def worded(self) -> int:
        return self._speaker.worded

    async def tick(self) -> None:
        """Until there is nothing more to do now. A test clock is looked at again without waiting."""
        self._ticker._looked = float("-inf")
        while await self._ticker.step() == 0.0:
            self._ticker._looked = float("-inf")

    async def look_ahead(self) -> None:
        """A moment before the warnings."""
        self._world.clock.set(HALF - MOMENT)
        await self.tick()


async def change(world: World, sql: str) -> None:
    async with world.unit_of_work() as tx:
        await tx.connection.execute(text(sql))


async def test_what_is_due_soon_is_worded_before_and_said_at_its_instant(event: Any) -> None:
    process = Process(event)
    await event.hear(say.reported("fall"))
    await process.look_ahead()
    assert process.worded == 1
    event.clock.set(HALF - timedelta(microseconds=1))
    await process.tick()
    assert await event.story("apology") == ["started"]
    event.clock.set(HALF)
    await process.tick()
    assert await event.story("apology") == ["started", "warned 50"]
    assert process.worded == 1


async def test_what_was_worded_is_the_same_as_what_would_be_said_at_the_instant(event: Any) -> None:
    await event.hear(say.reported("fall"), say.reported("slip"), together=True)
    process = Process(event)
    await process.look_ahead()
    await event.rows("update clock set changed = changed where subject = :it returning 1", it=say.ref("inc", "slip"))
    event.clock.set(HALF)
    await process.tick()
    assert process.worded == 3
    fall, slip = (await event.said())[-2:]
    names = {"clock", "subject", "incident"}
    assert fall.state.model_dump(exclude=names) == slip.state.model_dump(exclude=names)
    rows = await event.rows("select revision, state, warned, next_at, open from clock")
    assert rows[0] == rows[1]


async def test_a_clock_that_was_met_meanwhile_says_nothing_at_its_instant(event: Any) -> None:
    process = Process(event)
    await event.hear(say.reported("fall"))
    await process.look_ahead()
    await event.hear(say.told("fall", event.clock.now()))
    event.clock.set(HALF)
    await process.tick()
    assert await event.story("apology") == ["started", "met"]


async def test_a_clock_that_was_moved_meanwhile_is_spoken_of_as_it_is_now(event: Any) -> None:
    process = Process(event)
    await event.hear(say.reported("fall"))
    await process.look_ahead()
    await event.hear(say.amended("fall", site="south"))
    event.clock.set(HALF)
    await process.tick()
    warned = (await event.said())[-1]
    assert (warned.type.split(".")[-2], warned.state.site, warned.state.revision) == ("warned", "south", 3)


async def test_words_that_came_too_late_for_their_instant_are_not_said(event: Any) -> None:
    """The process slept from before the warning until after the miss: old warnings are told to nobody."""
    process = Process(event)
    await event.hear(say.reported("fall"))
    await process.look_ahead()
    event.clock.set(HALF + timedelta(hours=6))
    await process.tick()
    assert await event.story("apology") == ["started", "missed"]


async def test_words_that_are_said_in_a_later_minute_are_of_its_occasion(event: Any) -> None:
    process = Process(event)
    await event.hear(say.reported("fall"))
    await process.look_ahead()
    event.clock.set(HALF + timedelta(minutes=1))
    await process.tick()
    warned = (await event.said())[-1]
    assert warned.occasion == occasion_of("apology", warned.state.site, event.clock.now())
    assert process.worded == 2


async def test_a_crash_after_looking_ahead_loses_nothing_and_doubles_nothing(event: Any) -> None:
    crashed, other = Process(event), Process(event)
    await event.hear(say.reported("fall"))
    await crashed.look_ahead()
    event.clock.set(HALF)
    await other.tick()
    await crashed.tick()
    assert await event.story("apology") == ["started", "warned 50"]
    assert other.worded == 1


async def test_what_could_not_be_committed_is_said_when_it_can_be_and_once(event: Any) -> None:
    process = Process(event)
    await event.hear(say.reported("fall"))
    await process.look_ahead()
    event.clock.set(HALF)
    await change(event, "alter table outbox rename to away")
    with pytest.raises(DBAPIError):
        await process.tick()
    await change(event, "alter table away rename to outbox")
    assert await event.story("apology") == ["started"]
    await process.tick()
    assert await event.story("apology") == ["started", "warned 50"]


async def test_two_processes_that_foresee_the_same_say_each_once(event: Any) -> None:
    """More than one page of them, all at one instant."""
    falls = PAGE_SIZE + 20
    await event.hear(*(say.reported(f"fall {number}") for number in range(falls)), together=True)
    processes = Process(event), Process(event)
    for each in processes:
        await each.look_ahead()
    assert [each.worded for each in processes] == [falls, falls]
    event.clock.set(HALF)
    await asyncio.gather(*(each.tick() for each in processes))
    story = await event.story("apology")
    assert {word: story.count(word) for word in story} == {"started": falls, "warned 50": falls}
    revisions = {(one.state.clock, one.state.revision) for one in await event.said()}
    assert len(revisions) == 2 * falls


@pytest.mark.parametrize("spoilt", ["mark_percents = '{101}'", "edition = 'rul_' || repeat('0', 32)"])
async def test_a_clock_that_cannot_be_worded_holds_up_no_other(event: Any, spoilt: str) -> None:
    process = Process(event)
    await event.hear(say.reported("fall"), say.reported("slip"))
    await change(event, f"update clock set {spoilt} where subject = '{say.ref('inc', 'slip')}'")
    await change(event, "insert into rule (edition, rule, body) values ('rul_' || repeat('0', 32), 'unread', '{}')")
    await process.look_ahead()
    assert process.worded >= 1
    event.clock.set(HALF)
    await process.tick()
    assert await event.story("apology", say.ref("inc", "fall")) == ["started", "warned 50"]
    assert await event.story("apology", say.ref("inc", "slip")) == ["started"]


async def test_what_was_said_is_published_as_soon_as_nothing_more_is_due(event: Any) -> None:
    kicks: list[int] = []
    process = Process(event, lambda: kicks.append(1))
    await event.hear(*(say.reported(f"fall {number}") for number in range(5)), together=True)
    await process.look_ahead()
    assert kicks == []
    event.clock.set(HALF)
    await process.tick()
    assert kicks == [1]
    await process.tick()
    assert kicks == [1]
