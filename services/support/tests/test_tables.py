"""What the database can hold: enums and references, never a sentence."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from aftercare.kit.testing.schema import (
    KIT_COLUMNS,
    columns_for_words,
    columns_that_take_a_sentence,
    schema_differences,
)
from aftercare.support.adapters.tables import metadata

pytestmark = pytest.mark.real


async def test_no_column_takes_a_sentence_but_the_kits_own(world: Any) -> None:
    async with world.engine.connect() as connection:
        assert len(await columns_for_words(connection)) > 60
        assert await columns_that_take_a_sentence(connection) == set(KIT_COLUMNS)


async def test_the_walk_finds_a_column_that_could_hold_words(world: Any) -> None:
    async with world.unit_of_work() as tx:
        await tx.connection.execute(
            text(
                "create table note (words text, more text[], rest jsonb, at timestamptz, loose text check (loose > ''))"
            )
        )
    async with world.engine.connect() as connection:
        found = {column for table, column in await columns_that_take_a_sentence(connection) if table == "note"}
    assert found == {"words", "more", "rest", "loose"}


async def test_migrations_make_the_tables_that_the_code_expects(world: Any) -> None:
    async with world.engine.connect() as connection:
        assert await schema_differences(connection, metadata) == []


async def test_the_database_itself_allows_one_open_case_per_person(world: Any, names: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"))
    with pytest.raises(IntegrityError, match="one_open_case_per_person"):
        async with world.unit_of_work() as tx:
            await tx.connection.execute(
                text(
                    "insert into support_case select 'cas_' || repeat('0', 32), person, state, revision, route,"
                    " opened_at, changed_at, urgent, never_through_manager, site, answer, answered_at, choice,"
                    " call_attempts, wishes from support_case"
                )
            )
