"""The life of clocks, from messages and from time, on a real database."""

from datetime import timedelta
from typing import Any

import pytest

from . import saying as say

pytestmark = pytest.mark.real

HOUR = timedelta(hours=1)


async def test_an_incident_starts_a_clock_that_warns_and_is_missed(event: Any) -> None:
    await event.hear(say.reported("fall"))
    await event.pass_time(hours=9, minutes=59)
    assert await event.story("apology") == ["started", "warned 50", "warned 80"]
    await event.pass_time(minutes=1)
    assert await event.story("apology") == ["started", "warned 50", "warned 80", "missed"]
    (missed,) = [one for one in await event.said() if one.type.endswith("missed.v1")]
    assert missed.at == say.MONDAY_NOON + 10 * HOUR
    assert missed.route == "page"


async def test_what_is_done_in_time_meets_the_clock_and_no_time_changes_that(event: Any) -> None:
    await event.hear(say.reported("fall"))
    await event.pass_time(hours=6)
    await event.hear(say.told("fall", event.clock.now()))
    await event.pass_time(days=3)
    assert await event.story("apology") == ["started", "warned 50", "met"]


async def test_done_in_time_and_heard_of_late_corrects_the_miss(event: Any) -> None:
    await event.hear(say.reported("fall"))
    await event.pass_time(hours=20)
    await event.hear(say.told("fall", say.MONDAY_NOON + 3 * HOUR))
    assert (await event.story("apology"))[-2:] == ["missed", "met"]
    assert await event.state("apology", "inc", "fall") == "met"


async def test_harm_raised_later_starts_a_clock_then(event: Any) -> None:
    await event.hear(say.reported("fall", harm="low"))
    assert await event.story("apology") == []
    await event.pass_time(hours=30)
    await event.hear(say.amended("fall", harm="death"))
    assert await event.story("apology") == ["started"]
    (started,) = await event.said()
    assert started.state.born == event.clock.now()


async def test_a_record_taken_back_cancels_and_given_again_goes_on(event: Any) -> None:
    await event.hear(say.reported("fall"), say.withdrawn("fall"))
    assert await event.story("apology") == ["started", "cancelled"]
    await event.hear(say.amended("fall", revision=3))
    assert await event.story("apology") == ["started", "cancelled", "moved"]
    assert await event.state("apology", "inc", "fall") == "running"


async def test_incidents_that_turn_out_to_be_one_leave_one_clock(event: Any) -> None:
    await event.hear(say.reported("fall"), say.reported("slip"), say.merged("slip", "fall"))
    assert await event.state("apology", "inc", "slip") == "cancelled"
    assert await event.state("apology", "inc", "fall") == "running"


async def test_two_families_have_a_clock_each_and_one_talk_ends_one(event: Any) -> None:
    await event.hear(say.reported("fall", relevant_persons=say.persons("ann", ben="severe")))
    assert await event.story("apology") == ["started", "started"]
    await event.hear(say.told("fall", event.clock.now(), "initial-done", "ann"))
    assert [await event.state("apology", "pat", one) for one in ("ann", "ben")] == ["met", "running"]
    await event.hear(say.told("fall", event.clock.now()))
    await event.pass_time(hours=10)
    assert [await event.state("apology", "pat", one) for one in ("ann", "ben")] == ["met", "missed"]
    rows = await event.rows("select distinct incident from clock")
    assert [row.incident for row in rows] == [say.ref("inc", "fall")]


async def test_the_clock_of_the_whole_gives_way_to_those_of_whom_it_names(event: Any) -> None:
    await event.hear(say.reported("fall"), say.amended("fall", relevant_persons=say.persons("ann", ben="low")))
    assert await event.state("apology", "inc", "fall") == "cancelled"
    assert await event.state("apology", "pat", "ann") == "running"
    assert await event.state("apology", "pat", "ben") == "running", "what named nobody was severe for all of them"
    await event.hear(say.withdrawn("fall", revision=3))
    assert await event.state("apology", "pat", "ann") == "cancelled"


async def test_all_that_is_said_of_a_rule_at_a_site_in_a_minute_is_one_occasion(event: Any) -> None:
    long_ago = say.stated(say.MONDAY_NOON - timedelta(days=2))
    await event.hear(*(say.reported(f"fall {number}", discovered=long_ago) for number in range(20)), together=True)
    await event.pass_time(minutes=1)
    await event.hear(say.reported("slip", discovered=long_ago), say.reported("cut", discovered=long_ago, site="south"))
    await event.pass_time(hours=10)
    warned = [one for one in await event.said() if one.type.endswith(("warned.v1", "missed.v1"))]
    assert len(warned) == 22
    assert len({one.occasion for one in warned}) == 3
    assert len({one.occasion for one in warned[:20]}) == 1


