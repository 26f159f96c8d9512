"""What counts among several answers: the last one that was not taken back (`domain.md` R35-R37)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aftercare.outreach.domain.vocabulary import Choice


@dataclass(frozen=True, slots=True)
class Answer:
    """One confirmed choice."""

    ref: str
    choice: Choice
    given: datetime
    undone: datetime | None = None


def standing(answers: Sequence[Answer]) -> Answer | None:
    """The answer that counts, from answers in order of giving. An undo leaves the offer open and revives nothing."""
    if not answers or answers[-1].undone is not None:
        return None
    return answers[-1]


@dataclass(frozen=True, slots=True)
class Covered:
    """A request that a message covers."""

    ref: str
    regarding: str
    cancelled: bool = False


def answered_requests(covered: Sequence[Covered]) -> tuple[Covered, ...]:
    """Which requests an answer is told for: one for each thing that they are about, the cancelled only if all are.

    What was sent stands, so a link goes on working after its request was cancelled.
    """
    live = [request for request in covered if not request.cancelled] or list(covered)
    by_subject: dict[str, Covered] = {}
    for request in live:
        by_subject.setdefault(request.regarding, request)
    return tuple(by_subject.values())
