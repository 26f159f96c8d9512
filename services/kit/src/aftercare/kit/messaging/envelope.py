"""The envelope: a CloudEvents 1.0 event, and what ties it to the one that caused it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class Cause:
    """Where a message comes from: carried from each message to all that follow from it."""

    correlation_id: str | None = None
    """The event that began it all."""
    causation_id: str | None = None
    """The event that led to this one directly."""
    traceparent: str | None = None
    """W3C trace context of this hop."""


@dataclass(frozen=True, slots=True)
class Event:
    """A CloudEvents 1.0 event. `data` is the raw body, `None` for a tombstone."""

    id: str
    source: str
    type: str
    data: bytes | None
    subject: str | None = None
    time: datetime | None = None
    datacontenttype: str | None = None
    dataschema: str | None = None
    extensions: Mapping[str, str] = field(default_factory=dict)

    @property
    def cause(self) -> Cause:
        """What a message that follows from this one names as its cause."""
        return Cause(
            correlation_id=self.extensions.get("correlationid") or self.id,
            causation_id=self.id,
            traceparent=self.extensions.get("traceparent"),
        )


class Outgoing(Protocol):
    """What can be published: `aftercare.schemas` messages have this shape, and the kit knows no more of them."""

    type: ClassVar[str]
    tombstone: ClassVar[bool]

    @property
    def topic(self) -> str: ...

    def key(self) -> str: ...

    @classmethod
    def dataschema(cls) -> str: ...

    def model_dump_json(self, *, exclude_none: bool = False) -> str: ...


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it will stand on its topic, but for the envelope, which says when and why it was published."""

    topic: str
    type: str
    dataschema: str
    key: str
    value: bytes | None


def written(message: Outgoing) -> Written:
    """The same message in bytes."""
    value = None if message.tombstone else message.model_dump_json(exclude_none=True).encode()
    return Written(str(message.topic), message.type, message.dataschema(), message.key(), value)
