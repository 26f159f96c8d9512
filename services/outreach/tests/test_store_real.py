"""The tables: as described, without free text, and without anything that names a person."""

import base64
import io
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from outreach_world import RECEIPT_TOKEN, World, choose_and_confirm, link_in
from sqlalchemy import ARRAY, CheckConstraint, Table, Text
from sqlalchemy.ext.asyncio import create_async_engine

from aftercare.kit.store.engine import driver_url
from aftercare.outreach.adapters.tables import metadata

KIT_TABLES = {"inbox", "outbox", "timer", "delivery_attempt"}
MIGRATIONS = Path(__file__).parents[1] / "migrations"


def test_every_text_column_is_an_enum_or_a_pattern() -> None:
    for table in metadata.sorted_tables:
        if table.name in KIT_TABLES:
            continue
        checks = " ".join(str(check.sqltext) for check in checks_of(table))
        for column in table.columns:
            if isinstance(column.type, Text | ARRAY) and not column.foreign_keys:
                assert re.search(rf"\b{column.name} (~|in|<@) ", checks), f"{table.name}.{column.name}"


@pytest.mark.real
async def test_the_migrated_database_is_what_the_tables_say(database: Any) -> None:
    engine = create_async_engine(driver_url(database(migrations=MIGRATIONS)))
    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    await engine.dispose()
    assert [one for one in differences if "alembic_version" not in repr(one)] == []


@pytest.mark.real
async def test_every_check_of_the_tables_stands_in_the_database(database: Any) -> None:
    engine = create_async_engine(driver_url(database(migrations=MIGRATIONS)))
    async with engine.connect() as connection:
        found = (
            await connection.exec_driver_sql(
                "select conrelid::regclass::text as name, count(*) from pg_constraint where contype = 'c' group by 1"
            )
        ).all()
    await engine.dispose()
    in_database = dict(found)
    for table in metadata.sorted_tables:
        if table.name not in KIT_TABLES:
            assert in_database.get(table.name, 0) == len(checks_of(table)), table.name


def checks_of(table: Table) -> list[CheckConstraint]:
    constraints = [*table.constraints, *(one for column in table.columns for one in column.constraints)]
    return [one for one in constraints if isinstance(one, CheckConstraint)]


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
