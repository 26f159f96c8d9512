"""How far a release of parked records has come, and who asked for it.

Revision ID: 0003
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COLUMNS = ("up_to", "done", "rate", "asked_by")
_STATEMENTS = (
    "alter table replay add column up_to bigint not null default 0",
    "alter table replay add column done bigint not null default 0",
    "alter table replay add column rate double precision not null default 1",
    """alter table replay add column asked_by text not null default 'command-line'
        constraint replay_asked_by check (asked_by ~ '^[A-Za-z0-9:._-]{1,80}$')""",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for column in _COLUMNS:
        op.execute(f"alter table replay drop column {column}")
