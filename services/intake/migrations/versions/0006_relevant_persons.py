"""Relevant persons: how an incident names each patient, and no sentence where patients are kept.

Books need no change: what they lack, their incidents' next versions tell. Until then a link has no `relevant_person`.

Revision ID: 0006
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SUBJECTS = "('patient', 'relative', 'staff', 'group', 'unknown')"
_HARMS = "^(unsafe-condition|near-miss|no-harm|low|moderate|severe|death)$"
_WRONG = (
    '!(@.reference like_regex "^pat_[0-9a-f]{32}$" && @.patient like_regex "^pat_[0-9a-f]{32}$"'
    ' && @.said_in like_regex "^inc_[0-9a-f]{32}$" && @.subject like_regex "^[a-z]{1,16}$"'
    f' && (@.harm == null || @.harm like_regex "{_HARMS}"))'
)
_FOUND = f"jsonb_path_exists(book, '$.relevant[*] ? ({_WRONG})')"
_STATEMENTS = (
    "alter table patient_link add column relevant_person text",
    "alter table patient_link add constraint patient_link_person check (relevant_person ~ '^pat_[0-9a-f]{32}$')",
    "alter table patient_link add constraint patient_link_incident check (incident ~ '^inc_[0-9a-f]{32}$')",
    "alter table patient_link add constraint patient_link_patient check (patient ~ '^pat_[0-9a-f]{32}$')",
    f"alter table patient_link add constraint patient_link_subject check (subject in {_SUBJECTS})",
    f"alter table incident add constraint incident_relevant_persons check (not ({_FOUND}))",
)
_CONSTRAINTS = ("patient_link_incident", "patient_link_patient", "patient_link_subject")


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("alter table incident drop constraint incident_relevant_persons")
    for constraint in _CONSTRAINTS:
        op.execute(f"alter table patient_link drop constraint {constraint}")
    op.execute("alter table patient_link drop column relevant_person")
