"""What is known of one root cause analysis: enough to tell each milestone whole."""

from dataclasses import dataclass, replace
from datetime import datetime

from aftercare.intake.domain.vocabulary import RcaMethod


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


def apply_milestone(
    book: RcaBook,
    incidents: tuple[str, ...],
    method: RcaMethod | None,
    team: tuple[str, ...] | None,
    received: datetime,
) -> RcaBook:
    """The book after one more milestone. Incidents add up; method and team are replaced when said."""
    return replace(
        book,
        revision=book.revision + 1,
        incidents=tuple(dict.fromkeys((*book.incidents, *incidents))),
        method=method or book.method,
        team=book.team if team is None else tuple(dict.fromkeys(team)),
        received=book.received or received,
    )
