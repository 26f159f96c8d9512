"""What a service's tests ask its database: is it the one that the code describes, and can it hold a sentence?"""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text
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
    select n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid)
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where k.contype = 'c'
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


async def schema_differences(connection: AsyncConnection, metadata: MetaData, *, checks: bool = True) -> list[Any]:
    """What migrations made otherwise than the code describes: tables, columns, indexes.

    And `checks`, by name and to the letter, where the code describes them too.
    """
    found = await connection.run_sync(_differences, metadata)
    return found + await connection.run_sync(_other_checks, metadata) if checks else found


def _differences(connection: Connection, metadata: MetaData) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"include_schemas": True, "compare_type": True})
    return [one for one in compare_metadata(context, metadata) if "alembic_version" not in str(one)]


def _other_checks(connection: Connection, metadata: MetaData) -> list[Any]:
    """Checks of the database that are not the code's, and the code's that the database lacks."""
    with connection.begin_nested() as aside:
        folders = _build_aside(connection, metadata)
        found = {tuple(row) for row in connection.execute(_CHECKS)}
        aside.rollback()
    tables = {(table.schema or "public", table.name) for table in metadata.sorted_tables}
    made = {one for one in found if one[:2] in tables}
    described = {(folders[one[0]], *one[1:]) for one in found if one[0] in folders}
    return sorted(made ^ described)


def _build_aside(connection: Connection, metadata: MetaData) -> dict[str, str]:
    """The tables as the code describes them, in schemas of their own; by those, the schemas that they stand for."""
    meant = {f"described_{name}": name for name in {table.schema or "public" for table in metadata.sorted_tables}}
    described = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        table.to_metadata(
            described,
            schema=f"described_{table.schema or 'public'}",
            referred_schema_fn=lambda _table, _to, _constraint, referred: f"described_{referred or 'public'}",
        )
    for name in meant:
        connection.execute(text(f"create schema {name}"))
    described.create_all(connection)
    return meant
