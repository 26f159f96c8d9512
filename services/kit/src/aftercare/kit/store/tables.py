"""The kit's own tables. Every service's database has them; its migrations create them by `create_kit_tables`."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

OUTBOX_SHARDS = 8
"""Fixed for ever: rows carry their shard, and one key must always have the same."""


def add_kit_tables(metadata: MetaData) -> None:
    """Add inbox, outbox, timers and delivery attempts to a service's metadata."""
    Table(
        "inbox",
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("source", Text, primary_key=True),
        Column("id", Text, primary_key=True),
        Column("received_at", DateTime(timezone=True), nullable=False),
        Index("inbox_by_age", "received_at"),
    )
    Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("shard", SmallInteger, nullable=False),
        Column("topic", Text, nullable=False),
        Column("key", LargeBinary, nullable=True),
        Column("headers", JSONB, nullable=False),
        Column("value", LargeBinary, nullable=True),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Index("outbox_by_shard", "shard", "id"),
    )
    Table(
        "timer",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("owner", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("due_at", DateTime(timezone=True), nullable=False),
        Column("payload", JSONB, nullable=False),
        UniqueConstraint("owner", "kind", name="one_timer_per_owner_and_kind"),
        Index("timer_due", "due_at"),
    )
    Table(
        "delivery_attempt",
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("topic", Text, primary_key=True),
        Column("partition", Integer, primary_key=True),
        Column("offset", BigInteger, primary_key=True),
        Column("attempts", SmallInteger, nullable=False),
    )
