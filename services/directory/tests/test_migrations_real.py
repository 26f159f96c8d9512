"""The migrated databases are the ones that the code describes."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData

from aftercare.directory.adapters.tables import keys_metadata, metadata
from aftercare.kit.store.engine import create_engine
from aftercare.kit.testing.schema import schema_differences

pytestmark = pytest.mark.real
ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(("folder", "described"), [("migrations", metadata), ("migrations_keys", keys_metadata)])
async def test_migrations_and_tables_are_the_same(folder: str, described: MetaData, database: Any) -> None:
    engine = create_engine(database(migrations=ROOT / folder))
    async with engine.connect() as connection:
        assert await schema_differences(connection, described) == []
    await engine.dispose()
