"""The migrated databases are the ones that the code describes."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData

from aftercare.directory.adapters.tables import keys_metadata, metadata
from aftercare.kit.store.engine import create_engine

pytestmark = pytest.mark.real
ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(("folder", "described"), [("migrations", metadata), ("migrations_keys", keys_metadata)])
async def test_migrations_and_tables_are_the_same(folder: str, described: MetaData, database: Any) -> None:
    engine = create_engine(database(migrations=ROOT / folder))
    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), described)
        )
    await engine.dispose()
    assert differences == []
