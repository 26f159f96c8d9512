"""`aftercare.outreach-request`: `support` asks `outreach` to reach somebody, or to show a human one contact."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from aftercare.schemas.base import CardRef, Language, Message, PersonToken, RequestRef, Slug, UtcInstant, Zone
from aftercare.schemas.staff import ChannelKind
from aftercare.schemas.topics import Topic

Regarding = Annotated[str, StringConstraints(pattern=r"^(cas|asg|tsk)_[0-9a-f]{32}$")]
"""What the request is about; it comes back with every answer and receipt."""


class Purpose(StrEnum):
    """Decides the words, the choices on the page and the ladder."""

    OFFER = "offer"
    OFFER_BEFORE_INTERVIEW = "offer-before-interview"
    OFFER_AFTER_INTERVIEW = "offer-after-interview"
    REMINDER = "reminder"
    """The person said *later*."""
    SUPPORTER_FOUND = "supporter-found"
    """To the person: somebody will be in touch."""
    COORDINATOR_WILL_CALL = "coordinator-will-call"
    SUPPORTER_ASK = "supporter-ask"
    """To a supporter: can you take somebody on?"""
    SUPPORTER_CARD = "supporter-card"
    """To a supporter who accepted: the link to the contact card."""
    COORDINATOR_TASK = "coordinator-task"
    """To a coordinator's duty address: something waits for a human."""


class Wish(StrEnum):
    """What the person asked for. Enums only: a wish in words would be a record of a conversation."""

    BY_PHONE = "by-phone"
    BY_EMAIL = "by-email"
    IN_PERSON = "in-person"
    BY_VIDEO = "by-video"
    OTHER_UNIT = "other-unit"
    OTHER_SITE = "other-site"
    OWN_UNIT = "own-unit"


class ContactRequestedV1(Message):
    """Reach `person`, resolved at the last moment, or a coordinator's `duty` from the organisation pack."""

    topic: ClassVar[Topic] = Topic.OUTREACH_REQUEST
    type: ClassVar[str] = "org.aftercare.outreach-request.contact-requested.v1"
    request: RequestRef
    purpose: Purpose
    regarding: Regarding
    person: PersonToken | None = None
    duty: Slug | None = None
    urgent: bool = False
    never_through_manager: bool = False
    zone: Zone | None = None
    language: Language | None = None
    channels: tuple[ChannelKind, ...] = ()
    """The person's own order; empty means the programme's."""
    requested: UtcInstant
    expires: UtcInstant | None = None

    def key(self) -> str:
        return self.person or self.request


class CancelReason(StrEnum):
    NOT_INVOLVED = "not-involved"
    INCIDENT_WITHDRAWN = "incident-withdrawn"
    ANSWERED_ELSEWHERE = "answered-elsewhere"
    CASE_CLOSED = "case-closed"
    SUPERSEDED = "superseded"


class ContactCancelledV1(Message):
    """What has not been sent must not be sent any more; what was sent stands, and its link keeps working."""

    topic: ClassVar[Topic] = Topic.OUTREACH_REQUEST
    type: ClassVar[str] = "org.aftercare.outreach-request.contact-cancelled.v1"
    request: RequestRef
    person: PersonToken | None = None
    reason: CancelReason
    cancelled: UtcInstant

    def key(self) -> str:
        return self.person or self.request


class CardGrantedV1(Message):
    """One human may see one person's contact, until `expires`. Every look is audited."""

    topic: ClassVar[Topic] = Topic.OUTREACH_REQUEST
    type: ClassVar[str] = "org.aftercare.outreach-request.card-granted.v1"
    card: CardRef
    request: RequestRef | None = None
    """The contact request whose mail carries the link, for a supporter."""
    regarding: Regarding
    person: PersonToken
    holder: PersonToken | None = None
    duty: Slug | None = None
    wishes: tuple[Wish, ...] = ()
    urgent: bool = False
    granted: UtcInstant
    expires: UtcInstant

    def key(self) -> str:
        return self.person


class CardRevokedV1(Message):
    topic: ClassVar[Topic] = Topic.OUTREACH_REQUEST
    type: ClassVar[str] = "org.aftercare.outreach-request.card-revoked.v1"
    card: CardRef
    person: PersonToken
    revoked: UtcInstant

    def key(self) -> str:
        return self.person
