"""Of a synthetic incident nobody is asked who was involved: the questions that stand open about them are closed.

Revision ID: 0007
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "update involvement_task t set state = 'closed', closed_at = now() from incident i"
        " where t.state = 'open' and i.incident = t.incident and (i.book -> 'details' -> 'synthetic') = 'true'"
    )


def downgrade() -> None:
    """A question that nobody needs answered is not opened again."""
