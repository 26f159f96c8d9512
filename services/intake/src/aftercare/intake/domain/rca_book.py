"""What is known of one root cause analysis: enough to tell each milestone whole.

And of each record that tells of an interview: enough to say that it is off when the record is deleted.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from aftercare.intake.domain.vocabulary import INTERVIEW_STEPS, RcaMethod, RcaStep

_OVER = frozenset({RcaStep.COMPLETED, RcaStep.CANCELLED, RcaStep.FINDINGS_RELEASED})


@dataclass(frozen=True, slots=True)
class RcaBook:
    """`incidents` may not have arrived yet: their references were allotted on first mention."""

    rca: str
    source: str
    revision: int = 0
    incidents: tuple[str, ...] = ()
    method: RcaMethod = RcaMethod.OTHER
    team: tuple[str, ...] = ()
    received: datetime | None = None
    last: RcaStep | None = None
    """The newest step of the analysis itself."""
    interview_of: str | None = None
    """Of the book of a record that tells of an interview: the key of its analysis."""
    asked: tuple[str, ...] = ()
    """Who is still to be asked by it."""

    @property
    def is_under_way(self) -> bool:
        return self.last is not None and self.last not in _OVER


def apply_milestone(
    book: RcaBook,
    incidents: tuple[str, ...],
    method: RcaMethod | None,
    team: tuple[str, ...] | None,
    received: datetime,
    step: RcaStep,
) -> RcaBook:
    """The book after one more milestone. Incidents add up; method and team are replaced when said."""
    return replace(
        book,
        revision=book.revision + 1,
        incidents=tuple(dict.fromkeys((*book.incidents, *incidents))),
        method=method or book.method,
        team=book.team if team is None else tuple(dict.fromkeys(team)),
        received=book.received or received,
        last=book.last if step in INTERVIEW_STEPS else step,
    )


def apply_interview(book: RcaBook, interview_of: str, person: str, step: RcaStep) -> RcaBook:
    """The book of a record that tells of an interview, after one more step of one who is asked."""
    others = tuple(one for one in book.asked if one != person)
    is_to_come = step is RcaStep.INTERVIEW_SCHEDULED
    return replace(book, interview_of=interview_of, asked=(*others, person) if is_to_come else others)
