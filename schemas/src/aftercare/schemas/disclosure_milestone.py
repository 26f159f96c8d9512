"""`aftercare.disclosure-milestone`: steps of telling the patient and family, as an outside tool reports them."""

from enum import StrEnum
from typing import ClassVar

from aftercare.schemas.base import IdentifierToken, IncidentRef, Message, RelevantPersonRef, Revision, Slug, UtcInstant
from aftercare.schemas.time import StatedTime
from aftercare.schemas.topics import Topic


class Milestone(StrEnum):
    """Steps of `domain.md` 4b."""

    REQUIRED = "required"
    NOT_REQUIRED = "not-required"
    LEAD_ASSIGNED = "lead-assigned"
    INITIAL_DONE = "initial-done"
    WRITTEN_SENT = "written-sent"
    MEETING_SCHEDULED = "meeting-scheduled"
    MEETING_HELD = "meeting-held"
    FINDINGS_SHARED = "findings-shared"
    CLOSED = "closed"


class DisclosureMilestoneReachedV1(Message):
    topic: ClassVar[Topic] = Topic.DISCLOSURE_MILESTONE
    type: ClassVar[str] = "org.aftercare.disclosure-milestone.reached.v1"
    incident: IncidentRef
    revision: Revision
    source: Slug
    milestone: Milestone
    at: StatedTime | None = None
    lead: IdentifierToken | None = None
    participants: tuple[IdentifierToken, ...] = ()
    relevant_persons: tuple[RelevantPersonRef, ...] = ()
    """Whom it regards, by the incident's own references; empty where the source does not say."""
    received: UtcInstant

    def key(self) -> str:
        return self.incident
