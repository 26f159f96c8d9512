"""Records, incidents, analyses, questions, tasks, conflicts, replays.

Revision ID: 0001
"""

from alembic import op

from aftercare.kit.store.migrations import create_kit_tables, drop_kit_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_STATEMENTS = (
    """create table raw (
        reference text not null,
        sealed bytea not null,
        received_at timestamptz not null,
        expires_at timestamptz not null,
        constraint raw_pkey primary key (reference)
    )""",
    "create index raw_by_expiry on raw (expires_at)",
    """create table record (
        reference text not null,
        number bigint generated always as identity,
        raw text,
        raw_index integer not null,
        source text not null,
        format text not null,
        outcome text not null,
        reason text not null,
        detail text not null,
        doubts jsonb not null,
        identity_key text not null,
        version_key text not null,
        body_hash text not null,
        effect text not null,
        incident text,
        rca text,
        received_at timestamptz not null,
        replayed_at timestamptz,
        constraint record_pkey primary key (reference)
    )""",
    "create index record_by_identity on record (source, identity_key)",
    "create index record_by_outcome on record (outcome, reason, source, number)",
    "create index record_by_effect on record (effect, number)",
    """create table incident (
        incident text not null,
        source text not null,
        source_key text not null,
        book jsonb not null,
        sealed_number bytea,
        constraint incident_pkey primary key (incident),
        constraint one_incident_per_record unique (source, source_key)
    )""",
    """create table incident_number (
        number_key text not null,
        incident text not null,
        constraint incident_number_pkey primary key (number_key, incident)
    )""",
    """create table rca (
        rca text not null,
        source text not null,
        source_key text not null,
        book jsonb not null,
        constraint rca_pkey primary key (rca),
        constraint one_rca_per_record unique (source, source_key)
    )""",
    """create table identifier_asked (
        person text not null,
        question text not null,
        asked_at timestamptz not null,
        constraint identifier_asked_pkey primary key (person)
    )""",
    """create table patient_link (
        incident text not null,
        patient text not null,
        subject text not null,
        constraint patient_link_pkey primary key (incident, patient)
    )""",
    """create table involvement_task (
        task text not null,
        incident text not null,
        state text not null,
        site text,
        unit text,
        coordinators_only boolean not null,
        opened_at timestamptz not null,
        closed_at timestamptz,
        constraint involvement_task_pkey primary key (task),
        constraint involvement_task_incident_key unique (incident)
    )""",
    "create index involvement_task_open on involvement_task (state, opened_at)",
    """create table conflict (
        conflict text not null,
        source text not null,
        record text not null,
        stands text not null,
        incident text,
        found_at timestamptz not null,
        constraint conflict_pkey primary key (conflict)
    )""",
    "create index conflict_by_time on conflict (found_at)",
    """create table replay (
        replay text not null,
        wanted jsonb not null,
        contact boolean not null,
        total integer not null,
        mapped integer not null,
        still_refused integer not null,
        asked_at timestamptz not null,
        finished_at timestamptz,
        constraint replay_pkey primary key (replay)
    )""",
    """create table idempotency (
        client text not null,
        key_hash text not null,
        body_hash text not null,
        answer jsonb not null,
        created_at timestamptz not null,
        constraint idempotency_pkey primary key (client, key_hash)
    )""",
    "create index idempotency_by_age on idempotency (created_at)",
)
_TABLES = (
    "idempotency",
    "replay",
    "conflict",
    "involvement_task",
    "patient_link",
    "identifier_asked",
    "rca",
    "incident_number",
    "incident",
    "record",
    "raw",
)


def upgrade() -> None:
    create_kit_tables()
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"drop table {table}")
    drop_kit_tables()
