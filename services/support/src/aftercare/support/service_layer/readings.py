"""What we read: messages of other services in our own words. After this, no contract type exists."""

from dataclasses import dataclass
from datetime import datetime

from aftercare.support.domain.claim import Stand
from aftercare.support.domain.obligation import Occurred
from aftercare.support.domain.vocabulary import Choice, Route, Stage, Verdict


@dataclass(frozen=True, slots=True)
class InvolvementRead:
    involvement: str
    identifier: str
    route: Route
    never_through_manager: bool


@dataclass(frozen=True, slots=True)
class IncidentRead:
    """One revision of an incident. Harm and flags are decided on already, and gone."""

    incident: str
    revision: int
    stand: Stand
    involved: tuple[InvolvementRead, ...]
    removed: tuple[str, ...]
    urgent: bool
    site: str | None
    received: datetime
    occurred: Occurred | None


@dataclass(frozen=True, slots=True)
class RcaRead:
    """A milestone of an RCA; `interviewee` only with an interview, whose `stage` says which."""

    rca: str
    incidents: tuple[str, ...]
    team: tuple[str, ...]
    received: datetime
    backfill: bool
    interviewee: str | None = None
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class StaffRead:
    """The newest snapshot of a person; `gone` for a tombstone, which says nothing else."""

    person: str
    revision: int
    gone: bool = False
    identifiers: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    role_group: str = "other"
    site: str | None = None
    unit: str | None = None
    manager: str | None = None
    zone: str | None = None
    languages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    merged_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IdentityRead:
    identifier: str
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class AnswerRead:
    """A choice, or (`undone`) that it was taken back."""

    answer: str
    regarding: str
    person: str
    choice: Choice | None
    at: datetime
    request: str | None = None
    by_human: bool = False
    undone: bool = False
