"""The lists of intake to their ends: each row once, though records come in meanwhile, and each caller only theirs."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.source import Sources
from aftercare.kit.testing.paging import CURSORS, refused_or_a_page, walk

from .conftest import NOW, PLACES, SAFETY, badge

pytestmark = pytest.mark.real
LISTS = {"/tasks": "tasks", "/conflicts": "conflicts", "/suspicions": "suspicions", "/parked": "records"}
COORDINATOR, OPERATOR = badge("coordinator", "c", "*"), badge("operator", "op")
OLDEST_FIRST = "/tasks"


@pytest.fixture
def door() -> Door:
    return Door(Sources((SAFETY, replace(SAFETY, name="wardlog", ce_sources=(), clients=()))), PLACES)


@pytest.fixture
def add(running: Any, adverse_event: Any, source_event: Any) -> Any:
    """Brings in what puts the row of a number on a list."""

    async def bring(path: str, number: int) -> None:
        running.clock.set(NOW + timedelta(minutes=(number + 1) // 2))  # a page ends between two of a moment
        one = {"id": f"{path}-{number}", "identifier": {"value": f"{path}-{number}"}}
        if path == "/tasks":
            await running.take(adverse_event(**one, contributor=None, recorder=None))
        elif path == "/conflicts":
            await running.take(adverse_event(**one))
            await running.take(adverse_event(**one, actuality="potential"))
        elif path == "/suspicions":
            for source in ("safety", "wardlog"):
                said = {
                    "record": {"id": f"{source}-{number}"},
                    "unit": "Ward 7",
                    "occurred": f"2026-01-{number + 1:02}T10:00",
                    "staff": [{"value": "N-1"}],
                }
                event = source_event("incident-reported", said, id=f"{source}-{number}", source="urn:test")
                await running.take(event, source=source)
        else:
            await running.take({"number": number})

    return bring


@pytest.mark.parametrize("path", LISTS)
async def test_who_follows_next_meets_every_row_once_though_more_come_in(
    web: httpx.AsyncClient, add: Any, path: str
) -> None:
    headers = COORDINATOR if path == OLDEST_FIRST else OPERATOR
    for number in range(6):
        await add(path, number)
    before = (await web.get(path, headers=headers)).json()
    assert (len(before[LISTS[path]]), before["next"]) == (6, None)

    async def meanwhile(page: int) -> None:
        if page <= 2:
            await add(path, 5 + page)

    met = await walk(lambda address: web.get(address, headers=headers), path, LISTS[path], meanwhile, limit=2)
    now = (await web.get(path, headers=headers)).json()[LISTS[path]]
    assert len(now) == 8
    assert met == (now if path == OLDEST_FIRST else before[LISTS[path]])


@pytest.mark.parametrize("path", LISTS)
async def test_a_cursor_of_somebody_else_shows_nothing_of_another_site(
    web: httpx.AsyncClient, running: Any, add: Any, path: str
) -> None:
    running.intake.door = replace(
        running.intake.door,
        sources=replace(
            running.intake.door.sources,
            known=tuple(replace(one, site="hill") for one in running.intake.door.sources.known),
        ),
    )
    for number in range(3):
        await add(path, number)
    role = "operator" if path == "/parked" else "coordinator"
    theirs = (await web.get(f"{path}?limit=1", headers=badge(role, "c", "hill"))).json()
    assert (len(theirs[LISTS[path]]), theirs["next"] is None) == (1, False)
    elsewhere = await web.get(f"{path}?after={theirs['next']}", headers=badge(role, "c", "north"))
    assert (elsewhere.json()[LISTS[path]], elsewhere.json()["next"]) == ([], None)


@given(st.sampled_from(sorted(LISTS)), CURSORS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_cursor_breaks_a_list(web: httpx.AsyncClient, path: str, cursor: str) -> None:
    headers = COORDINATOR if path == OLDEST_FIRST else OPERATOR
    assert await refused_or_a_page(lambda address: web.get(address, headers=headers), path, LISTS[path], cursor)


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "all"])
async def test_a_limit_out_of_bounds_is_refused(web: httpx.AsyncClient, limit: str) -> None:
    assert (await web.get(f"/tasks?limit={limit}", headers=COORDINATOR)).status_code == 422
