"""The migrations make exactly the tables that the code speaks of."""

from pathlib import Path
from typing import Any

import pytest

from aftercare.intake.adapters.tables import metadata
from aftercare.kit.store.engine import create_engine
from aftercare.kit.testing.schema import schema_differences

MIGRATIONS = Path(__file__).parents[1] / "migrations"


@pytest.mark.real
async def test_the_migrated_database_has_our_tables(database: Any) -> None:
    engine = create_engine(database(migrations=MIGRATIONS), name="test intake")
    async with engine.connect() as connection:
        assert await schema_differences(connection, metadata, checks=False) == []
    await engine.dispose()
