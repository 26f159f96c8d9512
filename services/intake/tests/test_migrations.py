"""The migrations make exactly the tables that the code speaks of."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from aftercare.intake.adapters.tables import metadata
from aftercare.kit.store.engine import create_engine

MIGRATIONS = Path(__file__).parents[1] / "migrations"


@pytest.mark.real
async def test_the_migrated_database_has_our_tables(database: Any) -> None:
    def differences(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    engine = create_engine(database(migrations=MIGRATIONS), name="test intake")
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    assert [one for one in found if "alembic" not in str(one)] == []
