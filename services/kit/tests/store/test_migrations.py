"""The migration that services call makes exactly the tables that `add_kit_tables` describes."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Column, MetaData, Table, Text, text

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


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ("text constraint note_words check (words in ('a', 'b'))", 0),
        ("text constraint note_words check (words in ('a', 'b', 'c'))", 2),
        ("text constraint words_of_note check (words in ('a', 'b'))", 2),
        ("text", 1),
        ("text constraint note_words check (words in ('a', 'b')) constraint more check (words <> '')", 1),
        ("integer", 2),
    ],
)
async def test_a_check_that_is_another_than_the_code_says_is_found(database: Any, made: str, found: int) -> None:
    metadata = MetaData()
    add_kit_tables(metadata)
    Table("note", metadata, Column("words", Text, CheckConstraint("words in ('a', 'b')", name="note_words")))
    engine = create_engine(database())
    async with engine.begin() as connection:
        await connection.execute(text(f"create table note (words {made})"))
        assert len(await schema_differences(connection, metadata)) == found
        assert await connection.scalar(text("select count(*) from pg_namespace where nspname ~ '^described'")) == 0
    await engine.dispose()
