"""How far the numbers of each subscription have come.

Revision ID: 0004
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """create table subscription (
        source text not null,
        subscription_key text not null,
        last_event bigint not null,
        heard_at timestamptz not null,
        constraint subscription_pkey primary key (source, subscription_key)
    )"""
    )


def downgrade() -> None:
    op.execute("drop table subscription")
