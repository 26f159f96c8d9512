"""What `outreach` can be told to do, in its own words."""

from dataclasses import dataclass
from datetime import datetime

from aftercare.outreach.domain.vocabulary import Channel, Purpose


@dataclass(frozen=True, slots=True)
class Trail:
    """What led to a request: passed on with all that follows from it."""

    correlation: str | None = None
    causation: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class RequestContact:
    """Reach `person`, or the `duty` of a coordinator; exactly one of the two is set."""

    ref: str
    purpose: Purpose
    regarding: str
    person: str | None
    duty: str | None
    urgent: bool
    zone: str | None
    language: str | None
    channels: tuple[Channel, ...]
    requested: datetime
    expires: datetime | None
    trail: Trail = Trail()


@dataclass(frozen=True, slots=True)
class GrantCard:
    """Let one human see one person's contact, until `expires`. `wishes` are words of the contracts."""

    ref: str
    request: str | None
    regarding: str
    person: str
    holder: str | None
    duty: str | None
    wishes: tuple[str, ...]
    urgent: bool
    granted: datetime
    expires: datetime
