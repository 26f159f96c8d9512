"""The tables of support. The identity map has a schema of its own; no case row holds an identifier token."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from aftercare.kit.store.tables import add_kit_tables
from aftercare.support.adapters import checks
from aftercare.support.domain import vocabulary as words
from aftercare.support.domain.case import OPEN
from aftercare.support.domain.wordlists import CHANNELS, ROLE_GROUPS

metadata = MetaData(naming_convention={"ck": "%(table_name)s_%(constraint_name)s"})
add_kit_tables(metadata)

IDENTITY = "identity"
INSTANT = DateTime(timezone=True)


def _text(name: str, *, null: bool = True, key: bool = False) -> "Column[str]":
    return Column(name, Text, nullable=null and not key, primary_key=key)


def _flag(name: str) -> "Column[bool]":
    return Column(name, Boolean, nullable=False, server_default=text("false"))


identifier = Table(
    "identifier",
    metadata,
    _text("identifier", key=True),
    _text("person"),
    _text("verdict"),
    checks.pattern("identifier", checks.IDENTIFIER),
    checks.reference("person", "per"),
    checks.one_of("verdict", words.Verdict),
    Index("identifier_by_person", "person"),
    schema=IDENTITY,
)
login = Table(
    "login",
    metadata,
    _text("login", key=True),
    _text("person", null=False),
    checks.pattern("login", checks.LOGIN),
    checks.reference("person", "per"),
    Index("login_by_person", "person"),
    schema=IDENTITY,
)
named = Table(
    "named",
    metadata,
    _text("obligation", key=True),
    _text("identifier", null=False),
    checks.reference("obligation", "obl"),
    checks.pattern("identifier", checks.IDENTIFIER),
    Index("named_by_identifier", "identifier"),
    schema=IDENTITY,
)
rca_member = Table(
    "rca_member",
    metadata,
    _text("rca", key=True),
    _text("identifier", key=True),
    checks.reference("rca", "rca"),
    checks.pattern("identifier", checks.IDENTIFIER),
    schema=IDENTITY,
)
merged = Table(
    "merged",
    metadata,
    _text("old", key=True),
    _text("person", null=False),
    checks.reference("old", "per"),
    checks.reference("person", "per"),
    schema=IDENTITY,
)
staff = Table(
    "staff",
    metadata,
    _text("person", key=True),
    Column("revision", Integer, nullable=False),
    _text("role_group", null=False),
    _text("site"),
    _text("unit"),
    _text("manager"),
    _text("zone"),
    Column("languages", ARRAY(Text), nullable=False),
    Column("channels", ARRAY(Text), nullable=False),
    _flag("gone"),
    checks.reference("person", "per"),
    checks.one_of("role_group", ROLE_GROUPS),
    checks.pattern("site", checks.SLUG),
    checks.pattern("unit", checks.SLUG),
    checks.reference("manager", "per"),
    checks.pattern("zone", checks.ZONE),
    checks.each_matches("languages", checks.LANGUAGE),
    checks.all_of("channels", CHANNELS),
)
incident = Table(
    "incident",
    metadata,
    _text("incident", key=True),
    Column("revision", Integer, nullable=False),
    _text("status", null=False),
    checks.reference("incident", "inc"),
    checks.one_of("status", words.IncidentStatus),
)
rca_incident = Table(
    "rca_incident",
    metadata,
    _text("rca", key=True),
    _text("incident", key=True),
    checks.reference("rca", "rca"),
    checks.reference("incident", "inc"),
    Index("rca_by_incident", "incident"),
)
obligation = Table(
    "obligation",
    metadata,
    _text("obligation", key=True),
    _text("route", null=False),
    Column("opened_at", INSTANT, nullable=False),
    _text("incident"),
    _text("involvement"),
    _text("rca"),
    _text("stage"),
    _text("person"),
    _text("site"),
    _flag("never_through_manager"),
    _flag("urgent"),
    _text("claim"),
    _text("unresolved"),
    _text("settlement"),
    _text("reason"),
    _text("case"),
    Column("settled_at", INSTANT),
    checks.reference("obligation", "obl"),
    checks.one_of("route", words.Route),
    checks.reference("incident", "inc"),
    checks.reference("involvement", "inv"),
    checks.reference("rca", "rca"),
    checks.one_of("stage", words.Stage),
    checks.reference("person", "per"),
    checks.pattern("site", checks.SLUG),
    checks.one_of("claim", words.Reason),
    checks.one_of("unresolved", words.Unresolved),
    checks.one_of("settlement", words.Settlement),
    checks.one_of("reason", words.Reason),
    checks.reference("case", "cas"),
    Index("obligation_by_incident", "incident"),
    Index("obligation_by_person", "person"),
    Index("obligation_by_case", "case"),
    Index("obligation_unresolved", "site", postgresql_where=text("unresolved is not null")),
)
support_case = Table(
    "support_case",
    metadata,
    _text("case", key=True),
    _text("person", null=False),
    _text("state", null=False),
    Column("revision", Integer, nullable=False),
    _text("route", null=False),
    Column("opened_at", INSTANT, nullable=False),
    Column("changed_at", INSTANT, nullable=False),
    _flag("urgent"),
    _flag("never_through_manager"),
    _text("site"),
    _text("answer"),
    Column("answered_at", INSTANT),
    _text("choice"),
    Column("call_attempts", Integer, nullable=False),
    Column("wishes", ARRAY(Text), nullable=False),
    checks.reference("case", "cas"),
    checks.reference("person", "per"),
    checks.one_of("state", words.CaseState),
    checks.one_of("route", words.Route),
    checks.pattern("site", checks.SLUG),
    checks.reference("answer", "ans"),
    checks.one_of("choice", words.Choice),
    checks.all_of("wishes", words.Wish),
    Index("support_case_by_person", "person"),
    Index(
        "one_open_case_per_person",
        "person",
        unique=True,
        postgresql_where=text(f"state in ({', '.join(repr(str(state)) for state in sorted(OPEN))})"),
    ),
)
contact_request = Table(
    "contact_request",
    metadata,
    _text("request", key=True),
    _text("purpose", null=False),
    _text("regarding", null=False),
    Column("requested_at", INSTANT, nullable=False),
    _text("state", null=False),
    _text("person"),
    _text("case"),
    _text("obligation"),
    checks.reference("request", "req"),
    checks.one_of("purpose", words.Purpose),
    checks.pattern("regarding", checks.REGARDING),
    checks.one_of("state", words.RequestState),
    checks.reference("person", "per"),
    checks.reference("case", "cas"),
    checks.reference("obligation", "obl"),
    Index("contact_request_by_regarding", "regarding"),
)
card = Table(
    "card",
    metadata,
    _text("card", key=True),
    _text("regarding", null=False),
    _text("person", null=False),
    Column("expires_at", INSTANT, nullable=False),
    _flag("revoked"),
    checks.reference("card", "crd"),
    checks.pattern("regarding", checks.REGARDING),
    checks.reference("person", "per"),
    Index("card_by_regarding", "regarding"),
)
assignment = Table(
    "assignment",
    metadata,
    _text("assignment", key=True),
    _text("case", null=False),
    _text("supporter", null=False),
    _text("state", null=False),
    Column("asked_at", INSTANT, nullable=False),
    _flag("by_coordinator"),
    checks.reference("assignment", "asg"),
    checks.reference("case", "cas"),
    checks.reference("supporter", "per"),
    checks.one_of("state", words.AssignmentState),
    Index("assignment_by_case", "case"),
    Index("assignment_by_supporter", "supporter", postgresql_where=text("state in ('asked', 'accepted')")),
)
task = Table(
    "task",
    metadata,
    _text("task", key=True),
    _text("kind", null=False),
    Column("opened_at", INSTANT, nullable=False),
    Column("due_at", INSTANT, nullable=False),
    _text("case"),
    _text("site"),
    _flag("urgent"),
    _text("state", null=False),
    Column("rung", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    _text("claimed_by"),
    _text("outcome"),
    checks.reference("task", "tsk"),
    checks.one_of("kind", words.TaskKind),
    checks.reference("case", "cas"),
    checks.pattern("site", checks.SLUG),
    checks.one_of("state", words.TaskState),
    checks.pattern("claimed_by", checks.LOGIN),
    checks.one_of("outcome", words.TaskOutcome),
    Index("task_by_case", "case"),
    Index("task_open", "due_at", postgresql_where=text("state <> 'done'")),
)
supporter = Table(
    "supporter",
    metadata,
    _text("person", key=True),
    Column("trained_until", INSTANT, nullable=False),
    Column("modes", ARRAY(Text), nullable=False),
    Column("load_cap", Integer, nullable=False),
    _flag("available"),
    Column("last_asked_at", INSTANT),
    checks.reference("person", "per"),
    checks.all_of("modes", words.Mode),
)
not_this_one = Table(
    "not_this_one",
    metadata,
    _text("person", key=True),
    _text("supporter", key=True),
    checks.reference("person", "per"),
    checks.reference("supporter", "per"),
)
answer = Table(
    "answer",
    metadata,
    _text("answer", key=True),
    _flag("undone"),
    Column("at", INSTANT, nullable=False),
    checks.reference("answer", "ans"),
)
audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", INSTANT, nullable=False),
    _text("actor", null=False),
    _text("act", null=False),
    _text("subject", null=False),
    _text("detail"),
    checks.pattern("actor", checks.ACTOR),
    checks.one_of("act", words.Act),
    checks.pattern("subject", checks.SUBJECT),
    checks.pattern("detail", "^[a-z0-9-]{1,40}$"),
    Index("audit_by_subject", "subject"),
)
