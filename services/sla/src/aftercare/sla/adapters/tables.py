"""The tables of the clocks: what happened, what belongs together, and one row for each clock.

References, enums, instants and numbers only, on both sides.
"""

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, MetaData, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from aftercare.kit.store.tables import add_kit_tables
from aftercare.programme.clocks import Timestamp
from aftercare.programme.model import HarmLevel
from aftercare.sla.adapters import checks
from aftercare.sla.domain.model import CancelReason, State

metadata = MetaData(naming_convention={"ck": "%(table_name)s_%(constraint_name)s"})
add_kit_tables(metadata)

INSTANT = DateTime(timezone=True)
FLAGS = ("never-event", "sentinel", "serious-incident", "duty-of-candour")
KINDS = ("adverse-event", "stressful-event")
ROUTES = ("incident", "colleague", "manager", "management", "self", "rca-interview", "disclosure", "claim")


def _text(name: str, *, null: bool = True, key: bool = False) -> "Column[str]":
    return Column(name, Text, nullable=null and not key, primary_key=key)


def _flag(name: str) -> "Column[bool]":
    return Column(name, Boolean, nullable=False, server_default=text("false"))


happening = Table(
    "happening",
    metadata,
    _text("happening", key=True),
    _text("subject", null=False),
    _text("kind", null=False),
    Column("at", INSTANT, nullable=False),
    Column("earliest", INSTANT),
    Column("received", INSTANT, nullable=False),
    Column("occurred", INSTANT),
    Column("discovered", INSTANT),
    Column("reported", INSTANT),
    Column("revision", Integer),
    _text("harm"),
    _text("event_kind"),
    Column("flags", ARRAY(Text), nullable=False),
    _text("site"),
    _text("route"),
    _flag("mute"),
    checks.reference("happening", "hap"),
    checks.subject("subject"),
    checks.pattern("kind", checks.HAPPENING),
    checks.one_of("harm", HarmLevel),
    checks.one_of("event_kind", KINDS),
    checks.all_of("flags", FLAGS),
    checks.pattern("site", checks.SLUG),
    checks.one_of("route", ROUTES),
    Index("happening_by_subject", "subject"),
    Index("happening_by_age", "received", "happening"),
)
"""`mute`: history replayed, or a test of the way: it starts no clock. `earliest`: of an act whose time has bounds."""

link = Table(
    "link",
    metadata,
    _text("source", key=True),
    _text("target", key=True),
    Column("crosses", Boolean, nullable=False),
    checks.subject("source"),
    checks.subject("target"),
    Index("link_by_target", "target"),
)
"""What happens to `source` counts for `target` too. `crosses`: from an incident or analysis to an obligation; what it
joins does not hang together both ways."""

compliance_named = Table(
    "compliance_named",
    metadata,
    _text("named", key=True),
    _text("incident", null=False),
    Column("since", INSTANT, nullable=False),
    checks.reference("named", "nam"),
    checks.reference("incident", "inc"),
    Index("compliance_named_by_incident", "incident"),
)
"""Who was named for which incident: a reference that is another one for each incident. Support side only."""

compliance_published = Table("compliance_published", metadata, Column("as_of", INSTANT, primary_key=True))

rule = Table(
    "rule",
    metadata,
    _text("edition", key=True),
    _text("rule", null=False),
    Column("body", JSONB, nullable=False),
    checks.reference("edition", "rul"),
    checks.pattern("rule", checks.SLUG),
)
"""A version of a rule as it stood in its pack: clocks that were born by it keep it when the pack changes."""

clock = Table(
    "clock",
    metadata,
    _text("clock", key=True),
    _text("subject", null=False),
    _text("rule", null=False),
    _text("edition", null=False),
    Column("revision", Integer, nullable=False),
    _text("state", null=False),
    _text("verdict", null=False),
    _text("incident"),
    _text("site"),
    Column("start", INSTANT, nullable=False),
    _text("start_from", null=False),
    Column("opens", INSTANT),
    Column("due", INSTANT),
    Column("born", INSTANT, nullable=False),
    Column("attempted", INSTANT),
    Column("stopped", INSTANT),
    _text("stopped_by"),
    Column("broken", INSTANT),
    Column("cancelled", INSTANT),
    _text("cancel_reason"),
    Column("warned", ARRAY(SmallInteger), nullable=False),
    Column("mark_percents", ARRAY(SmallInteger), nullable=False),
    Column("mark_instants", ARRAY(INSTANT), nullable=False),
    Column("next_at", INSTANT),
    Column("open", Boolean, nullable=False),
    Column("changed", INSTANT, nullable=False),
    checks.reference("clock", "clk"),
    checks.subject("subject"),
    checks.pattern("rule", checks.SLUG),
    checks.reference("edition", "rul"),
    checks.one_of("state", State),
    checks.one_of("verdict", State),
    checks.reference("incident", "inc"),
    checks.pattern("site", checks.SLUG),
    checks.one_of("start_from", Timestamp),
    checks.pattern("stopped_by", checks.HAPPENING),
    checks.one_of("cancel_reason", CancelReason),
    Index("clock_by_subject", "subject"),
    Index("clock_due", "next_at", postgresql_where=text("next_at is not null")),
    Index("clock_work_list", text("coalesce(due, 'infinity')"), "clock", postgresql_where=text("open")),
    Index("clock_closed", "state", text("coalesce(due, 'infinity')"), "clock", postgresql_where=text("not open")),
    Index("clock_open_by_rule", "rule", postgresql_where=text("open"), postgresql_include=["state", "start", "due"]),
)
"""`next_at` is when something is due of itself: a warning or the miss. A tick looks at nothing else. `open`: somebody
still has to do it, in time or not."""
