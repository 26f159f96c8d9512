"""Who was named for which incident, as references, and which instants were published."""

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = (
    """create table compliance_named (
        named text not null,
        incident text not null,
        since timestamptz not null,
        primary key (named),
        constraint compliance_named_named_pattern check ("named" ~ '^nam_[0-9a-f]{32}$'),
        constraint compliance_named_incident_pattern check ("incident" ~ '^inc_[0-9a-f]{32}$')
    )""",
    "create index compliance_named_by_incident on compliance_named (incident)",
    "create table compliance_published (as_of timestamptz not null, primary key (as_of))",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("compliance_published", "compliance_named"):
        op.execute(f"drop table {table}")
