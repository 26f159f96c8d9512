"""The smaller things that support keeps beside obligations, cases and tasks. References and enums, nothing else."""

from dataclasses import dataclass
from datetime import datetime

from aftercare.support.domain.vocabulary import (
    Act,
    AssignmentState,
    IncidentStatus,
    Mode,
    Purpose,
    RequestState,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Incident:
    """How far we have read an incident. Harm and flags are not kept."""

    incident: str
    revision: int
    status: IncidentStatus


@dataclass(frozen=True, slots=True)
class StaffMember:
    """What `directory` says about a person, as far as matching and routing need it."""

    person: str
    revision: int
    role_group: str = "other"
    site: str | None = None
    unit: str | None = None
    manager: str | None = None
    zone: str | None = None
    languages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier token and who is behind it, as far as anybody knows."""

    identifier: str
    person: str | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class ContactRequest:
    """A request to `outreach`, remembered to understand what comes back and to call it off."""

    request: str
    purpose: Purpose
    regarding: str
    requested_at: datetime
    state: RequestState = RequestState.OPEN
    person: str | None = None
    case: str | None = None
    obligation: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A grant to see one person's contact."""

    card: str
    regarding: str
    person: str
    expires_at: datetime
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """One supporter, asked for one case."""

    assignment: str
    case: str
    supporter: str
    state: AssignmentState
    asked_at: datetime
    by_coordinator: bool = False


@dataclass(frozen=True, slots=True)
class Volunteer:
    """A supporter's own entry: what they are trained for, and whether they can be asked now."""

    person: str
    trained_until: datetime
    modes: tuple[Mode, ...]
    load_cap: int
    available: bool = True
    last_asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who changed what, when: appended, never altered."""

    at: datetime
    actor: str
    act: Act
    subject: str
    detail: str | None = None
    """A word of one of the enums, such as the new state."""


@dataclass(frozen=True, slots=True)
class Login:
    """A sign-in, as a token, and the person behind it."""

    login: str
    person: str


@dataclass(frozen=True, slots=True)
class Named:
    """Which identifier an obligation came with. Kept with the identity map, apart from everything else."""

    obligation: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Two tokens turned out to be one person."""

    old: str
    person: str


@dataclass(frozen=True, slots=True)
class RcaMember:
    """A member of an RCA team, who can't support anybody it looks at (H2)."""

    rca: str
    identifier: str


@dataclass(frozen=True, slots=True)
class RcaIncident:
    """What an RCA looks at."""

    rca: str
    incident: str


@dataclass(frozen=True, slots=True)
class NotThisOne:
    """A supporter whom this person does not want, or does not want any more (H5)."""

    person: str
    supporter: str


@dataclass(frozen=True, slots=True)
class AnswerSeen:
    """An answer that was dealt with, so that a second delivery changes nothing; or undone before it came."""

    answer: str
    undone: bool
    at: datetime
