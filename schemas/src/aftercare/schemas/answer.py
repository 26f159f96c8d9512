"""`aftercare.answer`: what a person chose on the answer page. The only thing the page ever records."""

from enum import StrEnum
from typing import ClassVar

from aftercare.schemas.base import AnswerRef, Message, PersonToken, RequestRef, UtcInstant
from aftercare.schemas.outreach_request import Regarding
from aftercare.schemas.topics import Topic


class Choice(StrEnum):
    TALK = "talk"
    LATER = "later"
    NO = "no"
    URGENT = "urgent"
    ACCEPT = "accept"
    """A supporter: yes, I can."""
    REFUSE = "refuse"
    """A supporter: not this time. No reason is asked for (H8)."""
    CONTACTED = "contacted"
    """A supporter or coordinator, on the contact card: we have spoken."""
    NOT_REACHED = "not-reached"
    """A coordinator, on the contact card: nobody answered."""


class AnswerGivenV1(Message):
    """A choice, confirmed. A later one for the same request replaces it.

    `person` is whose page it was: the person offered support, or the supporter. A coordinator who rings somebody
    answers for them from the contact card: `person` is then the one rung, `by_human` is true, `regarding` the task.
    """

    topic: ClassVar[Topic] = Topic.ANSWER
    type: ClassVar[str] = "org.aftercare.answer.given.v1"
    answer: AnswerRef
    request: RequestRef | None = None
    regarding: Regarding
    person: PersonToken
    choice: Choice
    by_human: bool = False
    given: UtcInstant

    def key(self) -> str:
        return self.person


class AnswerUndoneV1(Message):
    """The person took the answer back; the offer stands open again."""

    topic: ClassVar[Topic] = Topic.ANSWER
    type: ClassVar[str] = "org.aftercare.answer.undone.v1"
    answer: AnswerRef
    request: RequestRef
    regarding: Regarding
    person: PersonToken
    undone: UtcInstant

    def key(self) -> str:
        return self.person
