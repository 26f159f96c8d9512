"""The migration that services call makes exactly the tables that `add_kit_tables` describes."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData

from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.tables import add_kit_tables
from aftercare.kit.testing.schema import schema_differences

pytestmark = pytest.mark.real

FIRST = """
from aftercare.kit.store.migrations import create_kit_tables, drop_kit_tables
revision = "0001"
down_revision = None
def upgrade():
    create_kit_tables()
def downgrade():
    drop_kit_tables()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "0001_kit.py").write_text(FIRST)
    return tmp_path


async def test_the_migrated_database_is_what_the_metadata_says(folder: Path, database: Any) -> None:
    engine = create_engine(database(migrations=folder))
    metadata = MetaData()
    add_kit_tables(metadata)

    async with engine.connect() as connection:
        assert await schema_differences(connection, metadata) == []
    await engine.dispose()
