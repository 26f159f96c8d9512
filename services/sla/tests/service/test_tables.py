"""What the database can hold: references, words of ours, instants, numbers; never a sentence."""

from typing import Any

import pytest

from aftercare.kit.testing.schema import (
    KIT_COLUMNS,
    columns_for_words,
    columns_that_take_a_sentence,
    schema_differences,
)
from aftercare.sla.adapters.tables import metadata

pytestmark = pytest.mark.real

UNCHECKED = KIT_COLUMNS | {("rule", "body"): "the words of a pack, from configuration; nothing of a record"}


async def test_no_column_takes_a_sentence_but_those_on_the_list(event: Any) -> None:
    async with event.engine.connect() as connection:
        assert len(await columns_for_words(connection)) > 30
        assert await columns_that_take_a_sentence(connection) == set(UNCHECKED)


async def test_migrations_make_the_tables_that_the_code_expects(event: Any) -> None:
    async with event.engine.connect() as connection:
        assert await schema_differences(connection, metadata) == []
