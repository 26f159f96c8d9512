"""`aftercare.support-case`: the life of obligations and cases. Support side only; enums and references only."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from aftercare.schemas.base import (
    AssignmentRef,
    CaseRef,
    IncidentRef,
    Message,
    ObligationRef,
    RcaRef,
    Revision,
    UtcInstant,
)
from aftercare.schemas.incident import Route
from aftercare.schemas.topics import Topic


class CaseState(StrEnum):
    """`domain.md` 4a."""

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


class Unresolved(StrEnum):
    """Why nobody can be offered anything yet. A clock runs all the same."""

    NOBODY_NAMED = "nobody-named"
    UNKNOWN_IDENTIFIER = "unknown-identifier"


class Settlement(StrEnum):
    OFFER_MADE = "offer-made"
    ALREADY_IN_CARE = "already-in-care"
    NO_OFFER_MADE = "no-offer-made"


class NoOfferReason(StrEnum):
    """Nobody is silently skipped: every obligation without an offer has one of these (H24)."""

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
    """The record named nobody at first; those named since have obligations of their own."""
    BACKFILL = "backfill"
    SYNTHETIC = "synthetic"


class ObligationOpenedV1(Message):
    """Somebody must be offered support, or a reason recorded. `incident` is absent for a self-request without one."""

    topic: ClassVar[Topic] = Topic.SUPPORT_CASE
    type: ClassVar[str] = "org.aftercare.support-case.obligation-opened.v1"
    obligation: ObligationRef
    incident: IncidentRef | None = None
    rca: RcaRef | None = None
    route: Route
    unresolved: Unresolved | None = None
    occurred: UtcInstant | None = None
    """Latest moment at which the event can have occurred, where the source said one."""
    occurred_earliest: UtcInstant | None = None
    """Earliest such moment: clocks run from it."""
    received: UtcInstant
    opened: UtcInstant
    synthetic: bool = False
    """Of a made-up incident that tests the way: no clock, no statistic, no contact."""
    backfill: bool = False
    """Of history replayed: no clock, no contact."""

    def key(self) -> str:
        return self.obligation

    def probe_began(self) -> datetime | None:
        return self.received if self.synthetic else None


class ObligationSettledV1(Message):
    """The obligation ended: an offer goes out, care is already there, or there is a reason why not.

    It can be settled again: a reason can give way to an offer when harm is raised. An offer never gives way.
    """

    topic: ClassVar[Topic] = Topic.SUPPORT_CASE
    type: ClassVar[str] = "org.aftercare.support-case.obligation-settled.v1"
    obligation: ObligationRef
    settlement: Settlement
    reason: NoOfferReason | None = None
    case: CaseRef | None = None
    settled: UtcInstant

    def key(self) -> str:
        return self.obligation


class CaseStateChangedV1(Message):
    """A case moved. `previous` is absent when it was opened."""

    topic: ClassVar[Topic] = Topic.SUPPORT_CASE
    type: ClassVar[str] = "org.aftercare.support-case.state-changed.v1"
    case: CaseRef
    revision: Revision
    previous: CaseState | None = None
    state: CaseState
    route: Route
    urgent: bool = False
    changed: UtcInstant

    def key(self) -> str:
        return self.case


class AssignmentState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    RELEASED = "released"


class AssignmentChangedV1(Message):
    """A supporter was asked, or answered, or did not. Who it is stays in `support`."""

    topic: ClassVar[Topic] = Topic.SUPPORT_CASE
    type: ClassVar[str] = "org.aftercare.support-case.assignment-changed.v1"
    case: CaseRef
    assignment: AssignmentRef
    state: AssignmentState
    by_coordinator: bool = False
    changed: UtcInstant

    def key(self) -> str:
        return self.case
