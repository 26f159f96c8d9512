"""What a record says, in our words: the one shape that every format is mapped to.

A `Named` person is still in clear here. It never leaves this process: the service layer turns it into a token
or seals it before anything is stored or published.
"""

from dataclasses import dataclass, field
from datetime import datetime

from aftercare.intake.domain.stated_time import StatedTime
from aftercare.intake.domain.vocabulary import (
    Actuality,
    EventKind,
    FeedbackAudience,
    Flag,
    HarmLevel,
    IdentifierKind,
    Milestone,
    Outcome,
    RcaMethod,
    RcaStep,
    Relation,
    Route,
    Seriousness,
    Severity,
    SubjectKind,
    WithdrawalReason,
)


@dataclass(frozen=True, slots=True)
class Named:
    """A person as the source writes them."""

    system: str
    kind: IdentifierKind
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NamedStaff:
    person: Named
    relation: Relation = Relation.INVOLVED
    route: Route = Route.INCIDENT
    never_through_manager: bool = False


@dataclass(frozen=True, slots=True)
class NamedPatient:
    """Somebody harmed who is not staff, or who stands for them. Becomes keyed references, nothing else."""

    system: str
    value: str = field(repr=False)
    subject: SubjectKind = SubjectKind.PATIENT
    harm: HarmLevel | None = None
    """Their own, where the source states it for each."""


@dataclass(frozen=True, slots=True)
class Mention:
    """How a record points at an incident: by the source's own id, by its number, or by our reference."""

    source_id: str | None = field(default=None, repr=False)
    number: str | None = field(default=None, repr=False)
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """`stated` is the source's own word; without one the body's hash stands in for it."""

    stated: str | None = None
    updated: datetime | None = None

    @property
    def number(self) -> int | None:
        """The version as a number, where it is one: `2`, but also `W/"2"` and `v2`."""
        digits = (self.stated or "").strip('W/"v ')
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


@dataclass(frozen=True, slots=True)
class IncidentDetails:
    """All that is published of an incident beside its people."""

    kind: EventKind = EventKind.ADVERSE_EVENT
    site: str | None = None
    unit: str | None = None
    occurred: StatedTime | None = None
    discovered: StatedTime | None = None
    recorded: StatedTime | None = None
    actuality: Actuality = Actuality.UNKNOWN
    severity: Severity = Severity.UNKNOWN
    seriousness: Seriousness = Seriousness.UNKNOWN
    outcome: Outcome = Outcome.UNKNOWN
    harm: HarmLevel = HarmLevel.UNKNOWN
    harm_rule: str = "none.1"
    flags: tuple[Flag, ...] = ()
    subject: SubjectKind = SubjectKind.UNKNOWN
    narrative_present: bool = False
    synthetic: bool = False
    backfill: bool = False


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """A version of an incident record."""

    source_id: str = field(repr=False)
    details: IncidentDetails
    numbers: tuple[str, ...] = field(default=(), repr=False)
    """The source's own incident numbers: shown to people, used to correlate, never an identity."""
    staff: tuple[NamedStaff, ...] = ()
    patients: tuple[NamedPatient, ...] = ()
    fears_repercussion: bool = False
    unnamed_staff: int = 0
    """How many more of the staff it says were involved and does not name: at least so many."""
    tells_staff: bool = True
    """Whether it would name who was involved. Of a view that never does, who was named before stays."""


@dataclass(frozen=True, slots=True)
class IncidentWithdrawal:
    source_id: str = field(repr=False)
    reason: WithdrawalReason


@dataclass(frozen=True, slots=True)
class IncidentMerge:
    source_id: str = field(repr=False)
    into: Mention


@dataclass(frozen=True, slots=True)
class StaffChange:
    incident: Mention
    added: tuple[NamedStaff, ...] = ()
    removed: tuple[Named, ...] = ()
    unnamed_staff: int = 0
    """How many more it says were involved and does not name."""


@dataclass(frozen=True, slots=True)
class RcaMilestone:
    rca_id: str = field(repr=False)
    step: RcaStep
    incidents: tuple[Mention, ...] = ()
    method: RcaMethod | None = None
    team: tuple[Named, ...] | None = None
    interviewee: Named | None = None
    at: StatedTime | None = None
    audience: FeedbackAudience | None = None
    told_by: str | None = field(default=None, repr=False)
    """The source's record that tells of an interview, where it can be deleted later: `Appointment/7`."""


@dataclass(frozen=True, slots=True)
class RcaDeletion:
    """The source deleted what told of an analysis or an interview. Of what nobody knows it may be anything."""

    told_by: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DisclosureStep:
    incident: Mention
    milestone: Milestone
    at: StatedTime | None = None
    lead: Named | None = None
    participants: tuple[Named, ...] = ()
    relevant: tuple[NamedPatient, ...] = ()
    """Whom it regards: patients, and who stands for them."""


Fact = IncidentReport | IncidentWithdrawal | IncidentMerge | StaffChange | RcaMilestone | RcaDeletion | DisclosureStep


@dataclass(frozen=True, slots=True)
class Question:
    """An identifier that `directory` may have to be asked about, and the token that it became."""

    named: Named
    person: str
    source: str
    incident: str | None
