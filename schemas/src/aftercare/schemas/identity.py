"""`aftercare.identity-question` and `aftercare.identity-answer`: who is behind an identifier.

The question carries the identifier sealed to `directory`'s public key; the answer says only whether
anybody is behind it, since the person token comes on `aftercare.staff`.
"""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from aftercare.schemas.base import IdentifierToken, IncidentRef, Message, QuestionRef, Slug, UtcInstant
from aftercare.schemas.topics import Topic

Sealed = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){4}$", max_length=8192)]
"""A compact JWE (RFC 7516) to `directory`'s public key."""


class IdentifierKind(StrEnum):
    IDENTIFIER = "identifier"
    REFERENCE = "reference"
    DISPLAY_NAME = "display-name"


class IdentityAskedV1(Message):
    """Sent once for every identifier that `intake` has not asked about before."""

    topic: ClassVar[Topic] = Topic.IDENTITY_QUESTION
    type: ClassVar[str] = "org.aftercare.identity-question.asked.v1"
    question: QuestionRef
    person: IdentifierToken
    kind: IdentifierKind
    sealed: Sealed
    source: Slug
    incident: IncidentRef | None = None
    asked: UtcInstant

    def key(self) -> str:
        return self.question


class IdentityOutcome(StrEnum):
    KNOWN = "known"
    NOT_STAFF = "not-staff"
    CANNOT_BE_IDENTIFIED = "cannot-be-identified"


class IdentityAnsweredV1(Message):
    """Keyed by the identifier token: the answer is about the identifier, not about one question."""

    topic: ClassVar[Topic] = Topic.IDENTITY_ANSWER
    type: ClassVar[str] = "org.aftercare.identity-answer.answered.v1"
    person: IdentifierToken
    outcome: IdentityOutcome
    answered: UtcInstant

    def key(self) -> str:
        return self.person
