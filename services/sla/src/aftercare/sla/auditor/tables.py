"""The auditor's own store: what it read, how far, when to look again, and which differences stand."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from aftercare.kit.store import columns
from aftercare.kit.store.tables import add_kit_tables
from aftercare.programme.clocks import Timestamp
from aftercare.programme.model import HarmLevel
from aftercare.schemas.clock_audit import DifferenceKind as Kind
from aftercare.schemas.incident import EventKind, Flag, Harm, Route
from aftercare.schemas.rca import RcaMethod
from aftercare.sla.adapters import patterns
from aftercare.sla.auditor.facts import Change

metadata = MetaData(naming_convention={"ck": "%(table_name)s_%(constraint_name)s"})
add_kit_tables(metadata)

_EVENT = "^evt_[0-9a-f]{32}(#[0-9]{1,4})?$"
_TOPIC = "^aftercare[.][a-z-]{1,40}$"
_REASONS = ("withdrawn", "merged", "not-applicable")
_REFERENCE = "(inc|rca|obl|cas|asg)_[0-9a-f]{32}"
_PERSON = "pat_[0-9a-f]{32}"


def _instant(name: str, *, null: bool = True) -> "Column[object]":
    return Column(name, columns.INSTANT, nullable=null)


fact = Table(
    "fact",
    metadata,
    columns.text("id", key=True),
    columns.text("happening", null=False),
    columns.text("subject", null=False),
    _instant("time", null=False),
    _instant("received", null=False),
    _instant("earliest"),
    _instant("latest"),
    Column("about", ARRAY(Text), nullable=False),
    Column("revision", Integer, nullable=False),
    _instant("occurred"),
    _instant("discovered"),
    _instant("reported"),
    Column("persons", ARRAY(Text), nullable=False),
    Column("own_harms", ARRAY(Text), nullable=False),
    Column("is_of_staff", Boolean, nullable=False),
    columns.text("method"),
    columns.text("harm"),
    Column("flags", ARRAY(Text), nullable=False),
    columns.text("kind"),
    columns.text("site"),
    columns.text("route"),
    Column("is_silent", Boolean, nullable=False),
    _instant("heard", null=False),
    columns.pattern("id", _EVENT),
    columns.pattern("happening", patterns.HAPPENING),
    columns.pattern("subject", patterns.SUBJECT),
    columns.each_matches("about", _REFERENCE),
    columns.each_matches("persons", _PERSON),
    columns.each_matches("own_harms", f"{_PERSON}:({'|'.join(Harm)})"),
    columns.one_of("method", RcaMethod),
    columns.one_of("harm", HarmLevel),
    columns.all_of("flags", Flag),
    columns.one_of("kind", EventKind),
    columns.pattern("site", columns.SLUG),
    columns.one_of("route", Route),
    Index("fact_by_subject", "subject"),
    Index("fact_by_about", "about", postgresql_using="gin"),
    Index("fact_by_persons", "persons", postgresql_using="gin"),
)

said = Table(
    "said",
    metadata,
    columns.text("id", key=True),
    columns.text("change", null=False),
    _instant("time", null=False),
    columns.text("rule", null=False),
    columns.text("subject", null=False),
    Column("revision", Integer, nullable=False),
    columns.text("pack", null=False),
    Column("pack_version", Integer, nullable=False),
    Column("rule_version", Integer, nullable=False),
    _instant("start", null=False),
    columns.text("start_from", null=False),
    _instant("born", null=False),
    columns.text("clock", null=False),
    columns.text("incident"),
    _instant("opens"),
    _instant("due"),
    Column("is_unmeetable", Boolean, nullable=False),
    _instant("attempted"),
    Column("percent", Integer),
    _instant("at"),
    columns.text("reason"),
    _instant("heard", null=False),
    columns.pattern("id", _EVENT),
    columns.one_of("change", Change),
    columns.pattern("rule", columns.SLUG),
    columns.pattern("subject", patterns.SUBJECT),
    columns.pattern("pack", columns.SLUG),
    columns.one_of("start_from", Timestamp),
    columns.reference("clock", "clk"),
    columns.reference("incident", "inc"),
    columns.one_of("reason", _REASONS),
    Index("said_by_subject", "subject"),
    Index("said_by_incident", "incident"),
)

look = Table(
    "look",
    metadata,
    columns.text("subject", key=True),
    _instant("at", null=False),
    columns.pattern("subject", patterns.SUBJECT),
    Index("look_at", "at"),
)
"""Subjects to look at again, and when: what news touched, and what the passing of time will change."""

standing = Table(
    "standing_difference",
    metadata,
    columns.text("rule", key=True),
    columns.text("subject", key=True),
    columns.text("kind", key=True),
    _instant("found", null=False),
    Column("is_sure", Boolean, nullable=False),
    columns.pattern("rule", columns.SLUG),
    columns.pattern("subject", patterns.SUBJECT),
    columns.one_of("kind", Kind),
    Index("standing_by_subject", "subject"),
)
"""Differences that stand. `is_sure`: a second round saw it too, so it was said."""

position = Table(
    "read_position",
    metadata,
    columns.text("topic", key=True),
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
    _instant("known_since"),
    columns.pattern("topic", _TOPIC),
)
"""How far each partition was read. `known_since`: retention had cut away what came before."""
