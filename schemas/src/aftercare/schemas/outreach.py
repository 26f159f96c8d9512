"""`aftercare.outreach`: what became of every message. *Sent* is a server's 250; *reached* is a person."""

from enum import StrEnum
from typing import ClassVar

from aftercare.schemas.base import Message, MessageRef, PersonToken, RequestRef, UtcInstant
from aftercare.schemas.outreach_request import Purpose, Regarding
from aftercare.schemas.staff import ChannelKind
from aftercare.schemas.topics import Topic


class MessageStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class MessageStatusChangedV1(Message):
    """One message on one channel moved. `requests` are all that were merged into it."""

    topic: ClassVar[Topic] = Topic.OUTREACH
    type: ClassVar[str] = "org.aftercare.outreach.message-status-changed.v1"
    message: MessageRef
    requests: tuple[RequestRef, ...]
    person: PersonToken | None = None
    purpose: Purpose
    channel: ChannelKind
    status: MessageStatus
    regarding: tuple[Regarding, ...] = ()
    """What those requests are about, each once. Empty from a sender that does not say."""
    changed: UtcInstant

    def key(self) -> str:
        return self.person or self.message


class ReachedBy(StrEnum):
    ANSWER = "answer"
    HUMAN = "human"


class PersonReachedV1(Message):
    """The person answered, or a human confirmed to have spoken to them."""

    topic: ClassVar[Topic] = Topic.OUTREACH
    type: ClassVar[str] = "org.aftercare.outreach.person-reached.v1"
    request: RequestRef | None = None
    regarding: Regarding
    person: PersonToken
    by: ReachedBy
    reached: UtcInstant

    def key(self) -> str:
        return self.person


class HumanNeededReason(StrEnum):
    SILENCE = "silence"
    UNDELIVERABLE = "undeliverable"
    NO_CHANNEL = "no-channel"
    NO_CONTACT = "no-contact"
    """`directory` knows no contact (any more)."""


class HumanNeededV1(Message):
    """The ladder has ended: a human must call. `support` says who."""

    topic: ClassVar[Topic] = Topic.OUTREACH
    type: ClassVar[str] = "org.aftercare.outreach.human-needed.v1"
    request: RequestRef
    regarding: Regarding
    person: PersonToken | None = None
    reason: HumanNeededReason
    needed: UtcInstant

    def key(self) -> str:
        return self.person or self.request
