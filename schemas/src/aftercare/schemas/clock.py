"""`aftercare.event-clock` and `aftercare.support-clock`: the life of every promise of time, one topic per side.

`docs/clocks.md` says what each word means. The auditor derives the same from the topics that the engine read; these
messages are what it compares with.
"""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from aftercare.schemas.base import IncidentRef, Message, OccasionRef, Revision, Shape, Slug, UtcInstant
from aftercare.schemas.topics import Topic

ClockRef = Annotated[str, StringConstraints(pattern=r"^clk_[0-9a-f]{32}$")]
SubjectRef = Annotated[str, StringConstraints(pattern=r"^(inc|pat|rca|obl|cas|asg|sup)_[0-9a-f]{32}$")]
CatalogueRow = Annotated[str, StringConstraints(pattern=r"^([SDR]-\d\d|local)$")]


class Standing(StrEnum):
    LEGAL = "legal"
    CONTRACT = "contract"
    ACCREDITATION = "accreditation"
    GUIDELINE = "guideline"
    PRACTICE = "practice"
    LOCAL = "local"


class ClockForm(StrEnum):
    DEADLINE = "deadline"
    WINDOW = "window"
    NOT_BEFORE = "not-before"
    RECURRING = "recurring"
    BEFORE_STATE = "before-state"
    AGE = "age"


class StartedFrom(StrEnum):
    """Which time the clock runs from; the rule's own, or the fallback that the source left us with."""

    OCCURRED = "occurred"
    DISCOVERED = "discovered"
    REPORTED = "reported"
    RECEIVED = "received"
    AT = "at"


class WarningRoute(StrEnum):
    PAGE = "page"
    WORKLIST = "worklist"


class Clock(Shape):
    """One rule applied to one subject. Every event carries it whole, so the newest revision is enough."""

    clock: ClockRef
    revision: Revision
    pack: Slug
    pack_version: Revision
    rule: Slug
    rule_version: Revision
    catalogue: CatalogueRow
    standing: Standing
    verified: bool
    form: ClockForm
    owner: Slug
    subject: SubjectRef
    incident: IncidentRef | None = None
    site: Slug | None = None
    start: UtcInstant
    start_from: StartedFrom
    opens: UtcInstant | None = None
    due: UtcInstant | None = None
    born: UtcInstant
    """When the system could first have known of it."""
    unmeetable: bool = False
    """It was due before it was born: missed by nobody of ours."""
    attempted: UtcInstant | None = None
    synthetic: bool = False


class _EventClock(Message):
    topic: ClassVar[Topic] = Topic.EVENT_CLOCK
    state: Clock

    def key(self) -> str:
        return self.state.subject


class _SupportClock(Message):
    topic: ClassVar[Topic] = Topic.SUPPORT_CLOCK
    state: Clock

    def key(self) -> str:
        return self.state.subject


class _Warned(Shape):
    percent: Annotated[int, Field(ge=1, le=100)]
    """Of the way to due. 100 stands for a clock that was born late: its one warning."""
    route: WarningRoute
    at: UtcInstant
    """When the warning was due; the event's own `time` says when it was given."""
    occasion: OccasionRef | None = None
    """One for all that is said of a rule at a site within a minute: a human is rung once for it."""


class _Met(Shape):
    stopped: UtcInstant


class _Missed(Shape):
    at: UtcInstant
    """Due; of a `not-before`, the moment of the act that came too soon."""
    route: WarningRoute
    occasion: OccasionRef | None = None
    """As of a warning. None where it was missed already and its times alone moved: nobody is rung a second time."""


class _Stopped(Shape):
    stopped: UtcInstant


class ClockCancelReason(StrEnum):
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    NOT_APPLICABLE = "not-applicable"


class _Cancelled(Shape):
    reason: ClockCancelReason
    cancelled: UtcInstant


class EventClockStartedV1(_EventClock):
    """A clock was born."""

    type: ClassVar[str] = "org.aftercare.event-clock.started.v1"


class EventClockMovedV1(_EventClock):
    """Its start or due moved (a source corrected a time), or it runs again."""

    type: ClassVar[str] = "org.aftercare.event-clock.moved.v1"


class EventClockWarnedV1(_EventClock, _Warned):
    """So much of its time has passed."""

    type: ClassVar[str] = "org.aftercare.event-clock.warned.v1"


class EventClockMetV1(_EventClock, _Met):
    """What was promised happened in time. Also a correction: it happened in time and was heard of late."""

    type: ClassVar[str] = "org.aftercare.event-clock.met.v1"


class EventClockMissedV1(_EventClock, _Missed):
    """Its time passed without it."""

    type: ClassVar[str] = "org.aftercare.event-clock.missed.v1"


class EventClockStoppedV1(_EventClock, _Stopped):
    """What was promised happened after all, too late, or where it could not be in time."""

    type: ClassVar[str] = "org.aftercare.event-clock.stopped.v1"


class EventClockCancelledV1(_EventClock, _Cancelled):
    """It no longer applies."""

    type: ClassVar[str] = "org.aftercare.event-clock.cancelled.v1"


class SupportClockStartedV1(_SupportClock):
    """A clock was born."""

    type: ClassVar[str] = "org.aftercare.support-clock.started.v1"


class SupportClockMovedV1(_SupportClock):
    """Its start or due moved (a source corrected a time), or it runs again."""

    type: ClassVar[str] = "org.aftercare.support-clock.moved.v1"


class SupportClockWarnedV1(_SupportClock, _Warned):
    """So much of its time has passed."""

    type: ClassVar[str] = "org.aftercare.support-clock.warned.v1"


class SupportClockMetV1(_SupportClock, _Met):
    """What was promised happened in time. Also a correction: it happened in time and was heard of late."""

    type: ClassVar[str] = "org.aftercare.support-clock.met.v1"


class SupportClockMissedV1(_SupportClock, _Missed):
    """Its time passed without it."""

    type: ClassVar[str] = "org.aftercare.support-clock.missed.v1"


class SupportClockStoppedV1(_SupportClock, _Stopped):
    """What was promised happened after all, too late, or where it could not be in time."""

    type: ClassVar[str] = "org.aftercare.support-clock.stopped.v1"


class SupportClockCancelledV1(_SupportClock, _Cancelled):
    """It no longer applies."""

    type: ClassVar[str] = "org.aftercare.support-clock.cancelled.v1"
