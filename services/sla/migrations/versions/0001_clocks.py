"""The tables of the clocks, and the kit's."""

from alembic import op

from aftercare.kit.store.migrations import create_kit_tables, drop_kit_tables

revision = "0001"
down_revision = None

_STATEMENTS = (
    """create table clock (
        clock text not null,
        subject text not null,
        rule text not null,
        edition text not null,
        revision integer not null,
        state text not null,
        verdict text not null,
        incident text,
        site text,
        start timestamptz not null,
        start_from text not null,
        opens timestamptz,
        due timestamptz,
        born timestamptz not null,
        attempted timestamptz,
        stopped timestamptz,
        stopped_by text,
        broken timestamptz,
        cancelled timestamptz,
        cancel_reason text,
        warned smallint[] not null,
        mark_percents smallint[] not null,
        mark_instants timestamptz[] not null,
        next_at timestamptz,
        open boolean not null,
        changed timestamptz not null,
        primary key (clock),
        constraint clock_clock_pattern check ("clock" ~ '^clk_[0-9a-f]{32}$'),
        constraint clock_subject_pattern check ("subject" ~ '^(inc|pat|rca|obl|cas|asg|sup)_[0-9a-f]{32}$'),
        constraint clock_rule_pattern check ("rule" ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        constraint clock_edition_pattern check ("edition" ~ '^rul_[0-9a-f]{32}$'),
        constraint clock_state_words check ("state" in ('running', 'met', 'missed', 'unmeetable', 'cancelled')),
        constraint clock_verdict_words check ("verdict" in ('running', 'met', 'missed', 'unmeetable', 'cancelled')),
        constraint clock_incident_pattern check ("incident" ~ '^inc_[0-9a-f]{32}$'),
        constraint clock_site_pattern check ("site" ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        constraint clock_start_from_words check
            ("start_from" in ('occurred', 'discovered', 'reported', 'received', 'at')),
        constraint clock_stopped_by_pattern check ("stopped_by" ~ '^[a-z]{2,20}(-[a-z]{2,20}){1,3}$'),
        constraint clock_cancel_reason_words check ("cancel_reason" in ('withdrawn', 'merged', 'not-applicable'))
    ) with (fillfactor = 80)""",
    "create index clock_closed on clock (state, coalesce(due, 'infinity'), clock) where not open",
    "create index clock_by_subject on clock (subject)",
    "create index clock_due on clock (next_at) where next_at is not null",
    "create index clock_open_by_rule on clock (rule) INCLUDE (state, start, due) where open",
    "create index clock_work_list on clock (coalesce(due, 'infinity'), clock) where open",
    """create table happening (
        happening text not null,
        subject text not null,
        kind text not null,
        at timestamptz not null,
        earliest timestamptz,
        received timestamptz not null,
        occurred timestamptz,
        discovered timestamptz,
        reported timestamptz,
        revision integer,
        harm text,
        event_kind text,
        flags text[] not null,
        site text,
        route text,
        mute boolean default false not null,
        primary key (happening),
        constraint happening_happening_pattern check ("happening" ~ '^hap_[0-9a-f]{32}$'),
        constraint happening_subject_pattern check ("subject" ~ '^(inc|pat|rca|obl|cas|asg|sup)_[0-9a-f]{32}$'),
        constraint happening_kind_pattern check ("kind" ~ '^[a-z]{2,20}(-[a-z]{2,20}){1,3}$'),
        constraint happening_harm_words check
            ("harm" in ('unknown', 'unsafe-condition', 'near-miss', 'no-harm', 'low', 'moderate', 'severe',
            'death')),
        constraint happening_event_kind_words check ("event_kind" in ('adverse-event', 'stressful-event')),
        constraint happening_flags_words check
            ("flags" <@ array['never-event', 'sentinel', 'serious-incident', 'duty-of-candour']::text[]),
        constraint happening_site_pattern check ("site" ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        constraint happening_route_words check
            ("route" in ('incident', 'colleague', 'manager', 'management', 'self', 'rca-interview',
            'disclosure', 'claim'))
    )""",
    "create index happening_by_age on happening (received, happening)",
    "create index happening_by_subject on happening (subject)",
    """create table link (
        source text not null,
        target text not null,
        crosses boolean not null,
        primary key (source, target),
        constraint link_source_pattern check ("source" ~ '^(inc|pat|rca|obl|cas|asg|sup)_[0-9a-f]{32}$'),
        constraint link_target_pattern check ("target" ~ '^(inc|pat|rca|obl|cas|asg|sup)_[0-9a-f]{32}$')
    )""",
    "create index link_by_target on link (target)",
    """create table rule (
        edition text not null,
        rule text not null,
        body jsonb not null,
        primary key (edition),
        constraint rule_edition_pattern check ("edition" ~ '^rul_[0-9a-f]{32}$'),
        constraint rule_rule_pattern check ("rule" ~ '^[a-z0-9][a-z0-9._-]{0,63}$')
    )""",
    # rows of running clocks change often; a share of a large table would come too late
    "alter table clock set (autovacuum_vacuum_scale_factor = 0.02)",
)
_TABLES = ("clock", "rule", "link", "happening")


def upgrade() -> None:
    create_kit_tables()
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"drop table {table}")
    drop_kit_tables()
