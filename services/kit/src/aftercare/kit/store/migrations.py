"""The kit's tables in a service's migrations, word for word what `tables.py` describes.

`create_kit_tables()` is called inside the service's first migration. What changes later comes as a function
of its own, so that a migration that has run never means something else.
"""

from alembic import op

_STATEMENTS = (
    """create table inbox (
        consumer text not null,
        source text not null,
        id text not null,
        received_at timestamptz not null,
        constraint inbox_pkey primary key (consumer, source, id)
    )""",
    "create index inbox_by_age on inbox (received_at)",
    """create table outbox (
        id bigint generated always as identity,
        shard smallint not null,
        topic text not null,
        key bytea,
        headers jsonb not null,
        value bytea,
        created_at timestamptz not null,
        constraint outbox_pkey primary key (id)
    )""",
    "create index outbox_by_shard on outbox (shard, id)",
    # a queue: rows live for milliseconds, so it must be vacuumed by their number, not by a share of a large table
    "alter table outbox set (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 2000)",
    """create table timer (
        id bigint generated always as identity,
        owner text not null,
        kind text not null,
        due_at timestamptz not null,
        payload jsonb not null,
        constraint timer_pkey primary key (id),
        constraint one_timer_per_owner_and_kind unique (owner, kind)
    )""",
    "create index timer_due on timer (due_at)",
    "alter table timer set (autovacuum_vacuum_scale_factor = 0.02)",
    """create table delivery_attempt (
        consumer text not null,
        topic text not null,
        partition integer not null,
        "offset" bigint not null,
        attempts smallint not null,
        constraint delivery_attempt_pkey primary key (consumer, topic, partition, "offset")
    )""",
)
_TABLES = ("delivery_attempt", "timer", "outbox", "inbox")


def create_kit_tables() -> None:
    """Create inbox, outbox, timers and delivery attempts. For `upgrade()` of a service's first migration."""
    for statement in _STATEMENTS:
        op.execute(statement)


def drop_kit_tables() -> None:
    """The way back."""
    for table in _TABLES:
        op.execute(f"drop table {table}")
