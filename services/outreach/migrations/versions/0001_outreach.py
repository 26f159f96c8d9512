"""All tables of outreach, and the kit's own."""

from alembic import op

from aftercare.kit.store.migrations import create_kit_tables, drop_kit_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_STATEMENTS = (
    r"""CREATE TABLE approach (
        ref TEXT NOT NULL CHECK (ref ~ '^apr_[0-9a-f]{32}$'),
        person TEXT CHECK (person ~ '^per_[0-9a-f]{32}$'),
        duty TEXT CHECK (duty ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        purpose TEXT NOT NULL CHECK (purpose in ('offer', 'offer-before-interview',
            'offer-after-interview', 'reminder', 'supporter-found', 'coordinator-will-call',
            'supporter-ask', 'supporter-card', 'coordinator-task')),
        urgent BOOLEAN NOT NULL,
        zone TEXT CHECK (zone ~ '^[A-Za-z0-9_+/-]{1,64}$'),
        language TEXT CHECK (language ~ '^[a-z]{2,3}(-[A-Z]{2})?$'),
        channels TEXT[] NOT NULL CHECK (channels <@ array['email', 'sms', 'push', 'call']),
        began TIMESTAMP WITH TIME ZONE NOT NULL,
        expires TIMESTAMP WITH TIME ZONE,
        ended TEXT CHECK (ended in ('answered', 'cancelled', 'expired', 'human', 'complete')),
        PRIMARY KEY (ref)
    )""",
    "CREATE INDEX approach_climbing ON approach (person) WHERE ended is null",
    r"""CREATE TABLE card (
        ref TEXT NOT NULL CHECK (ref ~ '^crd_[0-9a-f]{32}$'),
        request TEXT CHECK (request ~ '^req_[0-9a-f]{32}$'),
        regarding TEXT NOT NULL CHECK (regarding ~ '^(cas|asg|tsk)_[0-9a-f]{32}$'),
        person TEXT NOT NULL CHECK (person ~ '^per_[0-9a-f]{32}$'),
        holder TEXT CHECK (holder ~ '^per_[0-9a-f]{32}$'),
        duty TEXT CHECK (duty ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        wishes TEXT[] NOT NULL CHECK (wishes <@ array['by-phone', 'by-email', 'in-person', 'by-video',
            'other-unit', 'other-site', 'own-unit']),
        urgent BOOLEAN NOT NULL,
        granted TIMESTAMP WITH TIME ZONE NOT NULL,
        expires TIMESTAMP WITH TIME ZONE NOT NULL,
        revoked TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (ref)
    )""",
    "CREATE INDEX card_by_request ON card (request)",
    r"""CREATE TABLE confirmation (
        mark BYTEA NOT NULL,
        used TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (mark)
    )""",
    "CREATE INDEX confirmation_by_age ON confirmation (used)",
    r"""CREATE TABLE withdrawn (
        ref TEXT NOT NULL CHECK (ref ~ '^(req|crd)_[0-9a-f]{32}$'),
        at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (ref)
    )""",
    r"""CREATE TABLE answer (
        ref TEXT NOT NULL CHECK (ref ~ '^ans_[0-9a-f]{32}$'),
        approach TEXT,
        card TEXT CHECK (card ~ '^crd_[0-9a-f]{32}$'),
        request TEXT CHECK (request ~ '^req_[0-9a-f]{32}$'),
        regarding TEXT NOT NULL CHECK (regarding ~ '^(cas|asg|tsk)_[0-9a-f]{32}$'),
        person TEXT NOT NULL CHECK (person ~ '^per_[0-9a-f]{32}$'),
        choice TEXT NOT NULL CHECK (choice in ('talk', 'later', 'no', 'urgent', 'accept', 'refuse',
            'contacted', 'not-reached', 'undo', 'open')),
        by_human BOOLEAN NOT NULL,
        given TIMESTAMP WITH TIME ZONE NOT NULL,
        replaced TIMESTAMP WITH TIME ZONE,
        undone TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (ref),
        FOREIGN KEY(approach) REFERENCES approach (ref)
    )""",
    "CREATE INDEX answer_by_approach ON answer (approach)",
    r"""CREATE TABLE card_look (
        id BIGINT GENERATED ALWAYS AS IDENTITY,
        card TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome in ('shown', 'no-contact', 'unavailable')),
        looked TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(card) REFERENCES card (ref)
    )""",
    "CREATE INDEX card_look_by_card ON card_look (card)",
    r"""CREATE TABLE link (
        hash BYTEA NOT NULL,
        approach TEXT NOT NULL,
        message TEXT NOT NULL CHECK (message ~ '^msg_[0-9a-f]{32}$'),
        kind TEXT NOT NULL CHECK (kind in ('contact', 'receipt')),
        valid_until TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (hash),
        FOREIGN KEY(approach) REFERENCES approach (ref)
    )""",
    "CREATE INDEX link_by_approach ON link (approach)",
    r"""CREATE TABLE message (
        ref TEXT NOT NULL CHECK (ref ~ '^msg_[0-9a-f]{32}$'),
        approach TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind in ('contact', 'receipt')),
        rung SMALLINT NOT NULL,
        channel TEXT CHECK (channel in ('email', 'sms', 'push', 'call')),
        avoid TEXT CHECK (avoid in ('email', 'sms', 'push', 'call')),
        status TEXT NOT NULL CHECK (status in ('queued', 'sent', 'delivered', 'failed', 'cancelled')),
        failure TEXT CHECK (failure in ('refused', 'reported', 'no-channel', 'no-contact', 'not-set-up')),
        message_id TEXT NOT NULL CHECK (message_id ~ '^<msg_[0-9a-f]{32}@[a-z0-9.-]{1,253}>$'),
        return_token TEXT NOT NULL CHECK (return_token ~ '^[0-9a-f]{32}$'),
        due TIMESTAMP WITH TIME ZONE NOT NULL,
        attempts SMALLINT DEFAULT '0' NOT NULL,
        queued TIMESTAMP WITH TIME ZONE NOT NULL,
        sent TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (ref),
        FOREIGN KEY(approach) REFERENCES approach (ref)
    )""",
    "CREATE INDEX message_by_approach ON message (approach)",
    "CREATE UNIQUE INDEX message_by_return_token ON message (return_token)",
    "CREATE INDEX message_due ON message (due) WHERE status = 'queued'",
    r"""CREATE TABLE request (
        ref TEXT NOT NULL CHECK (ref ~ '^req_[0-9a-f]{32}$'),
        approach TEXT,
        purpose TEXT NOT NULL CHECK (purpose in ('offer', 'offer-before-interview',
            'offer-after-interview', 'reminder', 'supporter-found', 'coordinator-will-call',
            'supporter-ask', 'supporter-card', 'coordinator-task')),
        regarding TEXT NOT NULL CHECK (regarding ~ '^(cas|asg|tsk)_[0-9a-f]{32}$'),
        person TEXT CHECK (person ~ '^per_[0-9a-f]{32}$'),
        duty TEXT CHECK (duty ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        urgent BOOLEAN NOT NULL,
        requested TIMESTAMP WITH TIME ZONE NOT NULL,
        cancelled TIMESTAMP WITH TIME ZONE,
        correlation TEXT CHECK (correlation ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'),
        causation TEXT CHECK (causation ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'),
        traceparent TEXT CHECK (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'),
        PRIMARY KEY (ref),
        FOREIGN KEY(approach) REFERENCES approach (ref)
    )""",
    "CREATE INDEX request_by_approach ON request (approach)",
    r"""CREATE TABLE receipt (
        id BIGINT GENERATED ALWAYS AS IDENTITY,
        message TEXT NOT NULL,
        action TEXT NOT NULL CHECK (action in ('failed', 'delayed', 'delivered', 'relayed', 'expanded')),
        status_class SMALLINT CHECK (status_class in (2, 4, 5)),
        received TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(message) REFERENCES message (ref)
    )""",
    "CREATE INDEX receipt_by_message ON receipt (message)",
)
_TABLES = (
    "receipt",
    "request",
    "message",
    "link",
    "card_look",
    "answer",
    "withdrawn",
    "confirmation",
    "card",
    "approach",
)


def upgrade() -> None:
    create_kit_tables()
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"drop table {table}")
    drop_kit_tables()
