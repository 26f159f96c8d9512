"""What the clocks of each side read. The kit runs it on Faust; a backfill runs the same handlers."""

from collections.abc import Callable, Mapping
from typing import Any

from aftercare.kit.messaging.codec import typed
from aftercare.kit.messaging.consumer import Consumer, Decode, Received, Record
from aftercare.programme.clocks import Side
from aftercare.schemas.base import Message
from aftercare.schemas.registry import UnreadableMessageError, decode
from aftercare.schemas.topics import Topic
from aftercare.sla.service_layer.handlers import Handlers

READ: Mapping[Side, Mapping[str, Topic]] = {
    Side.EVENT: {
        "incidents": Topic.INCIDENT,
        "rcas": Topic.RCA,
        "milestones": Topic.DISCLOSURE_MILESTONE,
    },
    Side.SUPPORT: {
        "incidents": Topic.INCIDENT,
        "rcas": Topic.RCA,
        "cases": Topic.SUPPORT_CASE,
        "outreach": Topic.OUTREACH,
    },
}
"""By consumer, for each side. Neither reads what is the other's alone."""

_decode: Decode[Message] = typed(lambda kind, data, key: decode(kind, data, key=key), UnreadableMessageError)


def consumers(side: Side, handlers: Handlers) -> tuple[Consumer[Any], ...]:
    """All topics that this side reads."""
    return tuple(Consumer(name, str(topic), _of(topic), handlers.on_messages) for name, topic in READ[side].items())


def _of(topic: Topic) -> Callable[[Record], Received[Message] | None]:
    """Reads the topic's own messages; a type that belongs elsewhere, or came later than this release, is skipped."""

    def read(record: Record) -> Received[Message] | None:
        received = _decode(record)
        return received if received is not None and received.message.topic is topic else None

    return read
