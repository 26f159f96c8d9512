"""The tables: as described, without free text, and without anything that names a person."""

import base64
import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from outreach_world import RECEIPT_TOKEN, World, choose_and_confirm, link_in

from aftercare.kit.store.engine import create_engine
from aftercare.kit.testing.schema import KIT_COLUMNS, columns_that_take_a_sentence, schema_differences
from aftercare.outreach.adapters.tables import metadata

MIGRATIONS = Path(__file__).parents[1] / "migrations"


@pytest.mark.real
async def test_migrations_make_what_the_tables_say_and_no_column_takes_a_sentence(database: Any) -> None:
    engine = create_engine(database(migrations=MIGRATIONS))
    async with engine.connect() as connection:
        assert await schema_differences(connection, metadata) == []
        assert await columns_that_take_a_sentence(connection) == set(KIT_COLUMNS)
    await engine.dispose()


@pytest.mark.real
async def test_no_name_address_or_token_is_found_anywhere(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A whole story, then a search through every table (JSON, bytes and base64 too) and every log line."""
    caplog.set_level(logging.DEBUG)
    person, _ = await world.offer()
    link = link_in(world.mail.sent[0])
    await choose_and_confirm(world.web, link, "no")
    await world.settle()
    world.mail.fail_with = [RuntimeError("robin@staff.example")]
    await world.request(world.person(), urgent=True)
    with pytest.raises(RuntimeError):
        await world.app.sender.drain()
    token = link.split("/")[2].partition("?")[0]
    secrets = [b"Robin", b"Example", b"staff.example", b"1632960111", token.encode(), RECEIPT_TOKEN.encode()]
    secrets += [base64.b64encode(secret).rstrip(b"=")[:-2] for secret in secrets[:2]]
    haystack = io.BytesIO()
    for table in metadata.sorted_tables:
        for row in await world.rows(f"select * from {table.name}"):
            for value in row:
                raw = bytes(value) if isinstance(value, bytes | memoryview) else json.dumps(value, default=str).encode()
                haystack.write(raw + b"\n")
    ours = [record for record in caplog.records if not record.name.startswith("httpx")]  # the test's own browser
    haystack.write("\n".join(f"{record.getMessage()} {record.exc_info}" for record in ours).encode())
    found = [secret for secret in secrets if secret in haystack.getvalue()]
    assert found == []
    assert person.encode() in haystack.getvalue(), "the search can find something"
