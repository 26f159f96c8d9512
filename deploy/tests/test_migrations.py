"""Every migration has a way back, and there and back again leads to the same database."""

from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from aftercare.kit.process.migrate import upgrade
from aftercare.kit.store.engine import create_engine
from aftercare.kit.testing.going_back import go_back

pytestmark = pytest.mark.real

FOLDERS = sorted(one.parent for one in (Path(__file__).parents[2] / "services").glob("*/*/versions"))
_SHAPE = """
    select 'column', table_name, column_name, data_type, is_nullable, column_default
      from information_schema.columns where table_schema = 'public'
    union all select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
      from pg_constraint where connamespace = 'public'::regnamespace
    union all select 'index', tablename, indexname, indexdef, '', '' from pg_indexes where schemaname = 'public'
    union all select 'function', proname, md5(prosrc), '', '', '' from pg_proc
      where pronamespace = 'public'::regnamespace
    union all select 'trigger', tgrelid::regclass::text, tgname, '', '', '' from pg_trigger where not tgisinternal
    order by 1, 2, 3
"""


def test_every_service_that_keeps_something_is_looked_at() -> None:
    assert len(FOLDERS) == 7


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: "-".join(folder.parts[-2:]))
async def test_each_migration_goes_back_and_forth_again(folder: Path, database: Any) -> None:
    url = database(migrations=folder)
    engine = create_engine(url, name="test migrations")

    async def shape() -> list[tuple[object, ...]]:
        async with engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(_SHAPE))]

    at_head = await shape()
    for revision in ScriptDirectory(str(folder)).walk_revisions():
        await go_back(engine, folder, revision.down_revision)
    left = {row[1] for row in await shape()}
    assert left <= {"alembic_version"}
    await upgrade(url, folder, "test")
    assert await shape() == at_head
    await engine.dispose()
