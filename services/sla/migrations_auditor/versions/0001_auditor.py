"""The auditor's own store, and the kit's tables."""

from alembic import op

from aftercare.kit.store.migrations import create_kit_tables, drop_kit_tables

revision = "0001"
down_revision = None

_STATEMENTS = (
    """create table fact (
        id text not null,
        happening text not null,
        subject text not null,
        time timestamptz not null,
        received timestamptz not null,
        earliest timestamptz,
        latest timestamptz,
        about text[] not null,
        revision integer not null,
        occurred timestamptz,
        discovered timestamptz,
        reported timestamptz,
        harm text,
        flags text[] not null,
        kind text,
        site text,
        route text,
        is_silent boolean not null,
        heard timestamptz not null,
        primary key (id),
        constraint fact_id_pattern check ("id" ~ '^evt_[0-9a-f]{32}(#[0-9]{1,4})?$'),
        constraint fact_happening_pattern check ("happening" ~ '^[a-z]{2,20}(-[a-z]{2,20}){1,3}$'),
        constraint fact_subject_pattern check ("subject" ~ '^(inc|pat|rca|obl|cas|asg|sup)_[0-9a-f]{32}$'),
        constraint fact_about_pattern check
            (array_to_string(about, ',') ~ '^((inc|rca|obl|cas|asg)_[0-9a-f]{32}(,|$))*$'),
        constraint fact_harm_words check
            ("harm" in ('unknown', 'unsafe-condition', 'near-miss', 'no-harm', 'low', 'moderate',
            'severe', 'death')),
        constraint fact_flags_words check
            ("flags" <@ array['never-event', 'sentinel', 'serious-incident',
            'duty-of-candour']::text[]),
        constraint fact_kind_words check ("kind" in ('adverse-event', 'stressful-event')),
        constraint fact_site_pattern check ("site" ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        constraint fact_route_words check
            ("route" in ('incident', 'colleague', 'manager', 'management', 'self', 'rca-interview',
            'disclosure', 'claim'))
    )""",
    "create index fact_by_about on fact using gin (about)",
    "create index fact_by_subject on fact (subject)",
    """create table said (
        id text not null,
        change text not null,
        time timestamptz not null,
        rule text not null,
        subject text not null,
        revision integer not null,
        pack text not null,
        pack_version integer not null,
        rule_version integer not null,
        start timestamptz not null,
        start_from text not null,
        born timestamptz not null,
        clock text not null,
        opens timestamptz,
        due timestamptz,
        is_unmeetable boolean not null,
        attempted timestamptz,
        percent integer,
        at timestamptz,
        reason text,
        heard timestamptz not null,
        primary key (id),
        constraint said_id_pattern check ("id" ~ '^evt_[0-9a-f]{32}(#[0-9]{1,4})?$'),
        constraint said_change_words check
            ("change" in ('started', 'moved', 'warned', 'met', 'missed', 'stopped', 'cancelled')),
        constraint said_rule_pattern check ("rule" ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        constraint said_subject_pattern check ("subject" ~ '^(inc|pat|rca|obl|cas|asg|sup)_[0-9a-f]{32}$'),
        constraint said_pack_pattern check ("pack" ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        constraint said_start_from_words check
            ("start_from" in ('occurred', 'discovered', 'reported', 'received', 'at')),
        constraint said_clock_pattern check ("clock" ~ '^clk_[0-9a-f]{32}$'),
        constraint said_reason_words check ("reason" in ('withdrawn', 'merged', 'not-applicable'))
    )""",
    "create index said_by_subject on said (subject)",
    """create table look (
        subject text not null,
        at timestamptz not null,
        primary key (subject),
        constraint look_subject_pattern check ("subject" ~ '^(inc|pat|rca|obl|cas|asg|sup)_[0-9a-f]{32}$')
    )""",
    "create index look_at on look (at)",
    """create table standing_difference (
        rule text not null,
        subject text not null,
        kind text not null,
        found timestamptz not null,
        is_sure boolean not null,
        primary key (rule, subject, kind),
        constraint standing_difference_rule_pattern check ("rule" ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        constraint standing_difference_subject_pattern check
            ("subject" ~ '^(inc|pat|rca|obl|cas|asg|sup)_[0-9a-f]{32}$'),
        constraint standing_difference_kind_words check
            ("kind" in ('missing-clock', 'unknown-clock', 'wrong-version', 'wrong-start',
            'wrong-start-from', 'wrong-opens', 'wrong-due', 'wrong-born', 'wrong-unmeetable',
            'wrong-attempted', 'wrong-end', 'wrong-end-time', 'end-early', 'end-late',
            'warning-missing', 'warning-early', 'warning-late', 'warning-double'))
    )""",
    "create index standing_by_subject on standing_difference (subject)",
    """create table read_position (
        topic text not null,
        partition integer not null,
        next_offset bigint not null,
        known_since timestamptz,
        primary key (topic, partition),
        constraint read_position_topic_pattern check ("topic" ~ '^aftercare[.][a-z-]{1,40}$')
    )""",
)


def upgrade() -> None:
    create_kit_tables()
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("read_position", "standing_difference", "look", "said", "fact"):
        op.execute(f"drop table {table}")
    drop_kit_tables()
