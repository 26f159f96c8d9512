"""The directory's tables. No column holds a name, an address, a phone number or an identifier in the clear.

What people are called and how they are reached stands in the `sealed_…` columns, under a key per person that
lives in another database (`adapters/contact_keys.py`). What must be found is a keyed hash.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from aftercare.kit.store.tables import add_kit_tables

metadata = MetaData()
add_kit_tables(metadata)

AUDIT_LANES = 8
"""Chains that grow side by side, so that two readers do not wait for each other. Fixed for ever."""

person = Table(
    "person",
    metadata,
    Column("token", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("standing", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("merged_into", Text),
    Column("employed", Boolean, nullable=False),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("role_group", Text, nullable=False),
    Column("site", Text),
    Column("unit", Text),
    Column("manager", Text),
    Column("zone", Text),
    Column("languages", ARRAY(Text), nullable=False),
    Column("channels", ARRAY(Text), nullable=False),
    Column("sealed_name", LargeBinary),
    Column("sealed_reach", LargeBinary),
    Column("sealed_work", LargeBinary),
    Column("row_mac", LargeBinary),
    Column("published", LargeBinary),
    Column("left_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("token ~ '^per_[0-9a-f]{32}$'", name="person_token_form"),
    CheckConstraint("standing in ('new', 'active', 'left', 'merged', 'erased')", name="person_standing"),
    CheckConstraint("origin in ('roster', 'manual')", name="person_origin"),
    Index("person_by_site", "site", "token"),
    Index("person_by_survivor", "merged_into"),
    Index("person_by_end", "valid_until"),
)

claim = Table(
    "claim",
    metadata,
    Column("token", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("listed_by", Text, nullable=False),
    Column("origin", Text, nullable=False),
    CheckConstraint("kind in ('identifier', 'login')", name="claim_kind"),
    CheckConstraint("origin in ('roster', 'coordinator')", name="claim_origin"),
    Index("claim_by_person", "person"),
    Index("claim_by_lister", "listed_by"),
)
"""Which identifier and login tokens belong to whom. `listed_by` is the roster line's person, `person` who it is now."""

blind_index = Table(
    "blind_index",
    metadata,
    Column("field", Text, primary_key=True),
    Column("mac", LargeBinary, primary_key=True),
    Column("person", Text, primary_key=True),
    CheckConstraint("field in ('employee-number', 'email', 'family-name')", name="blind_index_field"),
    Index("blind_index_by_person", "person"),
)

merge = Table(
    "merge",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("survivor", Text, nullable=False),
    Column("loser", Text, nullable=False),
    Column("moved", ARRAY(Text), nullable=False),
    Column("merged_at", DateTime(timezone=True), nullable=False),
    Column("undone_at", DateTime(timezone=True)),
)

roster_job = Table(
    "roster_job",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("full_file", Boolean, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("reason", Text),
    Column("lines", Integer, nullable=False),
    Column("lines_done", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("left_count", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("warnings", Integer, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("heartbeat_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    CheckConstraint(
        "state in ('reading', 'importing', 'done', 'refused', 'failed', 'interrupted')", name="roster_job_state"
    ),
    CheckConstraint("origin in ('upload', 'command', 'folder')", name="roster_job_origin"),
)

roster_issue = Table(
    "roster_issue",
    metadata,
    Column("job", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("line", Integer),
    Column("column_name", Text),
    Column("code", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("do_this", Text, nullable=False),
    Column("other_lines", ARRAY(Integer), nullable=False),
)
"""What was wrong with a file: places and fixed words, never a value of it."""

identity_task = Table(
    "identity_task",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("incident", Text),
    Column("sealed", Text),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", DateTime(timezone=True)),
    Column("answered_at", DateTime(timezone=True)),
    CheckConstraint("state in ('open', 'answered')", name="identity_task_state"),
    CheckConstraint("state = 'open' or sealed is null", name="answered_tasks_forget_the_identifier"),
    Index("identity_task_open", "asked_at", postgresql_where="state = 'open'"),
)

identity_alias = Table(
    "identity_alias",
    metadata,
    Column("token", Text, primary_key=True),
    Column("task", Text, nullable=False),
    Column("asked", Boolean, nullable=False),
    Index("identity_alias_by_task", "task"),
)
"""Every token of a task's identifier (one per key in force); `asked` marks those that somebody waits for."""

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("lane", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True),
    Column("entry", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
audit_head = Table(
    "audit_head",
    metadata,
    Column("lane", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

keys_metadata = MetaData()
"""The other database: one wrapped key per person. Its backups live at most 30 days."""

contact_key = Table(
    "contact_key",
    keys_metadata,
    Column("person", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("master", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("person ~ '^per_[0-9a-f]{32}$'", name="contact_key_person_form"),
    Index("contact_key_by_master", "master"),
)
