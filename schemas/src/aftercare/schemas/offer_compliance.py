"""`aftercare.offer-compliance`: per incident, was everybody offered support in time? Never who took it.

The one message that goes from the support side to the event side. *Due* is the number that the event side itself named;
published at fixed instants, never on a change (`architecture.md` 2, `domain.md` 6b).
"""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from aftercare.schemas.base import IncidentRef, Message, UtcInstant
from aftercare.schemas.topics import Topic

Count = Annotated[int, Field(ge=0)]


class Answer(StrEnum):
    """For incidents with too few people for a number."""

    YES = "yes"
    NOT_YET = "not-yet"


class OfferCompliancePublishedV1(Message):
    """Whether an offer to anybody named is overdue. Offered, already in care and every recorded reason count alike.

    `due` counts those whose time has come; it is absent where they are fewer than k. `settled` and `overdue` stand only
    beside a yes: no number says more than the word, or two answers would together show one person.
    """

    topic: ClassVar[Topic] = Topic.OFFER_COMPLIANCE
    type: ClassVar[str] = "org.aftercare.offer-compliance.published.v1"
    incident: IncidentRef
    as_of: UtcInstant
    """The fixed instant of publication; the numbers are those of that instant."""
    all_settled: Answer
    due: Count | None = None
    settled: Count | None = None
    overdue: Count | None = None

    def key(self) -> str:
        return self.incident
