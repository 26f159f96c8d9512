"""Incidents of different sources that could be one: what is compared of each, and what humans decided.

Revision ID: 0005
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLUMNS = ("site", "occurred_from", "occurred_to", "signs")
_STATEMENTS = (
    "alter table incident add column site text constraint incident_site check (site ~ '^[a-z0-9][a-z0-9._-]{0,63}$')",
    "alter table incident add column occurred_from timestamptz",
    "alter table incident add column occurred_to timestamptz",
    "alter table incident add column signs text[]",
    "create index incident_by_place_and_time on incident (site, source, occurred_from) where site is not null",
    "create index incident_number_by_incident on incident_number (incident)",
    "create index record_by_incident on record (incident, number) where incident is not null",
    """create table suspicion (
        suspicion text not null constraint suspicion_reference check (suspicion ~ '^sus_[0-9a-f]{32}$'),
        first text not null constraint suspicion_first check (first ~ '^inc_[0-9a-f]{32}$'),
        second text not null constraint suspicion_second check (second ~ '^inc_[0-9a-f]{32}$'),
        site text not null constraint suspicion_site check (site ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        reason text not null
            constraint suspicion_reason check (reason in ('same-person', 'same-number', 'same-place-and-harm')),
        state text not null
            constraint suspicion_state check (state in ('open', 'same', 'different', 'no-longer')),
        found_at timestamptz not null,
        decided_at timestamptz,
        decided_by text constraint suspicion_decided_by check (decided_by ~ '^[A-Za-z0-9:._-]{1,80}$'),
        constraint suspicion_pkey primary key (suspicion),
        constraint one_suspicion_per_pair unique (first, second),
        constraint suspicion_pair_in_order check (first < second collate "C"),
        constraint suspicion_decided_by_somebody
            check ((state in ('same', 'different')) = (decided_at is not null and decided_by is not null))
    )""",
    "create index suspicion_by_second on suspicion (second)",
    "create index suspicion_by_state on suspicion (state, found_at)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table suspicion")
    op.execute("drop index record_by_incident")
    op.execute("drop index incident_number_by_incident")
    op.execute("drop index incident_by_place_and_time")
    for column in _COLUMNS:
        op.execute(f"alter table incident drop column {column}")
