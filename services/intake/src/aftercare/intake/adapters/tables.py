"""The tables of `intake`. What a source said in clear stands only in sealed columns (AES-256-GCM)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from aftercare.kit.store.tables import add_kit_tables

metadata = MetaData()
add_kit_tables(metadata)

raw = Table(
    "raw",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("raw_by_expiry", "expires_at"),
)

record = Table(
    "record",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("raw", Text, nullable=True),
    Column("raw_index", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("doubts", JSONB, nullable=False),
    Column("identity_key", Text, nullable=False),
    Column("version_key", Text, nullable=False),
    Column("body_hash", Text, nullable=False),
    Column("effect", Text, nullable=False),
    Column("incident", Text, nullable=True),
    Column("rca", Text, nullable=True),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("replayed_at", DateTime(timezone=True), nullable=True),
    Index("record_by_identity", "source", "identity_key"),
    Index("record_by_outcome", "outcome", "reason", "source", "number"),
    Index("record_by_effect", "effect", "number"),
    Index("record_by_incident", "incident", "number", postgresql_where=text("incident is not null")),
)

incident = Table(
    "incident",
    metadata,
    Column("incident", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("source_key", Text, nullable=False),
    Column("book", JSONB, nullable=False),
    Column("sealed_number", LargeBinary, nullable=True),
    Column("site", Text, nullable=True),
    Column("occurred_from", DateTime(timezone=True), nullable=True),
    Column("occurred_to", DateTime(timezone=True), nullable=True),
    Column("signs", ARRAY(Text), nullable=True),
    UniqueConstraint("source", "source_key", name="one_incident_per_record"),
    Index("incident_by_place_and_time", "site", "source", "occurred_from", postgresql_where=text("site is not null")),
)

incident_number = Table(
    "incident_number",
    metadata,
    Column("number_key", Text, primary_key=True),
    Column("incident", Text, primary_key=True),
    Index("incident_number_by_incident", "incident"),
)

rca = Table(
    "rca",
    metadata,
    Column("rca", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("source_key", Text, nullable=False),
    Column("book", JSONB, nullable=False),
    UniqueConstraint("source", "source_key", name="one_rca_per_record"),
)

identifier_asked = Table(
    "identifier_asked",
    metadata,
    Column("person", Text, primary_key=True),
    Column("question", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
)

patient_link = Table(
    "patient_link",
    metadata,
    Column("incident", Text, primary_key=True),
    Column("patient", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("relevant_person", Text, nullable=True),
)

involvement_task = Table(
    "involvement_task",
    metadata,
    Column("task", Text, primary_key=True),
    Column("incident", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("site", Text, nullable=True),
    Column("unit", Text, nullable=True),
    Column("coordinators_only", Boolean, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True), nullable=True),
    Index("involvement_task_open", "state", "opened_at"),
)

conflict = Table(
    "conflict",
    metadata,
    Column("conflict", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("stands", Text, nullable=False),
    Column("incident", Text, nullable=True),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Index("conflict_by_time", "found_at"),
)

suspicion = Table(
    "suspicion",
    metadata,
    Column("suspicion", Text, primary_key=True),
    Column("first", Text, nullable=False),
    Column("second", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=True),
    Column("decided_by", Text, nullable=True),
    UniqueConstraint("first", "second", name="one_suspicion_per_pair"),
    Index("suspicion_by_second", "second"),
    Index("suspicion_by_state", "state", "found_at"),
)

replay = Table(
    "replay",
    metadata,
    Column("replay", Text, primary_key=True),
    Column("wanted", JSONB, nullable=False),
    Column("contact", Boolean, nullable=False),
    Column("total", Integer, nullable=False),
    Column("mapped", Integer, nullable=False),
    Column("still_refused", Integer, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True), nullable=True),
    Column("up_to", BigInteger, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("rate", Double, nullable=False),
    Column("asked_by", Text, nullable=False),
)

fetching = Table(
    "fetching",
    metadata,
    Column("record", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("notified_at", DateTime(timezone=True), nullable=False),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("settled_at", DateTime(timezone=True), nullable=True),
    Column("last_answer", Text, nullable=True),
    Index("fetching_due", "next_at", postgresql_where=text("state = 'due'")),
)

subscription = Table(
    "subscription",
    metadata,
    Column("source", Text, primary_key=True),
    Column("subscription_key", Text, primary_key=True),
    Column("last_event", BigInteger, nullable=False),
    Column("heard_at", DateTime(timezone=True), nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("client", Text, primary_key=True),
    Column("key_hash", Text, primary_key=True),
    Column("body_hash", Text, nullable=False),
    Column("answer", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("idempotency_by_age", "created_at"),
)
