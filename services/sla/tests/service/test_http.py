"""The work list, what one clock says of itself, and what nobody can find out."""

from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from aftercare.kit.auth import Principal, Unauthenticated
from aftercare.kit.service import Service
from aftercare.kit.testing.paging import CURSORS, refused_or_a_page, walk
from aftercare.sla.entrypoints.api import create_app

from . import saying as say

pytestmark = pytest.mark.real

RISK = "rita:risk-manager"


class Tokens:
    """Signs people in by name: `Authorization: Bearer name:role[:site]`."""

    async def authenticated(self, header: str | None) -> Principal:
        if not header:
            raise Unauthenticated("no-token")
        name, role, *sites = header.removeprefix("Bearer ").split(":")
        return Principal(name, "https://issuer.example", frozenset({role}), frozenset(sites or ["*"]))


class Http:
    """Calls the API of one side as somebody."""

    def __init__(self, world: Any) -> None:
        application = SimpleNamespace(settings=None, unit_of_work=world.unit_of_work, desk=world.desk)
        service = Service(f"sla-{world.side}", application)
        self.app = create_app(service, cast("Any", None), cast("Any", Tokens()))
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://sla.test")

    async def __call__(self, who: str | None, path: str) -> httpx.Response:
        return await self.client.get(path, headers={"Authorization": f"Bearer {who}"} if who else {})


@pytest.fixture
async def http(event: Any) -> AsyncIterator[Http]:
    one = Http(event)
    yield one
    await one.client.aclose()


async def test_the_list_is_in_order_of_time_to_breach_and_is_read_page_by_page(event: Any, http: Any) -> None:
    for hours in (3, 1, 4, 0, 2):
        at = say.MONDAY_NOON - timedelta(hours=hours)
        await event.hear(say.reported(f"fall {hours}", at))
    await event.hear(say.reported("old", say.MONDAY_NOON - timedelta(hours=9, minutes=30)))
    await event.pass_time(hours=1)
    seen: list[dict[str, Any]] = []
    page = (await http(RISK, "/clocks?limit=2")).json()
    while page["next"]:
        seen += page["clocks"]
        page = (await http(RISK, f"/clocks?limit=2&after={page['next']}")).json()
    seen += page["clocks"]
    assert [one["subject"] for one in seen] == [
        say.ref("inc", name) for name in ("old", "fall 4", "fall 3", "fall 2", "fall 1", "fall 0")
    ]
    assert (seen[0]["state"], seen[0]["open"], seen[0]["seconds_left"]) == ("missed", True, -1800.0)
    first = seen[1]
    assert (first["rule"], first["class"], first["owner"], first["route"]) == (
        "apology",
        "local",
        "disclosure-lead",
        "page",
    )
    assert (first["progress_percent"], first["verified"]) == (50.0, False)


async def test_clocks_that_start_between_two_pages_are_met_once(event: Any, http: Http) -> None:
    await event.hear(*(say.reported(f"fall {number}") for number in range(4)))  # all due at once
    await event.hear(say.commissioned("deep", "fall 0"))

    async def meanwhile(page: int) -> None:
        if page <= 2:
            await event.hear(say.reported(f"slip {page}", say.MONDAY_NOON + timedelta(minutes=page)))

    met = await walk(lambda address: http(RISK, address), "/clocks", "clocks", meanwhile, limit=2)
    assert met == (await http(RISK, "/clocks")).json()["clocks"]
    assert len({one["clock"] for one in met}) == len(met) == 7


async def test_a_cursor_of_another_site_shows_nothing_of_it(event: Any, http: Http) -> None:
    await event.hear(*(say.reported(f"fall {number}") for number in range(3)))
    await event.hear(say.reported("slip", say.MONDAY_NOON + timedelta(minutes=1), site="south"))
    theirs = (await http(RISK, "/clocks?site=north&limit=1")).json()
    shown = (await http("dora:disclosure-lead:south", f"/clocks?after={theirs['next']}")).json()
    assert ([one["site"] for one in shown["clocks"]], shown["next"]) == (["south"], None)


