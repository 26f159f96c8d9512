"""What the database can hold: enums and references, never a sentence."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from aftercare.support.adapters.tables import metadata

pytestmark = pytest.mark.real

KIT = {
    ("inbox", "consumer"): "names of our consumers, from code",
    ("inbox", "source"): "the CloudEvents source of a message; all that support reads come from our own services",
    ("inbox", "id"): "the CloudEvents id of a message; ours are UUIDs",
    ("outbox", "topic"): "names of our topics, from code",
    ("outbox", "headers"): "CloudEvents attributes; a message model has no free text (schemas/tests)",
    ("timer", "owner"): "one of our references",
    ("timer", "kind"): "names of our timers, from code",
    ("timer", "payload"): "support sets timers without a payload; the owner's reference says it all",
    ("delivery_attempt", "consumer"): "names of our consumers, from code",
    ("delivery_attempt", "topic"): "names of our topics, from code",
    ("alembic_version", "version_num"): "Alembic's own",
}
"""Columns of the kit that have no check, and why no person's words can get there."""

_TEXTS = """
    select n.nspname as schema, c.relname as table, a.attname as column,
      exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'c'
              and a.attnum = any(k.conkey)) as checked
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
    where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
      and (coalesce(e.typcategory, t.typcategory) = 'S' or t.typname in ('json', 'jsonb', 'xml', 'hstore'))
"""


async def test_every_column_that_could_hold_words_is_checked_or_on_the_list(world: Any) -> None:
    rows = await world.rows(_TEXTS)
    assert len(rows) > 60
    unchecked = {(row.table, row.column) for row in rows if not row.checked}
    assert unchecked == set(KIT)


async def test_the_walk_finds_a_column_that_could_hold_words(world: Any) -> None:
    async with world.unit_of_work() as tx:
        await tx.connection.execute(text("create table note (words text, more text[], rest jsonb, at timestamptz)"))
    found = {row.column for row in await world.rows(_TEXTS) if row.table == "note" and not row.checked}
    assert found == {"words", "more", "rest"}


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (table.fullname, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if table.name not in {name for name, _ in KIT} and str(column.type) in ("TEXT", "ARRAY")
    ],
)
async def test_a_sentence_is_refused_everywhere(shared_world: Any, table: str, column: str) -> None:
    value = "array['Ana was crying']" if column in ("languages", "channels", "wishes", "modes") else "'Ana was crying'"
    async with shared_world.engine.connect() as connection:
        checks = await connection.execute(
            text(
                "select pg_get_expr(conbin, conrelid) as rule from pg_constraint k"
                " join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)"
                " where contype = 'c' and conrelid = cast(:table as regclass) and a.attname = :column"
            ),
            {"table": table, "column": column},
        )
        rules = [row.rule for row in checks]
        assert rules, f"{table}.{column} has no check"
        allowed = await connection.scalar(
            text(f'select bool_and(coalesce(({") and (".join(rules)}), true)) from (select {value} as "{column}") t')
        )
    assert allowed is False


async def test_migrations_make_the_tables_that_the_code_expects(world: Any) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"include_schemas": True, "compare_type": True})
        return [one for one in compare_metadata(context, metadata) if "alembic_version" not in str(one)]

    async with world.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    checks = {
        f"{table.name}_{constraint.name}" if not str(constraint.name).startswith(table.name) else str(constraint.name)
        for table in metadata.sorted_tables
        for constraint in table.constraints
        if type(constraint).__name__ == "CheckConstraint"
    }
    found = await world.rows(
        "select conname from pg_constraint where contype = 'c'"
        " and connamespace::regnamespace::text in ('public', 'identity')"
    )
    assert {row.conname for row in found} == checks


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
