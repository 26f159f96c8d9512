"""What a service's tests ask its database: is it the one that the code describes, and can it hold a sentence?"""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection

Column = tuple[str, str]
"""A table and one of its columns, by name."""

KIT_COLUMNS: dict[Column, str] = {
    ("inbox", "consumer"): "names of our consumers, from code",
    ("inbox", "source"): "the CloudEvents source of a message; all come from our own services",
    ("inbox", "id"): "the CloudEvents id of a message; ours are UUIDs",
    ("outbox", "topic"): "names of our topics, from code",
    ("outbox", "headers"): "CloudEvents attributes; a message model has no free text (schemas/tests)",
    ("timer", "owner"): "one of our references",
    ("timer", "kind"): "names of our timers, from code",
    ("timer", "payload"): "references and instants, written by code",
    ("delivery_attempt", "consumer"): "names of our consumers, from code",
    ("delivery_attempt", "topic"): "names of our topics, from code",
    ("alembic_version", "version_num"): "Alembic's own",
}
"""Columns of the kit that take any text, and why no person's words can get there."""

SENTENCE = "Ana was crying"
_WORDS = text("""
    select c.relname, a.attname, a.attndims > 0 as several, c.oid::regclass::text as relation,
      (select string_agg(pg_get_expr(k.conbin, k.conrelid), ') and (') from pg_constraint k
       where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum]) as rules
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
    where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
      and (coalesce(e.typcategory, t.typcategory) = 'S' or t.typname in ('json', 'jsonb', 'xml', 'hstore'))
      and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f'
                      and k.conkey = array[a.attnum])
""")
_CHECKS = text("""
    select conrelid::regclass::text, count(*) from pg_constraint where contype = 'c' and conrelid <> 0 group by 1
""")


async def columns_for_words(connection: AsyncConnection) -> set[Column]:
    """Every column of every table that holds text, one or several, or JSON; what points at another row holds none."""
    return {(row.relname, row.attname) for row in await connection.execute(_WORDS)}


async def columns_that_take_a_sentence(connection: AsyncConnection) -> set[Column]:
    """Those into which a sentence could be written: no check on the column alone refuses it."""
    found = (await connection.execute(_WORDS)).all()
    return {(row.relname, row.attname) for row in found if not await _refuses(connection, row)}


async def _refuses(connection: AsyncConnection, row: Any) -> bool:
    if row.rules is None:
        return False
    value = f"array['{SENTENCE}']" if row.several else f"'{SENTENCE}'"
    allowed = text(f'select bool_and(coalesce(({row.rules}), true)) from (select {value} as "{row.attname}") one')  # noqa: S608 - the database's own rules
    return await connection.scalar(allowed) is False


async def schema_differences(connection: AsyncConnection, metadata: MetaData) -> list[Any]:
    """What migrations made otherwise than the code describes: tables, columns, indexes; and tables that lack checks."""
    found: dict[str, int] = dict((await connection.execute(_CHECKS)).all())
    described = {table.fullname: len(_checks_of(table)) for table in metadata.sorted_tables}
    lacking = [(name, wanted) for name, wanted in described.items() if found.get(name, 0) < wanted]
    return [*await connection.run_sync(_differences, metadata), *lacking]


def _differences(connection: Connection, metadata: MetaData) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"include_schemas": True, "compare_type": True})
    return [one for one in compare_metadata(context, metadata) if "alembic_version" not in str(one)]


def _checks_of(table: Any) -> set[CheckConstraint]:
    own = [*table.constraints, *(one for column in table.columns for one in column.constraints)]
    return {one for one in own if isinstance(one, CheckConstraint)}
