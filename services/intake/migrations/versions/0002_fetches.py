"""What is to be fetched from a source's own server.

Revision ID: 0002
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """create table fetching (
        record text not null,
        source text not null,
        sealed bytea not null,
        state text not null,
        attempts integer not null,
        notified_at timestamptz not null,
        next_at timestamptz not null,
        settled_at timestamptz,
        last_answer text,
        constraint fetching_pkey primary key (record),
        constraint fetching_state check (state in ('due', 'fetched', 'given-up')),
        constraint fetching_answer check (last_answer ~ '^[a-z-]{1,32}$')
    )""",
    "create index fetching_due on fetching (next_at) where state = 'due'",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table fetching")
