"""`aftercare.staff`: pseudonymous attributes of staff, compacted. Never a name, never an address."""

from enum import StrEnum
from typing import ClassVar

from aftercare.schemas.base import (
    IdentifierToken,
    Language,
    LoginToken,
    Message,
    PersonToken,
    Revision,
    Slug,
    UtcInstant,
    Zone,
)
from aftercare.schemas.topics import Topic


class RoleGroup(StrEnum):
    """Coarse on purpose: a rare job title is a name."""

    NURSE = "nurse"
    MIDWIFE = "midwife"
    DOCTOR = "doctor"
    PHARMACIST = "pharmacist"
    THERAPIST = "therapist"
    TECHNICIAN = "technician"
    PARAMEDIC = "paramedic"
    STUDENT = "student"
    RESIDENT = "resident"
    ADMINISTRATION = "administration"
    FACILITIES = "facilities"
    OTHER = "other"


class ChannelKind(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    CALL = "call"


class StaffDescribedV1(Message):
    """All that matching and routing may know of a person. A snapshot: the newest revision replaces the rest."""

    topic: ClassVar[Topic] = Topic.STAFF
    type: ClassVar[str] = "org.aftercare.staff.described.v1"
    person: PersonToken
    revision: Revision
    identifiers: tuple[IdentifierToken, ...] = ()
    logins: tuple[LoginToken, ...] = ()
    role_group: RoleGroup = RoleGroup.OTHER
    site: Slug | None = None
    unit: Slug | None = None
    manager: PersonToken | None = None
    zone: Zone | None = None
    languages: tuple[Language, ...] = ()
    channels: tuple[ChannelKind, ...] = ()
    merged_from: tuple[PersonToken, ...] = ()
    """Tokens that turned out to be this same person."""
    described: UtcInstant

    def key(self) -> str:
        return self.person


class StaffRemovedV1(Message):
    """A tombstone: the person left or was erased. The record's value is empty; the key says who."""

    topic: ClassVar[Topic] = Topic.STAFF
    type: ClassVar[str] = "org.aftercare.staff.removed.v1"
    tombstone: ClassVar[bool] = True
    person: PersonToken

    def key(self) -> str:
        return self.person
