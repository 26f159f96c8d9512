"""The words that may leave this door. Same words as the contracts; a test holds the two together."""

from enum import StrEnum

from aftercare.programme.model import HarmLevel

__all__ = [
    "INTERVIEW_STEPS",
    "Actuality",
    "EventKind",
    "FeedbackAudience",
    "Flag",
    "HarmLevel",
    "IdentifierKind",
    "Milestone",
    "Outcome",
    "Precision",
    "RcaMethod",
    "RcaStep",
    "Relation",
    "Route",
    "Seriousness",
    "Severity",
    "SubjectKind",
    "WithdrawalReason",
]


class EventKind(StrEnum):
    ADVERSE_EVENT = "adverse-event"
    STRESSFUL_EVENT = "stressful-event"


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
    """How close a person was, in order: the first wins when a record names somebody twice."""

    HARMED = "harmed"
    INVOLVED = "involved"
    WITNESS = "witness"
    ON_SHIFT = "on-shift"
    REPORTER = "reporter"


class Route(StrEnum):
    INCIDENT = "incident"
    COLLEAGUE = "colleague"
    MANAGER = "manager"
    MANAGEMENT = "management"
    SELF = "self"
    RCA_INTERVIEW = "rca-interview"
    DISCLOSURE = "disclosure"
    CLAIM = "claim"


class IdentifierKind(StrEnum):
    IDENTIFIER = "identifier"
    REFERENCE = "reference"
    DISPLAY_NAME = "display-name"


class Precision(StrEnum):
    INSTANT = "instant"
    MINUTE = "minute"
    HOUR = "hour"
    PART_OF_DAY = "part-of-day"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class WithdrawalReason(StrEnum):
    ENTERED_IN_ERROR = "entered-in-error"
    NOT_REPORTABLE = "not-reportable"
    DUPLICATE = "duplicate"


class RcaStep(StrEnum):
    COMMISSIONED = "commissioned"
    INTERVIEW_SCHEDULED = "interview-scheduled"
    INTERVIEW_HELD = "interview-held"
    INTERVIEW_CANCELLED = "interview-cancelled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FINDINGS_RELEASED = "findings-released"


INTERVIEW_STEPS = (RcaStep.INTERVIEW_SCHEDULED, RcaStep.INTERVIEW_HELD, RcaStep.INTERVIEW_CANCELLED)
"""Those that are about one person who is asked."""


class RcaMethod(StrEnum):
    RCA = "rca"
    RCA2 = "rca2"
    PSII = "psii"
    AAR = "aar"
    SWARM = "swarm"
    MDT = "mdt"
    OTHER = "other"


class FeedbackAudience(StrEnum):
    STAFF = "staff"
    FAMILY = "family"


class Milestone(StrEnum):
    REQUIRED = "required"
    NOT_REQUIRED = "not-required"
    LEAD_ASSIGNED = "lead-assigned"
    INITIAL_DONE = "initial-done"
    WRITTEN_SENT = "written-sent"
    MEETING_SCHEDULED = "meeting-scheduled"
    MEETING_HELD = "meeting-held"
    FINDINGS_SHARED = "findings-shared"
    CLOSED = "closed"
