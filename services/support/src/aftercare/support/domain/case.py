"""A support case: one person, one episode, as a table of transitions (`domain.md` 4a)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from aftercare.support.domain.vocabulary import CaseState, Choice, Route, Wish


class Happening(StrEnum):
    """What can happen to a case."""

    OFFER_SENT = "offer-sent"
    TALK = "talk"
    LATER = "later"
    NO = "no"
    UNDONE = "undone"
    SUPPORTER_ASKED = "supporter-asked"
    NO_SUPPORTER_LEFT = "no-supporter-left"
    SUPPORTER_ACCEPTED = "supporter-accepted"
    TAKEN_BY_COORDINATOR = "taken-by-coordinator"
    SUPPORTER_RELEASED = "supporter-released"
    SPOKEN = "spoken"
    NEVER_REACHED = "never-reached"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


_S, _H = CaseState, Happening

OPEN = frozenset({_S.OFFER_DUE, _S.OFFERED, _S.ACCEPTED, _S.MATCHING, _S.ESCALATED, _S.ASSIGNED, _S.CONTACTED})
"""A person has at most one case in these. The others end an episode: no clock runs, and every door stays open."""

UNANSWERED = frozenset({_S.OFFER_DUE, _S.OFFERED})
SEEKING = frozenset({_S.ACCEPTED, _S.MATCHING, _S.ESCALATED})
IN_CONTACT = frozenset({_S.ASSIGNED, _S.CONTACTED})

_WAITING = (_S.ACCEPTED, _S.MATCHING, _S.ESCALATED)

TRANSITIONS: Mapping[tuple[CaseState, Happening], CaseState] = {
    (_S.OFFER_DUE, _H.OFFER_SENT): _S.OFFERED,
    **{(state, _H.TALK): _S.ACCEPTED for state in (_S.OFFER_DUE, _S.OFFERED)},
    **{(state, _H.LATER): _S.OFFERED for state in (_S.OFFER_DUE, _S.OFFERED, *_WAITING)},
    **{(state, _H.NO): _S.DECLINED for state in (_S.OFFER_DUE, _S.OFFERED, *_WAITING, _S.ASSIGNED)},
    (_S.CONTACTED, _H.NO): _S.CLOSED,
    **{(state, _H.UNDONE): _S.OFFERED for state in (_S.DECLINED, *_WAITING, _S.ASSIGNED)},
    **{(state, _H.SUPPORTER_ASKED): _S.MATCHING for state in _WAITING},
    **{(state, _H.NO_SUPPORTER_LEFT): _S.ESCALATED for state in (_S.ACCEPTED, _S.MATCHING)},
    **{(state, _H.SUPPORTER_ACCEPTED): _S.ASSIGNED for state in _WAITING},
    **{(state, _H.TAKEN_BY_COORDINATOR): _S.ASSIGNED for state in _WAITING},
    **{(state, _H.SUPPORTER_RELEASED): _S.ACCEPTED for state in (_S.ASSIGNED, _S.CONTACTED)},
    **{(state, _H.SPOKEN): _S.CONTACTED for state in (_S.ASSIGNED, _S.ESCALATED)},
    **{(state, _H.NEVER_REACHED): _S.INFO_LEFT for state in (_S.OFFER_DUE, _S.OFFERED)},
    (_S.OFFER_DUE, _H.WITHDRAWN): _S.WITHDRAWN,
    (_S.WITHDRAWN, _H.OFFER_SENT): _S.OFFERED,  # it was out already when we took it back, so it stands
    **{(state, _H.CLOSED): _S.CLOSED for state in OPEN},
}
"""What is not here doesn't happen: a message that finds no row changes nothing."""


@dataclass(frozen=True, slots=True)
class Case:
    """Opaque and small: nothing in it says what happened, or how anybody feels."""

    case: str
    person: str
    state: CaseState
    revision: int
    route: Route
    opened_at: datetime
    changed_at: datetime
    urgent: bool = False
    never_through_manager: bool = False
    site: str | None = None
    answer: str | None = None
    """The reference of the answer that holds, for undoing it."""
    answered_at: datetime | None = None
    choice: Choice | None = None
    call_attempts: int = 0
    wishes: tuple[Wish, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_unsent(self) -> bool:
        """Whether its offer has not left yet, so that it can still be taken back."""
        return self.state is CaseState.OFFER_DUE

    def after(self, happening: Happening, now: datetime) -> "Case | None":
        """The case after `happening`; `None` where the table has no row, so nothing changes."""
        state = TRANSITIONS.get((self.state, happening))
        if state is None:
            return None
        if state is self.state:
            return self
        return replace(self, state=state, revision=self.revision + 1, changed_at=now)


PROGRESS = (
    _S.OFFER_DUE,
    _S.OFFERED,
    _S.ACCEPTED,
    _S.ESCALATED,
    _S.MATCHING,
    _S.ASSIGNED,
    _S.CONTACTED,
)
"""Open states by how far help has come: when two persons turn out to be one, the further case stays."""


def which_stays(one: Case, other: Case) -> tuple[Case, Case]:
    """Of two open cases of one person, the one that stays and the one that ends: the further, then the older."""
    further = sorted((one, other), key=lambda case: (-PROGRESS.index(case.state), case.opened_at, case.case))
    return further[0], further[1]
