"""The words of the field, as enums. The contracts use the same values; a test holds the two together."""

from enum import StrEnum


class CaseState(StrEnum):
    """`domain.md` 4a, up to CONTACTED and CLOSED."""

    OFFER_DUE = "offer-due"
    OFFERED = "offered"
    INFO_LEFT = "info-left"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    MATCHING = "matching"
    ESCALATED = "escalated"
    ASSIGNED = "assigned"
    CONTACTED = "contacted"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


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


class Unresolved(StrEnum):
    """Why nobody can be offered anything yet."""

    NOBODY_NAMED = "nobody-named"
    UNKNOWN_IDENTIFIER = "unknown-identifier"


class Settlement(StrEnum):
    OFFER_MADE = "offer-made"
    ALREADY_IN_CARE = "already-in-care"
    NO_OFFER_MADE = "no-offer-made"


class Reason(StrEnum):
    """Why an obligation ended without an offer of its own (H24)."""

    BELOW_TRIGGER = "below-trigger"
    ALREADY_OFFERED = "already-offered"
    NOT_INVOLVED = "not-involved"
    INCIDENT_WITHDRAWN = "incident-withdrawn"
    INCIDENT_MERGED = "incident-merged"
    LEFT_ORGANISATION = "left-organisation"
    NOT_STAFF = "not-staff"
    CANNOT_BE_IDENTIFIED = "cannot-be-identified"
    NOBODY_INVOLVED = "nobody-involved"
    NAMED_SINCE = "named-since"
    BACKFILL = "backfill"
    SYNTHETIC = "synthetic"


class Stage(StrEnum):
    """When an RCA interview makes us offer: before it, and after it (S-18)."""

    SCHEDULED = "scheduled"
    HELD = "held"


class IncidentStatus(StrEnum):
    REPORTED = "reported"
    NOBODY_INVOLVED = "nobody-involved"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Choice(StrEnum):
    """What a person, or the human who rang them, can choose."""

    TALK = "talk"
    LATER = "later"
    NO = "no"
    URGENT = "urgent"
    ACCEPT = "accept"
    REFUSE = "refuse"
    CONTACTED = "contacted"
    NOT_REACHED = "not-reached"


class Wish(StrEnum):
    BY_PHONE = "by-phone"
    BY_EMAIL = "by-email"
    IN_PERSON = "in-person"
    BY_VIDEO = "by-video"
    OTHER_UNIT = "other-unit"
    OTHER_SITE = "other-site"
    OWN_UNIT = "own-unit"


class AssignmentState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    RELEASED = "released"


class TaskKind(StrEnum):
    """What waits for a coordinator."""

    CALL_PERSON = "call-person"
    URGENT_CALL = "urgent-call"
    FIND_SUPPORTER = "find-supporter"
    SUPPORTER_SILENT = "supporter-silent"
    """A supporter accepted, and nobody has recorded a contact since."""
    UNRESOLVED_OVERDUE = "unresolved-overdue"
    PERSON_LEFT = "person-left"
    """The person of an open case is on the roster no longer: a human decides what is owed to them."""

    @property
    def is_call(self) -> bool:
        """Whether the coordinator may need the person's contact for it: to ring, or to go themselves."""
        return self not in (TaskKind.UNRESOLVED_OVERDUE, TaskKind.PERSON_LEFT)


class TaskState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    DONE = "done"


class TaskOutcome(StrEnum):
    REACHED = "reached"
    NOT_REACHED = "not-reached"
    FOUND_SUPPORTER = "found-supporter"
    TOOK_OVER = "took-over"
    NO_LONGER_NEEDED = "no-longer-needed"


class Mode(StrEnum):
    """What a supporter is trained for."""

    INDIVIDUAL = "individual"
    GROUP = "group"


class Purpose(StrEnum):
    """What a contact is for; `outreach` has the words and the ladder for each."""

    OFFER = "offer"
    OFFER_BEFORE_INTERVIEW = "offer-before-interview"
    OFFER_AFTER_INTERVIEW = "offer-after-interview"
    REMINDER = "reminder"
    SUPPORTER_FOUND = "supporter-found"
    COORDINATOR_WILL_CALL = "coordinator-will-call"
    SUPPORTER_ASK = "supporter-ask"
    SUPPORTER_CARD = "supporter-card"
    COORDINATOR_TASK = "coordinator-task"

    @property
    def is_offer(self) -> bool:
        return self in (Purpose.OFFER, Purpose.OFFER_BEFORE_INTERVIEW, Purpose.OFFER_AFTER_INTERVIEW)


class RequestState(StrEnum):
    """A request for contact: not sent yet, out, or over (answered, cancelled or of no use any more)."""

    OPEN = "open"
    SENT = "sent"
    OVER = "over"


class Verdict(StrEnum):
    """What is known of an identifier behind which there is nobody to be offered anything."""

    NOT_STAFF = "not-staff"
    CANNOT_BE_IDENTIFIED = "cannot-be-identified"
    LEFT_ORGANISATION = "left-organisation"


class Act(StrEnum):
    """What the audit trail calls a change. One word per kind of change; whom and what are references."""

    OBLIGATION_OPENED = "obligation-opened"
    OBLIGATION_SETTLED = "obligation-settled"
    CASE_MOVED = "case-moved"
    CASES_MERGED = "cases-merged"
    WISHES_CHANGED = "wishes-changed"
    SUPPORTER_ASKED = "supporter-asked"
    SUPPORTER_ANSWERED = "supporter-answered"
    SUPPORTER_TIMED_OUT = "supporter-timed-out"
    SUPPORTER_RELEASED = "supporter-released"
    SUPPORTER_CHANGED = "supporter-changed"
    CARD_GRANTED = "card-granted"
    CARD_REVOKED = "card-revoked"
    TASK_OPENED = "task-opened"
    TASK_CLAIMED = "task-claimed"
    TASK_PASSED_ON = "task-passed-on"
    TASK_DONE = "task-done"
