"""The keys database: one wrapped data key per person, and nothing else."""

from alembic import op

revision = "0001"
down_revision = None

_STATEMENTS = (
    """CREATE TABLE contact_key (
        person TEXT NOT NULL,
        wrapped BYTEA NOT NULL,
        master TEXT NOT NULL,
        made_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (person),
        CONSTRAINT contact_key_person_form CHECK (person ~ '^per_[0-9a-f]{32}$')
    )""",
    "CREATE INDEX contact_key_by_master ON contact_key (master)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table contact_key")
