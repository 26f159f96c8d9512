"""What support reads. The kit runs it on Faust; a backfill runs the same handlers."""

from collections.abc import Callable
from typing import Any, TypeVar

from aftercare.kit.messaging.codec import typed
from aftercare.kit.messaging.consumer import Consumer, Decode, Handle, Received, Record
from aftercare.schemas.base import Message
from aftercare.schemas.registry import UnreadableMessageError, decode
from aftercare.schemas.topics import Topic
from aftercare.support.service_layer.handlers import Handlers

M = TypeVar("M", bound=Message)

_decode: Decode[Message] = typed(lambda kind, data, key: decode(kind, data, key=key), UnreadableMessageError)


def consumers(handlers: Handlers) -> tuple[Consumer[Any], ...]:
    """All topics that support reads, and who handles each."""
    table: tuple[tuple[str, Topic, Handle[Any]], ...] = (
        ("incidents", Topic.INCIDENT, handlers.on_incident),
        ("rcas", Topic.RCA, handlers.on_rca),
        ("staff", Topic.STAFF, handlers.on_staff),
        ("identity-answers", Topic.IDENTITY_ANSWER, handlers.on_identity_answer),
        ("answers", Topic.ANSWER, handlers.on_answer),
        ("outreach", Topic.OUTREACH, handlers.on_outreach),
    )
    return tuple(Consumer(name, str(topic), _of(topic), handle) for name, topic, handle in table)


def _of(topic: Topic) -> Callable[[Record], Received[Message] | None]:
    """Reads the topic's own messages; a type that belongs elsewhere, or came later than this release, is skipped."""

    def read(record: Record) -> Received[Message] | None:
        received = _decode(record)
        return received if received is not None and received.message.topic is topic else None

    return read
