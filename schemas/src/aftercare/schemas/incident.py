"""`aftercare.incident`: what happened, as far as the support side may know it. No patient, no name, no text."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from aftercare.schemas.base import (
    IdentifierToken,
    IncidentRef,
    InvolvementRef,
    Message,
    RelevantPersonRef,
    Revision,
    Shape,
    Slug,
    UtcInstant,
)
from aftercare.schemas.time import StatedTime
from aftercare.schemas.topics import Topic


class Harm(StrEnum):
    """Canonical harm, in order of gravity (`interop.md` 5). Derived, versioned by `harm_rule`."""

    UNKNOWN = "unknown"
    UNSAFE_CONDITION = "unsafe-condition"
    NEAR_MISS = "near-miss"
    NO_HARM = "no-harm"
    LOW = "low"
    MODERATE = "moderate"
    SEVERE = "severe"
    DEATH = "death"


class EventKind(StrEnum):
    ADVERSE_EVENT = "adverse-event"
    STRESSFUL_EVENT = "stressful-event"
    """Violence, a sudden death without error, a claim: R31, R32."""


class Actuality(StrEnum):
    ACTUAL = "actual"
    POTENTIAL = "potential"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"
    UNKNOWN = "unknown"


class Seriousness(StrEnum):
    SERIOUS = "serious"
    NON_SERIOUS = "non-serious"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    RESOLVED = "resolved"
    RECOVERING = "recovering"
    ONGOING = "ongoing"
    RESOLVED_WITH_SEQUELAE = "resolved-with-sequelae"
    FATAL = "fatal"
    UNKNOWN = "unknown"


class Flag(StrEnum):
    """Flags beside harm: a no-harm event can be a never event (`interop.md` 2.5)."""

    NEVER_EVENT = "never-event"
    SENTINEL = "sentinel"
    SERIOUS_INCIDENT = "serious-incident"
    DUTY_OF_CANDOUR = "duty-of-candour"


class SubjectKind(StrEnum):
    PATIENT = "patient"
    RELATIVE = "relative"
    STAFF = "staff"
    GROUP = "group"
    UNKNOWN = "unknown"


class Relation(StrEnum):
    INVOLVED = "involved"
    WITNESS = "witness"
    ON_SHIFT = "on-shift"
    REPORTER = "reporter"
    HARMED = "harmed"


class Route(StrEnum):
    """How a person came to be named (R29, R33)."""

    INCIDENT = "incident"
    COLLEAGUE = "colleague"
    MANAGER = "manager"
    MANAGEMENT = "management"
    SELF = "self"
    RCA_INTERVIEW = "rca-interview"
    DISCLOSURE = "disclosure"
    CLAIM = "claim"


class Involvement(Shape):
    """One member of staff named for one incident."""

    involvement: InvolvementRef
    person: IdentifierToken
    relation: Relation = Relation.INVOLVED
    route: Route = Route.INCIDENT
    never_through_manager: bool = False
    """Named by, or is, a reporter who fears repercussion: a manager must never learn of the contact."""


class RelevantPerson(Shape):
    """A patient, or who stands for one, to whom candour is owed (`domain.md` 3a). Never an identifier.

    The reference holds within this incident alone: of the same patient in another incident it is another.
    """

    relevant_person: RelevantPersonRef
    subject: SubjectKind = SubjectKind.PATIENT
    harm: Harm | None = None
    """This person's own, where the source states it for each; absent: that of the incident."""


class IncidentState(Shape):
    """The whole state of an incident at one revision. Every event carries it, so a consumer need keep none of it."""

    incident: IncidentRef
    revision: Revision
    source: Slug
    kind: EventKind = EventKind.ADVERSE_EVENT
    site: Slug | None = None
    unit: Slug | None = None
    occurred: StatedTime | None = None
    discovered: StatedTime | None = None
    recorded: StatedTime | None = None
    received: UtcInstant
    actuality: Actuality = Actuality.UNKNOWN
    severity: Severity = Severity.UNKNOWN
    seriousness: Seriousness = Seriousness.UNKNOWN
    outcome: Outcome = Outcome.UNKNOWN
    harm: Harm = Harm.UNKNOWN
    harm_rule: Slug
    flags: tuple[Flag, ...] = ()
    subject: SubjectKind = SubjectKind.UNKNOWN
    narrative_present: bool = False
    relevant_persons: tuple[RelevantPerson, ...] = ()
    """Empty as long as the source names none of them one by one."""
    involved: tuple[Involvement, ...] = ()
    synthetic: bool = False
    backfill: bool = False
    """History replayed: keep the books, contact nobody (`architecture.md` 5)."""


class _IncidentMessage(Message):
    topic: ClassVar[Topic] = Topic.INCIDENT
    state: IncidentState

    def key(self) -> str:
        return self.state.incident

    def probe_began(self) -> datetime | None:
        return self.state.received if self.state.synthetic else None


class IncidentReportedV1(_IncidentMessage):
    """A source reported an incident for the first time."""

    type: ClassVar[str] = "org.aftercare.incident.reported.v1"


class IncidentAmendedV1(_IncidentMessage):
    """A later version: other harm, other times, other flags."""

    type: ClassVar[str] = "org.aftercare.incident.amended.v1"


class StaffInvolvedAddedV1(_IncidentMessage):
    """More staff are known to be involved. `added` are in `state.involved` too."""

    type: ClassVar[str] = "org.aftercare.incident.staff-involved-added.v1"
    added: tuple[InvolvementRef, ...] = Field(min_length=1)


class StaffInvolvedRemovedV1(_IncidentMessage):
    """Staff turned out not to be involved. `removed` are in `state.involved` no longer."""

    type: ClassVar[str] = "org.aftercare.incident.staff-involved-removed.v1"
    removed: tuple[InvolvementRef, ...] = Field(min_length=1)


class NobodyInvolvedV1(_IncidentMessage):
    """A human looked and recorded that no member of staff was involved."""

    type: ClassVar[str] = "org.aftercare.incident.nobody-involved.v1"


class WithdrawalReason(StrEnum):
    ENTERED_IN_ERROR = "entered-in-error"
    NOT_REPORTABLE = "not-reportable"
    DUPLICATE = "duplicate"


class IncidentWithdrawnV1(_IncidentMessage):
    """The source took the record back. An offer already made stands."""

    type: ClassVar[str] = "org.aftercare.incident.withdrawn.v1"
    reason: WithdrawalReason


class IncidentMergedV1(_IncidentMessage):
    """This incident is the same as `into`; its people are named there from now on."""

    type: ClassVar[str] = "org.aftercare.incident.merged.v1"
    into: IncidentRef
