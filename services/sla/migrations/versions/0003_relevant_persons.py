"""Relevant persons of an incident, methods of analyses; rules of patients are rules of relevant persons now."""

from alembic import op

revision = "0003"
down_revision = "0002"

RENAMED = """update rule set body = jsonb_set(body, '{rule,subject}', '"relevant-person"')
    where body -> 'rule' ->> 'subject' = 'patient'"""
_STATEMENTS = (
    """alter table happening
        add column persons text[] not null default '{}',
        add column of_staff boolean default false not null,
        add column method text,
        add constraint happening_persons_pattern check (array_to_string("persons", ',') ~
            '^(pat_[0-9a-f]{32}(:(unknown|unsafe-condition|near-miss|no-harm|low|moderate|severe|death))?(,pat_[0-9a-f]{32}(:(unknown|unsafe-condition|near-miss|no-harm|low|moderate|severe|death))?)*)?$'),
        add constraint happening_method_words check
            ("method" in ('rca', 'rca2', 'psii', 'aar', 'swarm', 'mdt', 'other'))""",
    RENAMED,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("""update rule set body = jsonb_set(body, '{rule,subject}', '"patient"')
        where body -> 'rule' ->> 'subject' = 'relevant-person'""")
    op.execute("alter table happening drop column persons, drop column of_staff, drop column method")
