"""The auditor's own store: what it read, how far, when to look again, and which differences stand."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, DateTime, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from aftercare.kit.store.tables import add_kit_tables
from aftercare.programme.clocks import Timestamp
from aftercare.programme.model import HarmLevel
from aftercare.schemas.incident import EventKind, Flag, Route
from aftercare.sla.adapters import checks
from aftercare.sla.auditor.facts import Change, Kind

metadata = MetaData(naming_convention={"ck": "%(table_name)s_%(constraint_name)s"})
add_kit_tables(metadata)

_INSTANT = DateTime(timezone=True)
_EVENT = "^evt_[0-9a-f]{32}(#[0-9]{1,4})?$"
_TOPIC = "^aftercare[.][a-z-]{1,40}$"
_REASONS = ("withdrawn", "merged", "not-applicable")
_REFERENCES = "^((inc|rca|obl|cas|asg)_[0-9a-f]{32}(,|$))*$"


def _text(name: str, *, null: bool = False, key: bool = False) -> "Column[str]":
    return Column(name, Text, nullable=null, primary_key=key)


def _instant(name: str, *, null: bool = True) -> "Column[object]":
    return Column(name, _INSTANT, nullable=null)


fact = Table(
    "fact",
    metadata,
    _text("id", key=True),
    _text("happening"),
    _text("subject"),
    _instant("time", null=False),
    _instant("received", null=False),
    _instant("earliest"),
    _instant("latest"),
    Column("about", ARRAY(Text), nullable=False),
    Column("revision", Integer, nullable=False),
    _instant("occurred"),
    _instant("discovered"),
    _instant("reported"),
    _text("harm", null=True),
    Column("flags", ARRAY(Text), nullable=False),
    _text("kind", null=True),
    _text("site", null=True),
    _text("route", null=True),
    Column("is_silent", Boolean, nullable=False),
    _instant("heard", null=False),
    checks.pattern("id", _EVENT),
    checks.pattern("happening", checks.HAPPENING),
    checks.subject("subject"),
    CheckConstraint(f"array_to_string(about, ',') ~ '{_REFERENCES}'", name="about_pattern"),
    checks.one_of("harm", HarmLevel),
    checks.all_of("flags", Flag),
    checks.one_of("kind", EventKind),
    checks.pattern("site", checks.SLUG),
    checks.one_of("route", Route),
    Index("fact_by_subject", "subject"),
    Index("fact_by_about", "about", postgresql_using="gin"),
)

said = Table(
    "said",
    metadata,
    _text("id", key=True),
    _text("change"),
    _instant("time", null=False),
    _text("rule"),
    _text("subject"),
    Column("revision", Integer, nullable=False),
    _text("pack"),
    Column("pack_version", Integer, nullable=False),
    Column("rule_version", Integer, nullable=False),
    _instant("start", null=False),
    _text("start_from"),
    _instant("born", null=False),
    _text("clock"),
    _instant("opens"),
    _instant("due"),
    Column("is_unmeetable", Boolean, nullable=False),
    _instant("attempted"),
    Column("percent", Integer),
    _instant("at"),
    _text("reason", null=True),
    _instant("heard", null=False),
    checks.pattern("id", _EVENT),
    checks.one_of("change", Change),
    checks.pattern("rule", checks.SLUG),
    checks.subject("subject"),
    checks.pattern("pack", checks.SLUG),
    checks.one_of("start_from", Timestamp),
    checks.reference("clock", "clk"),
    checks.one_of("reason", _REASONS),
    Index("said_by_subject", "subject"),
)

look = Table(
    "look",
    metadata,
    _text("subject", key=True),
    _instant("at", null=False),
    checks.subject("subject"),
    Index("look_at", "at"),
)
"""Subjects to look at again, and when: what news touched, and what the passing of time will change."""

standing = Table(
    "standing_difference",
    metadata,
    _text("rule", key=True),
    _text("subject", key=True),
    _text("kind", key=True),
    _instant("found", null=False),
    Column("is_sure", Boolean, nullable=False),
    checks.pattern("rule", checks.SLUG),
    checks.subject("subject"),
    checks.one_of("kind", Kind),
    Index("standing_by_subject", "subject"),
)
"""Differences that stand. `is_sure`: a second round saw it too, so it was said."""

position = Table(
    "read_position",
    metadata,
    _text("topic", key=True),
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
    _instant("known_since"),
    checks.pattern("topic", _TOPIC),
)
"""How far each partition was read. `known_since`: retention had cut away what came before."""
