"""What clocks keep for life, and what is forgotten when."""

from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from aftercare.programme.clocks import Side
from aftercare.sla.service_layer.purging import Purge

from . import saying as say
from .clock_world import MIGRATIONS, PACK, World

pytestmark = pytest.mark.real

KEPT = timedelta(days=90)


def changed_pack(folder: Path, *changes: tuple[str, str]) -> Path:
    words = PACK.read_text()
    for before, after in changes:
        assert before in words
        words = words.replace(before, after)
    file = folder / "pack.yaml"
    file.write_text(words[: words.index("scenarios:")])
    return file


async def test_a_pack_that_changes_touches_no_clock_that_runs(event: Any, tmp_path: Path) -> None:
    await event.hear(say.reported("fall"))
    pack = changed_pack(tmp_path, ("version: 1\n", "version: 2\n"), ("{hours: 10}", "{hours: 20}"))
    after = World(event.url, Side.EVENT, pack, event.clock.now())
    await after.hear(say.amended("fall", harm="death"), say.reported("slip"))
    due = {
        row.subject: row.due
        for row in await after.rows("select subject, due from clock where rule = 'apology' order by 1")
    }
    assert due[say.ref("inc", "fall")] == say.MONDAY_NOON + timedelta(hours=10)
    assert due[say.ref("inc", "slip")] == say.MONDAY_NOON + timedelta(hours=20)
    assert await after.story("apology", say.ref("inc", "fall")) == ["started"]
    await after.pass_time(hours=10)
    assert await after.state("apology", "inc", "fall") == "missed"
    assert await after.state("apology", "inc", "slip") == "running"
    await after.engine.dispose()


async def test_a_rule_that_is_gone_from_its_pack_still_ends_the_clocks_it_began(event: Any, tmp_path: Path) -> None:
    await event.hear(say.reported("fall"))
    after = World(event.url, Side.EVENT, changed_pack(tmp_path, ("id: apology", "id: told")), event.clock.now())
    await after.pass_time(hours=5)
    await after.hear(say.told("fall", after.clock.now()))
    assert await after.story("apology") == ["started", "warned 50", "met"]
    await after.engine.dispose()


def import_module_from(file: Path) -> Any:
    spec = spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def purge(world: World) -> None:
    step = Purge(world.unit_of_work, KEPT)
    while await step.step() < 60:
        pass


async def test_what_ended_long_ago_is_forgotten_and_what_is_owed_never_is(event: Any) -> None:
    await event.hear(say.reported("done"), say.reported("owed"), say.reported("nothing", harm="low"))
    await event.hear(say.told("done", event.clock.now()))
    await event.pass_time(days=89)
    await purge(event)
    assert len(await event.rows("select 1 from happening")) == 4
    await event.pass_time(days=2)
    await purge(event)
    left = await event.rows("select distinct subject from happening union select distinct subject from clock")
    assert {row.subject for row in left} == {say.ref("inc", "owed")}


async def test_whom_an_incident_names_is_forgotten_with_it_and_with_nobody_else(event: Any) -> None:
    await event.hear(say.reported("fall", relevant_persons=say.persons("ann", "ben")), say.reported("slip"))
    await event.hear(say.told("fall", event.clock.now(), "initial-done", "ann"))
    await event.pass_time(days=91)
    await purge(event)
    assert len(await event.rows("select 1 from clock")) == 3, "Ben is owed a talk"
    await event.hear(say.told("fall", event.clock.now(), "initial-done", "ben"))
    await event.pass_time(days=91)
    await purge(event)
    left = await event.rows(
        "select subject from happening union select subject from clock union select target from link"
    )
    assert {row.subject for row in left} == {say.ref("inc", "slip")}


async def test_a_clock_that_was_born_by_a_rule_of_patients_goes_on_by_it(event: Any) -> None:
    """The rule of an older release: its subject had another name, and nobody had a method."""
    await event.hear(say.reported("fall"))
    await event.rows(
        "update rule set body = jsonb_set(body #- '{rule,when,methods}', '{rule,subject}', '\"patient\"') returning 1"
    )
    migration = import_module_from(MIGRATIONS / "versions" / "0003_relevant_persons.py")
    async with event.unit_of_work() as tx:
        await tx.connection.execute(text(migration.RENAMED))
    (row,) = await event.rows("select edition, body from rule")
    assert row.body["rule"]["subject"] == "relevant-person"
    after = World(event.url, Side.EVENT, now=event.clock.now())
    await after.pass_time(hours=5)
    await after.hear(say.told("fall", after.clock.now()))
    assert await after.story("apology") == ["started", "warned 50", "met"]
    await after.engine.dispose()


async def test_a_group_is_forgotten_as_a_whole_or_not_at_all(support: Any) -> None:
    await support.hear(say.reported("fall"), say.reported("slip"))
    await support.hear(
        say.opened("ana", "fall"), say.settled("ana", "ana"), say.moved("ana", "declined", say.MONDAY_NOON)
    )
    await support.hear(say.opened("ben", "slip"))
    await support.pass_time(days=91)
    await purge(support)
    left = {row.subject for row in await support.rows("select distinct subject from happening")}
    assert left == {say.ref("inc", "slip"), say.ref("obl", "ben")}
    assert await support.rows("select 1 from link where source = :inc", inc=say.ref("inc", "fall")) == []
