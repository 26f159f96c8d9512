"""The lists of the directory to their ends: nobody who is asked about, and nobody of a name, is passed over."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from aftercare.directory.service_layer import identity, search
from aftercare.kit.testing.paging import CURSORS, answers_a_cursor, refused_or_a_page, walk

from .asking import as_

pytestmark = pytest.mark.real
World = Any
TASKS = "/identity/tasks"
any_cursor = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def reader(http: httpx.AsyncClient) -> Any:
    return lambda address: http.get(address, headers=as_("coordinator"))


async def asked(world: World, *questions: Any) -> None:
    async with world.directory.unit_of_work() as tx:
        await identity.on_asked(tx, world.directory.seals, questions)


async def found(http: httpx.AsyncClient, who: str, **wanted: str) -> list[str]:
    """The persons of all pages of a search."""
    persons: list[str] = []
    while True:
        page = (await http.post("/people/search", json=wanted, headers=as_(who))).json()
        persons += [match["person"] for match in page["matches"]]
        if page["next"] is None:
            return persons
        wanted["after"] = page["next"]


def roster(*sites: str) -> str:
    """Somebody called Quill for each site of the list."""
    lines = [
        f"{number},Ann,Quill,a{number}@hospital.example,Nurse,{site}" for number, site in enumerate(sites, start=1000)
    ]
    return "\n".join(["employee_number,given_name,family_name,email,role,site", *lines]) + "\n"


async def test_who_follows_next_meets_every_question_once_though_more_come_in(
    http: httpx.AsyncClient, world: World, ask: Any
) -> None:
    for number in range(5):
        await asked(world, ask(f"Z-{number}"))  # all of one moment: the reference decides

    async def meanwhile(page: int) -> None:
        if page <= 2:
            world.clock.set(world.clock.now() + timedelta(minutes=1))
            await asked(world, ask(f"Y-{page}"))

    met = await walk(reader(http), TASKS, "tasks", meanwhile, limit=2)
    now = (await http.get(TASKS, headers=as_("coordinator"))).json()
    assert met == now["tasks"]
    assert (len(met), now["open"], now["next"]) == (7, 7, None)


async def test_a_question_that_is_open_again_stands_at_the_end_and_is_met(
    http: httpx.AsyncClient, world: World, ask: Any
) -> None:
    await asked(world, *(ask(f"Z-{number}") for number in range(4)))
    first = (await http.get(f"{TASKS}?limit=1", headers=as_("coordinator"))).json()
    [oldest] = first["tasks"]

    async def meanwhile(page: int) -> None:
        if page == 1:
            world.clock.set(world.clock.now() + timedelta(minutes=1))
            await world.rows(
                "update identity_task set asked_at = :now where reference = :task returning 1",
                now=world.clock.now(),
                task=oldest["task"],
            )

    met = await walk(reader(http), TASKS, "tasks", meanwhile, limit=2)
    assert len(met) == 5
    assert met[0]["task"] == met[-1]["task"] == oldest["task"]


async def test_everybody_of_a_name_is_found_within_the_callers_site_however_many_there_are(
    http: httpx.AsyncClient, world: World
) -> None:
    await world.roster(roster(*["north", "south"] * (search.MOST_MATCHES + 3)))
    at = {
        site: {row.token for row in await world.rows("select token from person where site = :s", s=site)}
        for site in ("north", "south")
    }
    for who, there in (
        ("coordinator@north", at["north"]),
        ("coordinator@south", at["south"]),
        ("coordinator", at["north"] | at["south"]),
    ):
        persons = await found(http, who, family_name="quill")
        assert len(persons) == len(there)
        assert set(persons) == there
    assert await found(http, "coordinator@east", family_name="quill") == []


async def test_a_scan_passes_over_nobody_though_a_page_holds_more_than_it_can_show(
    http: httpx.AsyncClient, world: World
) -> None:
    many = 2 * search.MOST_MATCHES + 3
    await world.roster(roster(*["north"] * many, *["south"] * 3))
    everybody = {row.token for row in await world.rows("select token from person where site = 'north'")}
    persons = await found(http, "coordinator@north", name_part="uil", site="north")
    assert (len(persons), set(persons)) == (many, everybody)


@given(cursor=CURSORS)
@any_cursor
async def test_no_cursor_breaks_the_list_of_questions(http: httpx.AsyncClient, cursor: str) -> None:
    assert await refused_or_a_page(reader(http), TASKS, "tasks", cursor)


@pytest.mark.parametrize("wanted", [{"family_name": "quill"}, {"name_part": "ui", "site": "north"}])
@given(cursor=CURSORS)
@any_cursor
async def test_no_cursor_breaks_a_search(http: httpx.AsyncClient, wanted: dict[str, str], cursor: str) -> None:
    answer = await http.post("/people/search", json=wanted | {"after": cursor}, headers=as_("coordinator"))
    assert answers_a_cursor(answer, "matches")
