"""The tables of the clocks: what happened, what belongs together, and one row for each clock.

References, enums, instants and numbers only, on both sides.
"""

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from aftercare.kit.store import columns
from aftercare.kit.store.tables import add_kit_tables
from aftercare.programme.clocks import Flag, Kind, Method, NamedBy, Timestamp
from aftercare.programme.model import HarmLevel
from aftercare.sla.adapters import patterns
from aftercare.sla.domain.model import CancelReason, State

metadata = MetaData(naming_convention={"ck": "%(table_name)s_%(constraint_name)s"})
add_kit_tables(metadata)


happening = Table(
    "happening",
    metadata,
    columns.text("happening", key=True),
    columns.text("subject", null=False),
    columns.text("kind", null=False),
    Column("at", columns.INSTANT, nullable=False),
    Column("earliest", columns.INSTANT),
    Column("received", columns.INSTANT, nullable=False),
    Column("occurred", columns.INSTANT),
    Column("discovered", columns.INSTANT),
    Column("reported", columns.INSTANT),
    Column("revision", Integer),
    columns.text("harm"),
    columns.text("event_kind"),
    Column("flags", ARRAY(Text), nullable=False),
    columns.text("site"),
    columns.text("route"),
    Column("persons", ARRAY(Text), nullable=False, server_default="{}"),
    columns.flag("of_staff"),
    columns.text("method"),
    columns.flag("mute"),
    columns.reference("happening", "hap"),
    columns.pattern("subject", patterns.SUBJECT),
    columns.pattern("kind", patterns.HAPPENING),
    columns.one_of("harm", HarmLevel),
    columns.one_of("event_kind", Kind),
    columns.all_of("flags", Flag),
    columns.pattern("site", columns.SLUG),
    columns.one_of("route", NamedBy),
    columns.each_matches("persons", patterns.PERSON),
    columns.one_of("method", Method),
    Index("happening_by_subject", "subject"),
    Index("happening_by_age", "received", "happening"),
)
"""`mute`: history replayed, or a test of the way: it starts no clock. `earliest`: of an act whose time has bounds.
`persons`: whom it names, each with the harm that is stated of them alone."""

link = Table(
    "link",
    metadata,
    columns.text("source", key=True),
    columns.text("target", key=True),
    Column("crosses", Boolean, nullable=False),
    columns.pattern("source", patterns.SUBJECT),
    columns.pattern("target", patterns.SUBJECT),
    Index("link_by_target", "target"),
)
"""What happens to `source` counts for `target` too. `crosses`: from an incident or analysis to an obligation; what it
joins does not hang together both ways."""

compliance_named = Table(
    "compliance_named",
    metadata,
    columns.text("named", key=True),
    columns.text("incident", null=False),
    Column("since", columns.INSTANT, nullable=False),
    columns.reference("named", "nam"),
    columns.reference("incident", "inc"),
    Index("compliance_named_by_incident", "incident"),
)
"""Who was named for which incident: a reference that is another one for each incident. Support side only."""

compliance_published = Table("compliance_published", metadata, Column("as_of", columns.INSTANT, primary_key=True))

rule = Table(
    "rule",
    metadata,
    columns.text("edition", key=True),
    columns.text("rule", null=False),
    Column("body", JSONB, nullable=False),
    columns.reference("edition", "rul"),
    columns.pattern("rule", columns.SLUG),
)
"""A version of a rule as it stood in its pack: clocks that were born by it keep it when the pack changes."""

clock = Table(
    "clock",
    metadata,
    columns.text("clock", key=True),
    columns.text("subject", null=False),
    columns.text("rule", null=False),
    columns.text("edition", null=False),
    Column("revision", Integer, nullable=False),
    columns.text("state", null=False),
    columns.text("verdict", null=False),
    columns.text("incident"),
    columns.text("site"),
    Column("start", columns.INSTANT, nullable=False),
    columns.text("start_from", null=False),
    Column("opens", columns.INSTANT),
    Column("due", columns.INSTANT),
    Column("born", columns.INSTANT, nullable=False),
    Column("attempted", columns.INSTANT),
    Column("stopped", columns.INSTANT),
    columns.text("stopped_by"),
    Column("broken", columns.INSTANT),
    Column("cancelled", columns.INSTANT),
    columns.text("cancel_reason"),
    Column("warned", ARRAY(SmallInteger), nullable=False),
    Column("mark_percents", ARRAY(SmallInteger), nullable=False),
    Column("mark_instants", ARRAY(columns.INSTANT), nullable=False),
    Column("next_at", columns.INSTANT),
    Column("open", Boolean, nullable=False),
    Column("changed", columns.INSTANT, nullable=False),
    columns.reference("clock", "clk"),
    columns.pattern("subject", patterns.SUBJECT),
    columns.pattern("rule", columns.SLUG),
    columns.reference("edition", "rul"),
    columns.one_of("state", State),
    columns.one_of("verdict", State),
    columns.reference("incident", "inc"),
    columns.pattern("site", columns.SLUG),
    columns.one_of("start_from", Timestamp),
    columns.pattern("stopped_by", patterns.HAPPENING),
    columns.one_of("cancel_reason", CancelReason),
    Index("clock_by_subject", "subject"),
    Index("clock_due", "next_at", postgresql_where=text("next_at is not null")),
    Index("clock_work_list", text("coalesce(due, 'infinity')"), "clock", postgresql_where=text("open")),
    Index("clock_closed", "state", text("coalesce(due, 'infinity')"), "clock", postgresql_where=text("not open")),
    Index("clock_open_by_rule", "rule", postgresql_where=text("open"), postgresql_include=["state", "start", "due"]),
)
"""`next_at` is when something is due of itself: a warning or the miss. A tick looks at nothing else. `open`: somebody
still has to do it, in time or not."""
