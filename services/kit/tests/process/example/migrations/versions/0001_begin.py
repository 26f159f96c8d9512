"""The kit's tables and one for pings."""

from alembic import op

from aftercare.kit.store.migrations import create_kit_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_kit_tables()
    op.execute(
        "create table ping (reference text, counted_at timestamptz not null, seen boolean not null default false)"
    )
