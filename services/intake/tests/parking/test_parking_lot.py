"""The parking lot on a real database: understand what waits, try a fix on it, release it, lose nothing on the way."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from aftercare.intake.adapters import parking, releases
from aftercare.intake.adapters.mapping.file import read_mapping
from aftercare.intake.adapters.parking import Filter
from aftercare.intake.adapters.releases import Release
from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.mapping.plan import Mappings
from aftercare.intake.service_layer.replay import Replaying
from aftercare.kit.store.paging import PageAsked

pytestmark = pytest.mark.real

WARDLOG = """\
mapping: wardlog
version: 1
records: reports
messages:
  - type: incident-reported
    record: {id: no}
    staff: {value: who}
"""


def body(*numbers: str) -> dict[str, Any]:
    return {"reports": [{"no": number, "who": f"N-{number}"} for number in numbers]}


def fixed(door: Door) -> Door:
    return replace(door, mappings=Mappings({"safety": [read_mapping("wardlog.yaml", WARDLOG)]}))


@pytest.fixture
def replaying(running: Any) -> Replaying:
    return Replaying(running.intake, running.intake.writes.vault, running.unit_of_work)


async def release(replaying: Replaying, wanted: Filter | None = None, **how: Any) -> Release:
    begun = await replaying.begin(wanted or Filter(), contact=True, rate=1000, asked_by="test", **how)
    return await replaying.run(begun.reference)


async def outcomes(running: Any) -> list[tuple[str, str]]:
    rows = await running.rows("select outcome, reason from record order by number")
    return [(row.outcome, row.reason) for row in rows]


async def test_a_fix_is_tried_on_what_waits_and_nothing_changes(running: Any, replaying: Replaying) -> None:
    await running.take(body("A-1", "A-2"), body("A-3", "nobody"), {"other": 1})
    before = await running.rows("select * from record order by number")
    trial = await replaying.try_out(Filter(), fixed(running.intake.door))
    assert trial.told["before"] == {"unknown-shape": 3}
    assert trial.told["after"] == {"mapped": 3, "parked: missing-field": 1, "parked: mapping-misfit": 1}
    assert trial.told["examples"]["parked: mapping-misfit"].startswith("rec_")
    assert await running.rows("select * from record order by number") == before
    assert await running.published() == []
    assert await running.rows("select 1 from incident") == []


async def test_a_body_that_was_parked_whole_gives_all_its_records_when_it_is_understood(
    running: Any, replaying: Replaying
) -> None:
    [parked] = await running.take(body("A-1", "A-2", "A-3"))
    running.intake.door = fixed(running.intake.door)
    done = await release(replaying)
    assert (done.total, done.mapped, done.still_refused) == (1, 3, 0)
    first, *_ = await running.rows("select reference from record order by number")
    assert first.reference == parked.reference
    assert await outcomes(running) == [("mapped", "mapped")] * 3
    assert len(await running.published("aftercare.incident")) == 3


async def test_a_body_of_which_some_was_known_gives_the_rest_once(running: Any, replaying: Replaying) -> None:
    event = {
        "specversion": "1.0", "id": "e", "source": "//safety.hill.example",
        "type": "org.aftercare.source.incident-reported", "data": {"record": {"id": "I-1"}},
    }  # fmt: skip
    lines = [event, body("A-1", "A-2"), event | {"id": "f", "data": {"record": {"id": "I-2"}}}]
    await running.take("\n".join(map(json.dumps, lines)).encode())
    running.intake.door = fixed(running.intake.door)
    done = await release(replaying)
    assert (done.mapped, done.still_refused) == (2, 0)
    assert len(await running.published("aftercare.incident")) == 4
    assert await outcomes(running) == [("mapped", "mapped")] * 4


async def test_a_release_that_is_killed_goes_on_where_it_was(running: Any, replaying: Replaying) -> None:
    await running.take(*(body(f"A-{number}") for number in range(7)))
    running.intake.door = fixed(running.intake.door)
    begun = await replaying.begin(Filter(), contact=True, rate=4, asked_by="test")

    def killed(_: Release) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await replaying.run(begun.reference, killed)
    assert len(await running.published("aftercare.incident")) == 2
    async with running.unit_of_work() as tx:
        halfway = await releases.locked(tx, begun.reference)
    assert halfway is not None
    assert (halfway.mapped, halfway.finished) == (2, False)
    done = await replaying.run(begun.reference)
    assert (done.total, done.mapped, done.finished) == (7, 7, True)
    assert len(await running.published("aftercare.incident")) == 7


async def test_what_comes_after_a_release_was_asked_for_is_not_part_of_it(running: Any, replaying: Replaying) -> None:
    await running.take(body("A-1"))
    running_door = running.intake.door
    begun = await replaying.begin(Filter(), contact=True, rate=1000, asked_by="test")
    await running.take(body("A-2"))
    running.intake.door = fixed(running_door)
    assert (await replaying.run(begun.reference)).mapped == 1
    assert await replaying.waiting(Filter()) == 1


async def test_what_is_still_refused_says_why_by_the_newest_mapping(running: Any, replaying: Replaying) -> None:
    await running.take(body("nobody"))
    running.intake.door = fixed(running.intake.door)
    done = await release(replaying)
    assert (done.mapped, done.still_refused) == (0, 1)
    [row] = await running.rows("select reason, format from record")
    assert (row.reason, row.format) == ("missing-field", "mapping:wardlog@1")


async def test_what_waits_for_its_incident_says_by_which_mapping_it_was_read(running: Any) -> None:
    staff = WARDLOG.replace("incident-reported", "staff-involved-added").replace(
        "record: {id: no}", "incident: {number: no}"
    )
    running.intake.door = replace(
        running.intake.door, mappings=Mappings({"safety": [read_mapping("wardlog.yaml", staff)]})
    )
    [taken] = await running.take(body("A-404"))
    assert (taken.reason, taken.format) == ("unknown-incident", "mapping:wardlog@1")


async def test_a_release_leaves_who_asked_for_what(running: Any, replaying: Replaying) -> None:
    await running.take(body("A-1"))
    await release(replaying, Filter(source="safety", reason="unknown-shape"))
    async with running.unit_of_work() as tx:
        [audit] = await releases.newest(tx, 10)
    assert audit["wanted"] == {"outcome": "parked", "source": "safety", "reason": "unknown-shape"}
    assert (audit["asked_by"], audit["contact"], audit["total"]) == ("test", True, 1)
    assert audit["finished_at"] is not None


async def test_filters_choose_by_source_format_reason_and_age(running: Any) -> None:
    await running.take(body("A-1"))
    await running.take({"other": 1}, source=None)
    await running.take(b"Number,Ward\n1,7\n", source=None)
    running.clock.set(running.clock.now() + timedelta(days=3))
    await running.take({"another": 2})

    async def found(**wanted: Any) -> int:
        async with running.unit_of_work() as tx:
            return len((await parking.newest(tx, Filter(**wanted), PageAsked(100))).rows)

    assert await found() == 4
    assert await found(source="safety") == 2
    assert await found(format="csv") == 1
    assert await found(reason="unsupported-format") == 1
    assert await found(received_before=running.clock.now() - timedelta(days=1)) == 3
    assert await found(among=("safety",), received_before=running.clock.now() - timedelta(days=1)) == 1
    assert await found(among=()) == 0


async def test_an_explanation_says_how_many_are_alike_and_since_when(running: Any) -> None:
    first, *_ = await running.take(body("A-1"), body("A-2"), body("A-3"))
    async with running.unit_of_work() as tx:
        row = await parking.explain(tx, first.reference)
        assert row is not None
        alike = await parking.alike(tx, row)
    assert (alike["records"], alike["since"]) == (3, running.clock.now())
    assert row["advice"]


@pytest.mark.parametrize("wanted", [Filter(), Filter("rejected", "empty", "s", "csv", ("a", "b"), None)])
def test_a_filter_is_read_again_as_it_was_written_down(wanted: Filter) -> None:
    assert Filter.read(json.loads(json.dumps(wanted.asked))) == wanted
