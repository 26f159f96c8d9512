"""The queues of coordinators to their ends: each row once, urgent ones first, and each caller only their sites."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftercare.kit.testing.paging import CURSORS, nothing, refused_or_a_page, walk

pytestmark = pytest.mark.real
COORDINATOR = "casey:coordinator"
LISTS = {"/tasks": "tasks", "/cases": "cases"}


@pytest.fixture
def ask(world: Any, http: Any) -> Any:
    """Somebody asks for support while there is no supporter: a case, and a task for a coordinator."""

    async def call(name: str, *, urgent: bool = False, site: str = "north") -> None:
        await world.hear(world.say.staff(name, site=site))
        asked = await http(f"{name}:staff", "POST", "/self-requests", {"urgent": urgent})
        assert asked.status_code == 201

    return call


def reader(http: Any, who: str = COORDINATOR) -> Any:
    async def get(address: str) -> Any:
        return await http(who, "GET", address)

    return get


@pytest.mark.parametrize("path", LISTS)
async def test_who_follows_next_meets_every_row_once_though_more_ask(
    world: Any, http: Any, ask: Any, path: str
) -> None:
    for number, urgent in enumerate((False, True, False, True, False, False)):
        await ask(f"ana-{number}", urgent=urgent)  # all of one moment: the reference decides
    before = (await http(COORDINATOR, "GET", path)).json()
    assert before["next"] is None

    async def meanwhile(page: int) -> None:
        if page <= 2:
            world.clock.set(world.clock.now() + timedelta(minutes=1))
            await ask(f"ben-{page}")

    met = await walk(reader(http), path, LISTS[path], meanwhile, limit=2)
    now = (await http(COORDINATOR, "GET", path)).json()[LISTS[path]]
    assert met == now
    assert len(now) >= 8
    assert [row["urgent"] for row in met] == sorted((row["urgent"] for row in met), reverse=True)


@pytest.mark.parametrize("path", LISTS)
async def test_what_became_urgent_meanwhile_is_on_the_first_page_again(
    http: Any, world: Any, ask: Any, path: str
) -> None:
    for name in ("ana", "ben", "cleo"):
        await ask(name)
    first = (await http(COORDINATOR, "GET", f"{path}?limit=1")).json()
    await ask("cleo", urgent=True)
    again = (await http(COORDINATOR, "GET", f"{path}?limit=1")).json()
    assert (first[LISTS[path]][0]["urgent"], again[LISTS[path]][0]["urgent"]) == (False, True)


@pytest.mark.parametrize("path", LISTS)
async def test_a_cursor_of_somebody_else_shows_nothing_of_another_site(
    http: Any, world: Any, ask: Any, path: str
) -> None:
    for name in ("ana", "ben", "cleo"):
        await ask(name, site="north")
    world.clock.set(world.clock.now() + timedelta(minutes=1))
    await ask("dan", site="south")
    theirs = (await http("casey:coordinator:north", "GET", f"{path}?limit=1")).json()
    elsewhere = (await http("olga:coordinator:south", "GET", f"{path}?after={theirs['next']}")).json()
    assert {row["site"] for row in elsewhere[LISTS[path]]} == {"south"}
    seen = await walk(reader(http, "casey:coordinator:north"), path, LISTS[path], nothing, limit=1)
    assert {row["site"] for row in seen} == {"north"}


@given(st.sampled_from(sorted(LISTS)), CURSORS)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_cursor_breaks_a_queue(http: Any, path: str, cursor: str) -> None:
    assert await refused_or_a_page(reader(http), path, LISTS[path], cursor)
