"""Offer, or a reason why not: decided per obligation, from the obligation and the person's open case alone."""

from dataclasses import dataclass
from typing import TypeAlias

from aftercare.support.domain.case import UNANSWERED, Case
from aftercare.support.domain.obligation import Obligation
from aftercare.support.domain.vocabulary import CaseState, Reason, Route


@dataclass(frozen=True, slots=True)
class Offer:
    """Support is offered. `case` is the open one to offer again in, `None` when a new episode begins."""

    case: str | None = None


@dataclass(frozen=True, slots=True)
class AlreadyInCare:
    """The person said yes before and is being looked after."""

    case: str


@dataclass(frozen=True, slots=True)
class NoOffer:
    """No offer by this obligation, and why. `case` where another obligation's offer is still open."""

    reason: Reason
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Stands:
    """What was settled before stays as it is."""


Decision: TypeAlias = Offer | AlreadyInCare | NoOffer | Stands


def decide_obligation(obligation: Obligation, open_case: Case | None, *, gone: bool) -> Decision:
    """What one obligation of a known person ends in.

    `open_case` is the person's only open case, `gone` says that they left. A reason gives way to an offer;
    an offer that went out never gives way (`architecture.md` 3.3). `withdrawable` tells the one exception.
    """
    if obligation.has_offer and not withdrawable(obligation, open_case, gone=gone):
        return Stands()
    if obligation.claim is not None:
        return NoOffer(obligation.claim)
    if gone:
        return NoOffer(Reason.LEFT_ORGANISATION)
    if obligation.has_offer or obligation.is_covered:
        return Stands()
    return _due(obligation, open_case)


def withdrawable(obligation: Obligation, open_case: Case | None, *, gone: bool) -> bool:
    """Whether its offer is wanted no longer, and no server has taken it yet."""
    unsent = open_case is not None and open_case.case == obligation.case and open_case.state is CaseState.OFFER_DUE
    return unsent and (obligation.claim is not None or gone)


def _due(obligation: Obligation, open_case: Case | None) -> Decision:
    if open_case is None:
        return Offer()
    if open_case.state not in UNANSWERED:
        return AlreadyInCare(open_case.case)
    if obligation.route is Route.RCA_INTERVIEW:
        return Offer(open_case.case)
    return NoOffer(Reason.ALREADY_OFFERED, open_case.case)
