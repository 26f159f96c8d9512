"""`aftercare.event-clock-audit` and `aftercare.support-clock-audit`: where a second reading of the rules disagrees.

The auditor derives every clock from the topics by itself and compares (`docs/auditor.md`). A difference is said once,
and again only after it had gone.
"""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from aftercare.schemas.base import Message, Slug, UtcInstant
from aftercare.schemas.clock import ClockRef, SubjectRef
from aftercare.schemas.topics import Topic


class DifferenceKind(StrEnum):
    MISSING_CLOCK = "missing-clock"
    UNKNOWN_CLOCK = "unknown-clock"
    WRONG_VERSION = "wrong-version"
    WRONG_START = "wrong-start"
    WRONG_START_FROM = "wrong-start-from"
    WRONG_OPENS = "wrong-opens"
    WRONG_DUE = "wrong-due"
    WRONG_BORN = "wrong-born"
    WRONG_UNMEETABLE = "wrong-unmeetable"
    WRONG_ATTEMPTED = "wrong-attempted"
    WRONG_END = "wrong-end"
    WRONG_END_TIME = "wrong-end-time"
    END_EARLY = "end-early"
    END_LATE = "end-late"
    WARNING_MISSING = "warning-missing"
    WARNING_EARLY = "warning-early"
    WARNING_LATE = "warning-late"
    WARNING_DOUBLE = "warning-double"


class AuditedStatus(StrEnum):
    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    UNMEETABLE = "unmeetable"
    CANCELLED = "cancelled"


class _DifferenceFound(Message):
    kind: DifferenceKind
    rule: Slug
    subject: SubjectRef
    clock: ClockRef | None = None
    """As the engine calls it; absent for a clock that it never published."""
    expected: UtcInstant | None = None
    """The instant by the rules, where the difference is one of instants."""
    published: UtcInstant | None = None
    expected_status: AuditedStatus | None = None
    published_status: AuditedStatus | None = None
    percent: Annotated[int, Field(ge=1, le=100)] | None = None
    found: UtcInstant

    def key(self) -> str:
        return self.subject


class EventClockDifferenceFoundV1(_DifferenceFound):
    """A clock of the event side is not as the rules say."""

    topic: ClassVar[Topic] = Topic.EVENT_CLOCK_AUDIT
    type: ClassVar[str] = "org.aftercare.event-clock-audit.difference-found.v1"


class SupportClockDifferenceFoundV1(_DifferenceFound):
    """A clock of the support side is not as the rules say."""

    topic: ClassVar[Topic] = Topic.SUPPORT_CLOCK_AUDIT
    type: ClassVar[str] = "org.aftercare.support-clock-audit.difference-found.v1"
