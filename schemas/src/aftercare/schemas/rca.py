"""`aftercare.rca`: milestones of a root cause analysis. It tells when to offer again, never what was found."""

from enum import StrEnum
from typing import ClassVar

from aftercare.schemas.base import IdentifierToken, IncidentRef, Message, RcaRef, Revision, Shape, Slug, UtcInstant
from aftercare.schemas.time import StatedTime
from aftercare.schemas.topics import Topic


class RcaMethod(StrEnum):
    RCA = "rca"
    RCA2 = "rca2"
    PSII = "psii"
    AAR = "aar"
    SWARM = "swarm"
    MDT = "mdt"
    OTHER = "other"


class RcaState(Shape):
    """What every RCA event says. `incidents` may name incidents that have not arrived yet."""

    rca: RcaRef
    revision: Revision
    source: Slug
    incidents: tuple[IncidentRef, ...] = ()
    method: RcaMethod = RcaMethod.OTHER
    team: tuple[IdentifierToken, ...] = ()
    """Members of the RCA team, for conflicts of interest (H2)."""
    received: UtcInstant
    backfill: bool = False


class _RcaMessage(Message):
    topic: ClassVar[Topic] = Topic.RCA
    state: RcaState

    def key(self) -> str:
        return self.state.rca


class RcaCommissionedV1(_RcaMessage):
    type: ClassVar[str] = "org.aftercare.rca.commissioned.v1"
    commissioned: StatedTime | None = None


class RcaInterviewScheduledV1(_RcaMessage):
    """An interview is booked: support is offered before it (S-18)."""

    type: ClassVar[str] = "org.aftercare.rca.interview-scheduled.v1"
    interviewee: IdentifierToken
    scheduled_for: StatedTime | None = None


class RcaInterviewHeldV1(_RcaMessage):
    """An interview took place: support is offered again within 24 h (S-18, R98)."""

    type: ClassVar[str] = "org.aftercare.rca.interview-held.v1"
    interviewee: IdentifierToken
    held: StatedTime | None = None


class RcaInterviewCancelledV1(_RcaMessage):
    """A booked interview will not take place. An offer that it led to stands."""

    type: ClassVar[str] = "org.aftercare.rca.interview-cancelled.v1"
    interviewee: IdentifierToken


class RcaCancelledV1(_RcaMessage):
    """The analysis was given up, or was entered in error: its own clocks end."""

    type: ClassVar[str] = "org.aftercare.rca.cancelled.v1"
    cancelled: StatedTime | None = None


class RcaCompletedV1(_RcaMessage):
    type: ClassVar[str] = "org.aftercare.rca.completed.v1"
    completed: StatedTime | None = None


class FeedbackAudience(StrEnum):
    STAFF = "staff"
    FAMILY = "family"


class RcaFindingsReleasedV1(_RcaMessage):
    """Findings were told to those involved (S-19, D-22)."""

    type: ClassVar[str] = "org.aftercare.rca.findings-released.v1"
    audience: FeedbackAudience
    released: StatedTime | None = None
