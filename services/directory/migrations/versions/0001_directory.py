"""The directory's tables, and an audit log that can only grow."""

from alembic import op

from aftercare.kit.store.migrations import create_kit_tables, drop_kit_tables

revision = "0001"
down_revision = None

_STATEMENTS = (
    """CREATE TABLE audit_entry (
        lane SMALLINT NOT NULL,
        position BIGINT NOT NULL,
        entry TEXT NOT NULL,
        hash BYTEA NOT NULL,
        PRIMARY KEY (lane, position)
    )""",
    """CREATE TABLE audit_head (
        lane SMALLINT NOT NULL,
        position BIGINT NOT NULL,
        hash BYTEA NOT NULL,
        PRIMARY KEY (lane)
    )""",
    """CREATE TABLE blind_index (
        field TEXT NOT NULL,
        mac BYTEA NOT NULL,
        person TEXT NOT NULL,
        PRIMARY KEY (field, mac, person),
        CONSTRAINT blind_index_field CHECK (field in ('employee-number', 'email', 'family-name'))
    )""",
    "CREATE INDEX blind_index_by_person ON blind_index (person)",
    """CREATE TABLE claim (
        token TEXT NOT NULL,
        kind TEXT NOT NULL,
        person TEXT NOT NULL,
        listed_by TEXT NOT NULL,
        origin TEXT NOT NULL,
        PRIMARY KEY (token),
        CONSTRAINT claim_kind CHECK (kind in ('identifier', 'login')),
        CONSTRAINT claim_origin CHECK (origin in ('roster', 'coordinator'))
    )""",
    "CREATE INDEX claim_by_lister ON claim (listed_by)",
    "CREATE INDEX claim_by_person ON claim (person)",
    """CREATE TABLE identity_alias (
        token TEXT NOT NULL,
        task TEXT NOT NULL,
        asked BOOLEAN NOT NULL,
        PRIMARY KEY (token)
    )""",
    "CREATE INDEX identity_alias_by_task ON identity_alias (task)",
    """CREATE TABLE identity_task (
        reference TEXT NOT NULL,
        kind TEXT NOT NULL,
        source TEXT NOT NULL,
        incident TEXT,
        sealed TEXT,
        state TEXT NOT NULL,
        outcome TEXT,
        asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        claimed_by TEXT,
        claimed_until TIMESTAMP WITH TIME ZONE,
        answered_at TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (reference),
        CONSTRAINT identity_task_state CHECK (state in ('open', 'answered')),
        CONSTRAINT answered_tasks_forget_the_identifier CHECK (state = 'open' or sealed is null)
    )""",
    "CREATE INDEX identity_task_open ON identity_task (asked_at) WHERE state = 'open'",
    """CREATE TABLE merge (
        reference TEXT NOT NULL,
        survivor TEXT NOT NULL,
        loser TEXT NOT NULL,
        moved TEXT[] NOT NULL,
        merged_at TIMESTAMP WITH TIME ZONE NOT NULL,
        undone_at TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (reference)
    )""",
    """CREATE TABLE person (
        token TEXT NOT NULL,
        revision BIGINT NOT NULL,
        standing TEXT NOT NULL,
        origin TEXT NOT NULL,
        merged_into TEXT,
        employed BOOLEAN NOT NULL,
        valid_from DATE,
        valid_until DATE,
        role_group TEXT NOT NULL,
        site TEXT,
        unit TEXT,
        manager TEXT,
        zone TEXT,
        languages TEXT[] NOT NULL,
        channels TEXT[] NOT NULL,
        sealed_name BYTEA,
        sealed_reach BYTEA,
        sealed_work BYTEA,
        row_mac BYTEA,
        published BYTEA,
        left_at TIMESTAMP WITH TIME ZONE,
        changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (token),
        CONSTRAINT person_token_form CHECK (token ~ '^per_[0-9a-f]{32}$'),
        CONSTRAINT person_standing CHECK (standing in ('new', 'active', 'left', 'merged', 'erased')),
        CONSTRAINT person_origin CHECK (origin in ('roster', 'manual'))
    )""",
    "CREATE INDEX person_by_end ON person (valid_until)",
    "CREATE INDEX person_by_site ON person (site, token)",
    "CREATE INDEX person_by_survivor ON person (merged_into)",
    """CREATE TABLE roster_issue (
        job TEXT NOT NULL,
        number INTEGER NOT NULL,
        line INTEGER,
        column_name TEXT,
        code TEXT NOT NULL,
        severity TEXT NOT NULL,
        what TEXT NOT NULL,
        do_this TEXT NOT NULL,
        other_lines INTEGER[] NOT NULL,
        PRIMARY KEY (job, number)
    )""",
    """CREATE TABLE roster_job (
        reference TEXT NOT NULL,
        state TEXT NOT NULL,
        origin TEXT NOT NULL,
        full_file BOOLEAN NOT NULL,
        dry_run BOOLEAN NOT NULL,
        reason TEXT,
        lines INTEGER NOT NULL,
        lines_done INTEGER NOT NULL,
        added INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        unchanged INTEGER NOT NULL,
        left_count INTEGER NOT NULL,
        refused INTEGER NOT NULL,
        warnings INTEGER NOT NULL,
        started_at TIMESTAMP WITH TIME ZONE NOT NULL,
        heartbeat_at TIMESTAMP WITH TIME ZONE NOT NULL,
        finished_at TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (reference),
        CONSTRAINT roster_job_state
            CHECK (state in ('reading', 'importing', 'done', 'refused', 'failed', 'interrupted')),
        CONSTRAINT roster_job_origin CHECK (origin in ('upload', 'command', 'folder'))
    )""",
    # Eight chains, each beginning at the hash of the log's name.
    """insert into audit_head (lane, position, hash)
    select lane, 0, sha256('aftercare.directory.audit') from generate_series(0, 7) as g(lane)""",
    """create function refuse_change() returns trigger language plpgsql as $$
    begin
        raise exception 'the audit log can only grow';
    end $$""",
    """create trigger audit_entry_only_grows before update or delete or truncate on audit_entry
    for each statement execute function refuse_change()""",
    """create trigger audit_head_stays before delete or truncate on audit_head
    for each statement execute function refuse_change()""",
)
_TABLES = (
    "audit_head",
    "audit_entry",
    "identity_alias",
    "identity_task",
    "roster_issue",
    "roster_job",
    "merge",
    "blind_index",
    "claim",
    "person",
)


def upgrade() -> None:
    create_kit_tables()
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"drop table {table}")
    op.execute("drop function refuse_change()")
    drop_kit_tables()
