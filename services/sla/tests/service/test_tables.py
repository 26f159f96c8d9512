"""What the database can hold: references, words of ours, instants, numbers; never a sentence."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from aftercare.sla.adapters.tables import metadata

pytestmark = pytest.mark.real

UNCHECKED = {
    ("inbox", "consumer"): "names of our consumers, from code",
    ("inbox", "source"): "the CloudEvents source of a message; all come from our own services",
    ("inbox", "id"): "the CloudEvents id of a message; ours are UUIDs",
    ("outbox", "topic"): "names of our topics, from code",
    ("outbox", "headers"): "CloudEvents attributes; a message model has no free text (schemas/tests)",
    ("timer", "owner"): "the clocks set no timers",
    ("timer", "kind"): "the clocks set no timers",
    ("timer", "payload"): "the clocks set no timers",
    ("delivery_attempt", "consumer"): "names of our consumers, from code",
    ("delivery_attempt", "topic"): "names of our topics, from code",
    ("alembic_version", "version_num"): "Alembic's own",
    ("rule", "body"): "the words of a pack, from configuration; nothing of a record",
}

_TEXTS = """
    select c.relname as table, a.attname as column,
      exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'c'
              and a.attnum = any(k.conkey)) as checked
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
    where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
      and (coalesce(e.typcategory, t.typcategory) = 'S' or t.typname in ('json', 'jsonb', 'xml', 'hstore'))
"""


async def test_every_column_that_could_hold_words_is_checked_or_on_the_list(event: Any) -> None:
    rows = await event.rows(_TEXTS)
    assert len(rows) > 30
    assert {(row.table, row.column) for row in rows if not row.checked} == set(UNCHECKED)


async def test_a_sentence_is_refused_everywhere(event: Any) -> None:
    for table in metadata.sorted_tables:
        for column in table.columns:
            if str(column.type) not in ("TEXT", "TEXT[]", "ARRAY") or (table.name, column.name) in UNCHECKED:
                continue
            if str(getattr(column.type, "item_type", "TEXT")) != "TEXT":
                continue
            value = "array['Ana was crying']" if column.name == "flags" else "'Ana was crying'"
            async with event.engine.connect() as connection:
                rules = await connection.scalars(
                    text(
                        "select pg_get_expr(conbin, conrelid) from pg_constraint k join pg_attribute a"
                        " on a.attrelid = k.conrelid and a.attnum = any(k.conkey) where contype = 'c'"
                        " and conrelid = cast(:table as regclass) and a.attname = :column"
                    ),
                    {"table": table.name, "column": column.name},
                )
                rule = ") and (".join(rules)
                query = f'select bool_and(coalesce(({rule}), true)) from (select {value} as "{column.name}") t'
                assert await connection.scalar(text(query)) is False, (table.name, column.name)


async def test_migrations_make_the_tables_that_the_code_expects(event: Any) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [one for one in compare_metadata(context, metadata) if "alembic_version" not in str(one)]

    async with event.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    checks = {
        f"{table.name}_{constraint.name}" if not str(constraint.name).startswith(f"{table.name}_") else constraint.name
        for table in metadata.sorted_tables
        for constraint in table.constraints
        if type(constraint).__name__ == "CheckConstraint"
    }
    found = await event.rows("select conname from pg_constraint where contype = 'c'")
    assert checks <= {row.conname for row in found}
