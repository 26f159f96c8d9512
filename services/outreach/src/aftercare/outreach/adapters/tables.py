"""Our tables. No name, no address and no free text: every text column is an enum or a pattern (a test walks them)."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

from aftercare.kit.store.tables import add_kit_tables
from aftercare.outreach.domain.delivery import Action
from aftercare.outreach.domain.vocabulary import Channel, Choice, MessageStatus, Purpose
from aftercare.schemas.outreach_request import Wish

metadata = MetaData()
add_kit_tables(metadata)


class Kind(StrEnum):
    """What a message or a link is for. A receipt says: we have noted your *no*."""

    CONTACT = "contact"
    RECEIPT = "receipt"


class Ended(StrEnum):
    """Why an approach no longer climbs."""

    ANSWERED = "answered"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    HUMAN = "human"
    COMPLETE = "complete"


class Failure(StrEnum):
    """Why a message failed."""

    REFUSED = "refused"
    REPORTED = "reported"
    NO_CHANNEL = "no-channel"
    NO_CONTACT = "no-contact"
    NOT_SET_UP = "not-set-up"


_SLUG = "^[a-z0-9][a-z0-9._-]{0,63}$"
_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


def _matches(name: str, pattern: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, CheckConstraint(f"{name} ~ '{pattern}'"), nullable=null)


def _reference(name: str, prefix: str, *, null: bool = False) -> Column[str]:
    return _matches(name, f"^{prefix}_[0-9a-f]{{32}}$", null=null)


def _one_of(name: str, values: Iterable[str], *, null: bool = False) -> Column[str]:
    words = ", ".join(f"'{value}'" for value in values)
    return Column(name, Text, CheckConstraint(f"{name} in ({words})"), nullable=null)


def _some_of(name: str, values: Iterable[str]) -> Column[list[str]]:
    words = ", ".join(f"'{value}'" for value in values)
    return Column(name, ARRAY(Text), CheckConstraint(f"{name} <@ array[{words}]"), nullable=False)


def _primary(prefix: str) -> Column[str]:
    return Column("ref", Text, CheckConstraint(f"ref ~ '^{prefix}_[0-9a-f]{{32}}$'"), primary_key=True)


def _moment(name: str, *, null: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=null)


REGARDING = "^(cas|asg|tsk)_[0-9a-f]{32}$"
ZONE = "^[A-Za-z0-9_+/-]{1,64}$"
LANGUAGE = "^[a-z]{2,3}(-[A-Z]{2})?$"

approach = Table(
    "approach",
    metadata,
    _primary("apr"),
    _reference("person", "per", null=True),
    _matches("duty", _SLUG, null=True),
    _one_of("purpose", Purpose),
    Column("urgent", Boolean, nullable=False),
    _matches("zone", ZONE, null=True),
    _matches("language", LANGUAGE, null=True),
    _some_of("channels", Channel),
    _moment("began"),
    _moment("expires", null=True),
    _one_of("ended", Ended, null=True),
    Index("approach_climbing", "person", postgresql_where="ended is null"),
)
"""One effort to reach one person (or one duty), however many requests it carries."""

request = Table(
    "request",
    metadata,
    _primary("req"),
    Column("approach", Text, ForeignKey("approach.ref"), nullable=True),
    _one_of("purpose", Purpose),
    _matches("regarding", REGARDING),
    _reference("person", "per", null=True),
    _matches("duty", _SLUG, null=True),
    Column("urgent", Boolean, nullable=False),
    _moment("requested"),
    _moment("cancelled", null=True),
    _matches("correlation", _UUID, null=True),
    _matches("causation", _UUID, null=True),
    _matches("traceparent", "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$", null=True),
    Index("request_by_approach", "approach"),
)

message = Table(
    "message",
    metadata,
    _primary("msg"),
    Column("approach", Text, ForeignKey("approach.ref"), nullable=False),
    _one_of("kind", Kind),
    Column("rung", SmallInteger, nullable=False),
    _one_of("channel", Channel, null=True),
    _one_of("avoid", Channel, null=True),
    _one_of("status", MessageStatus),
    _one_of("failure", Failure, null=True),
    _matches("message_id", r"^<msg_[0-9a-f]{32}@[a-z0-9.-]{1,253}>$"),
    _matches("return_token", "^[0-9a-f]{32}$"),
    _moment("due"),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    _moment("queued"),
    _moment("sent", null=True),
    Index("message_due", "due", postgresql_where="status = 'queued'"),
    Index("message_by_approach", "approach"),
    Index("message_by_return_token", "return_token", unique=True),
)
"""A row stands before the attempt. `avoid` is the channel that a receipt must not take."""

link = Table(
    "link",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("approach", Text, ForeignKey("approach.ref"), nullable=False),
    _reference("message", "msg"),
    _one_of("kind", Kind),
    _moment("valid_until"),
    Index("link_by_approach", "approach"),
)

answer = Table(
    "answer",
    metadata,
    _primary("ans"),
    Column("approach", Text, ForeignKey("approach.ref"), nullable=True),
    _reference("card", "crd", null=True),
    _reference("request", "req", null=True),
    _matches("regarding", REGARDING),
    _reference("person", "per"),
    _one_of("choice", Choice),
    Column("by_human", Boolean, nullable=False),
    _moment("given"),
    _moment("replaced", null=True),
    _moment("undone", null=True),
    Index("answer_by_approach", "approach"),
)

confirmation = Table(
    "confirmation",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    _moment("used"),
    Index("confirmation_by_age", "used"),
)
"""Nonces that were used, so that a reload or a replayed body does nothing."""

card = Table(
    "card",
    metadata,
    _primary("crd"),
    _reference("request", "req", null=True),
    _matches("regarding", REGARDING),
    _reference("person", "per"),
    _reference("holder", "per", null=True),
    _matches("duty", _SLUG, null=True),
    _some_of("wishes", Wish),
    Column("urgent", Boolean, nullable=False),
    _moment("granted"),
    _moment("expires"),
    _moment("revoked", null=True),
    Index("card_by_request", "request"),
)

card_look = Table(
    "card_look",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("card", Text, ForeignKey("card.ref"), nullable=False),
    _one_of("outcome", ("shown", "no-contact", "unavailable")),
    _moment("looked"),
    Index("card_look_by_card", "card"),
)
"""The audit: each time that somebody opened a card, also when there was nothing to show."""

withdrawn = Table(
    "withdrawn",
    metadata,
    Column("ref", Text, CheckConstraint("ref ~ '^(req|crd)_[0-9a-f]{32}$'"), primary_key=True),
    _moment("at"),
)
"""Requests and cards taken back before they came: topics keep order per key only."""

receipt = Table(
    "receipt",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("message", Text, ForeignKey("message.ref"), nullable=False),
    _one_of("action", Action),
    Column("status_class", SmallInteger, CheckConstraint("status_class in (2, 4, 5)"), nullable=True),
    _moment("received"),
    Index("receipt_by_message", "message"),
)