@given(CURSORS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_cursor_breaks_the_list(http: Http, cursor: str) -> None:
    assert await refused_or_a_page(lambda address: http(RISK, address), "/clocks", "clocks", cursor)


async def test_the_list_is_narrowed_by_state_rule_site_and_instant(event: Any, http: Any) -> None:
    await event.hear(say.reported("fall"), say.reported("slip", site="south"), say.reported("burn"))
    await event.hear(say.told("burn", say.MONDAY_NOON), say.commissioned("deep", "fall"))

    async def subjects(query: str) -> set[str]:
        return {one["subject"] for one in (await http(RISK, f"/clocks?{query}")).json()["clocks"]}

    fall, slip, burn, deep = (
        say.ref(*one) for one in (("inc", "fall"), ("inc", "slip"), ("inc", "burn"), ("rca", "deep"))
    )
    assert await subjects("") == {fall, slip, deep}
    assert await subjects("state=met") == {burn}
    assert await subjects("rule=analysis") == {deep}
    assert await subjects("site=south") == {slip}
    assert await subjects("before=2026-03-03T00:00:00Z") == {fall, slip}
    assert await subjects("state=overdue") == set()


async def test_a_clock_says_why(event: Any, http: Any) -> None:
    await event.hear(say.reported("fall"))
    await event.pass_time(hours=6)
    await event.hear(say.told("fall", event.clock.now()))
    (listed,) = (await http(RISK, "/clocks?state=met")).json()["clocks"]
    shown = (await http(RISK, f"/clocks/{listed['clock']}")).json()
    assert (shown["start_from"], shown["stopped_by"]) == ("received", "disclosure-initial-done")
    assert [one["kind"] for one in shown["why"]["happened"]] == ["incident-known", "disclosure-initial-done"]
    assert shown["why"]["in_words"].startswith("It runs from incident known, by the time it was discovered")
    assert [(one["percent"], one["given"]) for one in shown["why"]["warnings"]] == [(50, True), (80, False)]


async def test_who_sees_one_site_sees_only_it_and_what_is_elsewhere_looks_like_nothing(event: Any, http: Any) -> None:
    await event.hear(say.reported("fall"), say.reported("slip", site="south"))
    clocks = {one["site"]: one["clock"] for one in (await http(RISK, "/clocks")).json()["clocks"]}
    south = "dora:disclosure-lead:south"
    assert [one["site"] for one in (await http(south, "/clocks")).json()["clocks"]] == ["south"]
    assert (await http(south, "/clocks?site=north")).json()["clocks"] == []
    assert (await http(south, f"/clocks/{clocks['south']}")).status_code == 200
    there = await http(south, f"/clocks/{clocks['north']}")
    gone = await http(south, f"/clocks/clk_{'0' * 32}")
    assert (there.status_code, there.content) == (gone.status_code, gone.content)
    assert there.status_code == 404


async def test_only_coordinators_see_the_support_side(support: Any) -> None:
    await support.hear(say.reported("fall"), say.opened("ana", "fall"))
    http = Http(support)
    seen = (await http("casey:coordinator", "/clocks")).json()["clocks"]
    assert {one["subject"] for one in seen} == {say.ref("obl", "ana")}
    support.engine.sync_engine.dispose()
    http.app.state.sla = None
    for who in (RISK, "dora:disclosure-lead", "ana:staff", "sue:supporter", "max:manager"):
        assert (await http(who, "/clocks")).status_code == 403
        assert (await http(who, f"/clocks/{seen[0]['clock']}")).status_code == 403
    assert (await http(None, "/clocks")).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        "state=late",
        "limit=0",
        "limit=1000",
        "after=x",
        "after=WzEsMl0=",
        "cursor=WzEsMl0=",
        "before=noon",
        "rule=a%20name",
        "who=ana",
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_without_repeating_it(http: Any, query: str) -> None:
    answer = await http(RISK, f"/clocks?{query}")
    assert answer.status_code == 422
    assert query.split("=")[1] not in answer.json()["detail"].split()
