"""Two systems tell of one fall: it is suspected, a human decides, and nothing is merged by itself."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from aftercare.intake.adapters.mapping.file import read_mapping
from aftercare.intake.adapters.parking import Filter
from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.mapping.plan import Mappings
from aftercare.intake.domain.source import Source, Sources
from aftercare.intake.service_layer.receive import Arrival
from aftercare.intake.service_layer.replay import Replaying
from aftercare.intake.service_layer.suspecting import SuspicionWatch

from .conftest import NOW, PLACES, SAFETY, badge

pytestmark = pytest.mark.real

WARDLOG = Source("wardlog", zone="Europe/London", identifier_system="urn:hill:staff", harm_scale="nrls")
RISK = replace(WARDLOG, name="risk")
REPORTED, MERGED = "org.aftercare.incident.reported.v1", "org.aftercare.incident.merged.v1"
ADDED = "org.aftercare.incident.staff-involved-added.v1"
COORDINATOR, OPERATOR = badge("coordinator", "c", "hill"), badge("operator", "op")


@pytest.fixture
def door() -> Door:
    return Door(Sources((SAFETY, WARDLOG, RISK)), PLACES)


@pytest.fixture
def fall(source_event: Any) -> Any:
    """A fall as a source of our contract tells it; `data` replaces fields."""

    def make(number: str, version: int = 1, **data: Any) -> dict[str, Any]:
        said = {
            "record": {"id": number, "version": version},
            "unit": "Ward 7",
            "occurred": "2026-03-01T23:40",
            "harm": "moderate",
            "staff": [{"value": "N-1001"}],
        }
        event: dict[str, Any] = source_event("incident-reported", said | data, id=f"{number}-{version}")
        return {name: value for name, value in event.items() if name != "source"} | {"source": "urn:test"}

    return make


async def told(running: Any, record: Any, source: str) -> str:
    [taken] = await running.take(record, source=source)
    assert taken.source == source
    incident: str = taken.incident
    return incident


async def two(running: Any, fall: Any) -> tuple[str, str]:
    return await told(running, fall("S-1"), "safety"), await told(running, fall("W-1"), "wardlog")


async def pairs(running: Any) -> list[tuple[set[str], str, str]]:
    rows = await running.rows("select first, second, reason, state from suspicion order by suspicion")
    return [({row.first, row.second}, row.reason, row.state) for row in rows]


async def kinds(running: Any) -> list[str]:
    return [kind for kind, _ in await running.published("aftercare.incident")]


async def open_one(web: httpx.AsyncClient) -> str:
    [shown] = (await web.get("/suspicions", headers=COORDINATOR)).json()["suspicions"]
    reference: str = shown["suspicion"]
    return reference


async def say(web: httpx.AsyncClient, reference: str, decision: str, headers: Any = COORDINATOR) -> httpx.Response:
    return await web.post(f"/suspicions/{reference}/decision", json={"decision": decision}, headers=headers)


@pytest.mark.parametrize("order", [("safety", "wardlog"), ("wardlog", "safety")])
async def test_two_sources_report_one_fall_and_both_stand(running: Any, fall: Any, order: tuple[str, str]) -> None:
    both = {await told(running, fall(f"{source}-1"), source) for source in order}
    assert await pairs(running) == [(both, "same-person", "open")]
    published = await running.published("aftercare.incident")
    assert [kind for kind, _ in published] == [REPORTED, REPORTED]
    assert len({content["state"]["involved"][0]["person"] for _, content in published}) == 1
    assert len(await running.published("aftercare.identity-question")) == 1


async def test_reports_at_the_same_moment_find_each_other(running: Any, fall: Any) -> None:
    """The second is not committed before the first: else neither would see the other."""
    async with running.unit_of_work() as tx:
        first = Arrival(Delivery(json.dumps(fall("S-1")).encode(), {}, "safety"))
        [[taken]] = await running.intake.receive(tx, [first])
        second = asyncio.create_task(told(running, fall("W-1", staff=[{"value": "N-2"}]), "wardlog"))
        await asyncio.wait({second}, timeout=0.5)
    assert await pairs(running) == []
    other = await second
    assert await pairs(running) == [({taken.incident, other}, "same-place-and-harm", "open")]


async def test_the_same_pair_is_suspected_once(running: Any, fall: Any) -> None:
    await two(running, fall)
    for version in (2, 3):
        await told(running, fall("W-1", version), "wardlog")
    assert len(await pairs(running)) == 1


async def test_a_number_that_both_carry_is_a_sign_at_the_same_site_alone(running: Any, fall: Any) -> None:
    other: dict[str, Any] = {"staff": [{"value": "N-7"}], "harm": "severe", "numbers": ["2026-0042"]}
    one = await told(running, fall("S-1", numbers=["2026-0042"]), "safety")
    second = await told(running, fall("W-1", **other), "wardlog")
    await told(running, fall("W-2", **other | {"unit": "somewhere else"}), "wardlog")
    assert await pairs(running) == [({one, second}, "same-number", "open")]


async def test_a_version_that_makes_it_untrue_closes_it_and_one_that_makes_it_true_opens_it(
    running: Any, fall: Any
) -> None:
    await two(running, fall)
    states = []
    changes: list[dict[str, Any]] = [{"occurred": "2026-02-01"}, {}, {"staff": []}]
    for version, said in enumerate(changes, start=2):
        await told(running, fall("W-1", version, **said), "wardlog")
        states += [(reason, state) for _, reason, state in await pairs(running)]
    assert states == [("same-person", "no-longer"), ("same-person", "open"), ("same-place-and-harm", "open")]


async def test_a_withdrawn_incident_is_no_longer_suspected(running: Any, fall: Any, source_event: Any) -> None:
    await two(running, fall)
    gone = source_event("incident-withdrawn", {"record": {"id": "W-1", "version": 2}, "reason": "duplicate"})
    await told(running, gone | {"source": "urn:test"}, "wardlog")
    assert [state for *_, state in await pairs(running)] == ["no-longer"]


async def test_a_released_record_is_looked_at_too(running: Any, fall: Any) -> None:
    one = await told(running, fall("S-1"), "safety")
    [parked] = await running.take({"no": "W-1"}, source="wardlog")
    assert parked.incident is None
    replaying = Replaying(running.intake, running.intake.writes.vault, running.unit_of_work)
    running.intake.door = replace(running.intake.door, mappings=_mapping())
    begun = await replaying.begin(Filter(), contact=True, rate=1000, asked_by="test")
    assert (await replaying.run(begun.reference)).mapped == 1
    [(both, reason, _)] = await pairs(running)
    assert (one in both, reason) == (True, "same-place-and-harm")


def _mapping() -> Any:
    page = (
        "mapping: wardlog\nversion: 1\nmessages:\n  - type: incident-reported\n    record: {id: no}\n"
        "    unit: \"'Ward 7'\"\n    occurred: \"'2026-03-01T23:40'\"\n    harm: \"'moderate'\"\n"
    )
    return Mappings({"wardlog": [read_mapping("wardlog.yaml", page)]})


async def test_a_human_sees_what_tells_the_two_apart(web: httpx.AsyncClient, running: Any, fall: Any) -> None:
    both = await two(running, fall)
    answer = await web.get("/suspicions", headers=COORDINATOR)
    [shown] = answer.json()["suspicions"]
    assert (shown["reason"], shown["state"], shown["site"]) == ("same-person", "open", "hill")
    sides = shown["incidents"]
    assert {(one["incident"], one["source"]) for one in sides} == set(zip(both, ("safety", "wardlog"), strict=True))
    for one in sides:
        assert (one["harm"], one["unit"], one["occurred_from"][:16]) == ("moderate", "ward-7", "2026-03-01T23:40")
        assert (await web.get(f"/records/{one['record']}", headers=COORDINATOR)).json()["incident"] == one["incident"]
    [(_, report), _] = await running.published("aftercare.incident")
    assert report["state"]["involved"][0]["person"] not in answer.text


async def test_the_list_is_filtered_by_state(web: httpx.AsyncClient, running: Any, fall: Any) -> None:
    await two(running, fall)
    await told(running, fall("R-1"), "risk")
    everything = (await web.get("/suspicions", headers=OPERATOR)).json()["suspicions"]
    assert len(everything) == 3
    assert (await web.get("/suspicions?state=same", headers=OPERATOR)).json() == {"suspicions": [], "next": None}
    assert (await web.get("/suspicions?state=maybe", headers=OPERATOR)).status_code == 422


async def test_two_humans_who_say_same_at_once_merge_once(web: httpx.AsyncClient, running: Any, fall: Any) -> None:
    older = await told(running, fall("S-1"), "safety")
    running.clock.set(running.clock.now() + timedelta(minutes=5))
    younger = await told(running, fall("W-1", staff=[{"value": "N-1001"}, {"value": "N-2"}]), "wardlog")
    reference = await open_one(web)
    answers = await asyncio.gather(say(web, reference, "same"), say(web, reference, "same", OPERATOR))
    assert sorted(one.status_code for one in answers) == [200, 409]
    published = await running.published("aftercare.incident")
    assert [kind for kind, _ in published] == [REPORTED, REPORTED, MERGED, ADDED]
    assert (published[2][1]["state"]["incident"], published[2][1]["into"]) == (younger, older)
    assert len(published[3][1]["state"]["involved"]) == 2
    [row] = await running.rows("select state, decided_by from suspicion")
    assert (row.state, row.decided_by.startswith("caller:")) == ("same", True)


async def test_who_is_named_later_in_a_merged_one_is_named_at_the_end_of_the_chain(
    web: httpx.AsyncClient, running: Any, fall: Any
) -> None:
    chain = []
    for number, source in (("S-1", "safety"), ("W-1", "wardlog"), ("R-1", "risk")):
        chain.append(await told(running, fall(number), source))
        running.clock.set(running.clock.now() + timedelta(minutes=5))
    for last, before in ((chain[2], chain[1]), (chain[1], chain[0])):
        rows = await running.rows("select suspicion, first, second from suspicion")
        [reference] = [row.suspicion for row in rows if {row.first, row.second} == {last, before}]
        assert (await say(web, reference, "same")).status_code == 200
    assert sorted(state for *_, state in await pairs(running)) == ["no-longer", "same", "same"]
    await told(running, fall("R-1", 2, staff=[{"value": "N-1001"}, {"value": "N-9"}]), "risk")
    named = [one["state"]["incident"] for kind, one in await running.published("aftercare.incident") if kind == ADDED]
    assert named == [chain[2], chain[1], chain[0]]


async def test_different_is_kept_apart_for_good(web: httpx.AsyncClient, running: Any, fall: Any) -> None:
    await two(running, fall)
    assert (await say(web, await open_one(web), "different")).status_code == 200
    await told(running, fall("W-1", 2, harm="severe"), "wardlog")
    await told(running, fall("S-1", 2, harm="severe"), "safety")
    assert [state for *_, state in await pairs(running)] == ["different"]
    assert (await web.get("/suspicions", headers=OPERATOR)).json() == {"suspicions": [], "next": None}
    assert MERGED not in await kinds(running)


async def test_what_is_no_longer_suspected_can_not_be_decided(web: httpx.AsyncClient, running: Any, fall: Any) -> None:
    await two(running, fall)
    reference = await open_one(web)
    await told(running, fall("W-1", 2, occurred="2026-02-01"), "wardlog")
    assert (await say(web, reference, "same")).status_code == 409
    assert (await say(web, reference, "perhaps")).status_code == 422


async def test_another_site_neither_sees_nor_decides(web: httpx.AsyncClient, running: Any, fall: Any) -> None:
    await two(running, fall)
    reference = await open_one(web)
    for site in ("north", ""):
        elsewhere = badge("coordinator", "c", site)
        assert (await web.get("/suspicions", headers=elsewhere)).json() == {"suspicions": [], "next": None}
        refused = await say(web, reference, "same", elsewhere)
        missing = await say(web, f"sus_{'a' * 32}", "same", elsewhere)
        assert (refused.status_code, refused.text) == (404, missing.text)
    assert [state for *_, state in await pairs(running)] == ["open"]


async def test_where_somebody_fears_repercussion_coordinators_alone_see_it(
    web: httpx.AsyncClient, running: Any, fall: Any
) -> None:
    await told(running, fall("S-1"), "safety")
    await told(running, fall("W-1", reporter={"value": "N-5", "fears_repercussion": True}), "wardlog")
    assert (await web.get("/suspicions", headers=OPERATOR)).json() == {"suspicions": [], "next": None}
    reference = await open_one(web)
    assert (await say(web, reference, "same", OPERATOR)).status_code == 404


async def test_how_many_wait_can_be_seen(running: Any, fall: Any) -> None:
    await two(running, fall)
    shown: list[Any] = []
    watch = SuspicionWatch(running.unit_of_work, lambda counts, oldest: shown.append((counts, oldest)))
    await watch.step()
    running.clock.set(NOW + timedelta(days=8))
    await watch.step()
    await told(running, fall("W-1", 2, occurred="2026-02-01"), "wardlog")
    await watch.step()
    assert shown == [({"open": 1}, 0.0), ({"open": 1}, 8 * 86400.0), ({"no-longer": 1}, 0.0)]
