"""The migrations make exactly the tables that the code speaks of."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from aftercare.intake.adapters.tables import metadata
from aftercare.kit.process.migrate import upgrade
from aftercare.kit.store.engine import create_engine
from aftercare.kit.testing.going_back import go_back
from aftercare.kit.testing.schema import schema_differences

MIGRATIONS = Path(__file__).parents[1] / "migrations"
_ASKED = text("""
    with made as (
      insert into incident (incident, source, source_key, book) values (:incident, 'north', :incident,
        jsonb_build_object('details', jsonb_build_object('synthetic', cast(:synthetic as bool))))
      returning incident)
    insert into involvement_task (task, incident, state, coordinators_only, opened_at)
    select :task, incident, 'open', false, now() from made
""")


@pytest.mark.real
async def test_the_migrated_database_has_our_tables(database: Any) -> None:
    engine = create_engine(database(migrations=MIGRATIONS), name="test intake")
    async with engine.connect() as connection:
        assert await schema_differences(connection, metadata, checks=False) == []
    await engine.dispose()


@pytest.mark.real
async def test_questions_about_synthetic_incidents_are_closed_and_no_others(database: Any) -> None:
    url = database(migrations=MIGRATIONS)
    engine = create_engine(url, name="test intake")
    await go_back(engine, MIGRATIONS, "0006")
    async with engine.begin() as connection:
        for letter, synthetic in (("a", True), ("b", False)):
            await connection.execute(
                _ASKED, {"task": "ivt_" + letter * 32, "incident": "inc_" + letter * 32, "synthetic": synthetic}
            )
    await upgrade(url, MIGRATIONS, "intake")
    async with engine.connect() as connection:
        rows = await connection.execute(text("select left(task, 5), state from involvement_task order by task"))
        assert [tuple(row) for row in rows] == [("ivt_a", "closed"), ("ivt_b", "open")]
    await engine.dispose()