async def test_a_miss_that_is_said_again_by_other_times_rings_nobody(event: Any) -> None:
    await event.hear(say.reported("fall", discovered=say.stated(say.MONDAY_NOON)))
    await event.pass_time(hours=11)
    await event.hear(say.amended("fall", discovered=say.stated(say.MONDAY_NOON - timedelta(hours=1))))
    assert await event.story("apology") == ["started", "warned 50", "warned 80", "missed", "missed"]
    first, again = (await event.said())[-2:]
    assert (first.occasion is None, again.occasion) == (False, None)
    assert again.at == first.at - timedelta(hours=1)


async def test_the_support_side_keeps_nobody_to_whom_candour_is_owed(support: Any) -> None:
    named = say.persons("ann", ben="low")
    await support.hear(say.reported("fall", relevant_persons=named), say.opened("ana", "fall"))
    await support.hear(say.withdrawn("fall", relevant_persons=named))
    assert await support.rows("select 1 from happening where persons <> '{}'") == []
    assert await support.rows("select 1 from link where left(target, 4) = 'pat_'") == []
    assert say.ref("pat", "ann") not in "".join(await support.snapshot())


async def test_an_analysis_that_is_given_up_ends_its_clock(event: Any) -> None:
    await event.hear(say.reported("fall"), say.commissioned("why", "fall"), say.given_up("why", "fall"))
    assert await event.state("analysis", "rca", "why") == "cancelled"
    assert await event.state("apology", "inc", "fall") == "running"


async def test_somebody_reached_in_time_meets_the_first_response(support: Any) -> None:
    await support.hear(say.reported("fall"), say.opened("ana", "fall"), say.settled("ana", "ana"))
    await support.pass_time(hours=3)
    await support.hear(say.sent("ana", support.clock.now()))
    assert await support.state("s-02-first-response", "obl", "ana") == "running"
    await support.hear(say.reached("ana", support.clock.now()))
    assert await support.state("s-02-first-response", "obl", "ana") == "met"


@pytest.mark.parametrize("state", ["declined", "contacted"])
async def test_a_no_and_a_talk_are_both_promises_kept(support: Any, state: str) -> None:
    await support.hear(say.reported("fall"), say.opened("ana", "fall"), say.settled("ana", "ana"))
    await support.pass_time(hours=3)
    await support.hear(say.moved("ana", state, support.clock.now()))
    assert await support.state("s-02-first-response", "obl", "ana") == "met"


async def test_silence_misses_the_first_response_after_a_day(support: Any) -> None:
    await support.hear(say.reported("fall"), say.opened("ana", "fall"), say.settled("ana", "ana"))
    await support.pass_time(hours=24)
    story = await support.story("s-02-first-response")
    assert story == ["started", "warned 50", "warned 80", "missed"]


async def test_what_is_kept_of_a_support_clock_names_nobody(support: Any) -> None:
    await support.hear(say.reported("fall"), say.opened("ana", "fall"), say.settled("ana", "ana"))
    await support.hear(say.reached("ana", support.clock.now()))
    assert say.ref("per", "ana") not in "".join(await support.snapshot())
    assert all(say.ref("per", "ana") not in one.model_dump_json() for one in await support.said())


async def test_a_clock_that_cannot_be_ticked_holds_up_no_other_and_is_said_nothing_of(event: Any) -> None:
    await event.hear(say.reported("fall"), say.reported("slip"))
    await event.rows(
        "update clock set clock = 'clk_' || repeat('0', 32) where subject = :it returning 1", it=say.ref("inc", "slip")
    )
    event.clock.set(say.MONDAY_NOON + 5 * HOUR)
    await event.ticker.step()
    assert await event.story("apology", say.ref("inc", "fall")) == ["started", "warned 50"]
    assert await event.story("apology", say.ref("inc", "slip")) == ["started"]


async def test_promises_are_kept_time_of_while_the_broker_is_away(event: Any) -> None:
    """Nothing publishes here: what is said waits in the outbox, each at its instant."""
    await event.hear(say.reported("fall"))
    await event.pass_time(hours=10)
    times = [row.created_at for row in await event.rows("select created_at from outbox order by id")]
    assert [(at - say.MONDAY_NOON) / HOUR for at in times] == [0, 5, 8, 10]
