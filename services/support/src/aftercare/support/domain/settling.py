"""Settles all that one person is owed, at once: one open case, however many incidents name them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from aftercare.support.domain.case import Case, Happening
from aftercare.support.domain.decision import (
    AlreadyInCare,
    NoOffer,
    Offer,
    Stands,
    decide_obligation,
)
from aftercare.support.domain.obligation import Obligation
from aftercare.support.domain.vocabulary import CaseState, Settlement


@dataclass(frozen=True, slots=True)
class Standing:
    """A known person before settling. `new_case` is the reference that a new episode would get."""

    person: str
    gone: bool
    open_case: Case | None
    new_case: str
    site: str | None = None
    """Where the person works: their own coordinators look after them, wherever it happened."""


@dataclass(slots=True)
class Settled:
    """What changed: obligations, the cases that moved, and the offers to send (each names its open case)."""

    obligations: list[Obligation] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    offers: list[tuple[Obligation, Case]] = field(default_factory=list)


def settle_person(standing: Standing, owed: Sequence[Obligation], now: datetime) -> Settled:
    """Settle `owed`: everything of this person that changed, and everything that hangs on an unsent offer.

    Those that fall away go first, so that another incident's obligation can inherit an offer that is still
    wanted instead of having it taken back and made again.
    """
    settled = Settled()
    case = standing.open_case
    kept: list[Obligation] = []
    for obligation in owed:
        decision = decide_obligation(obligation, case, gone=standing.gone)
        if isinstance(decision, NoOffer) and decision.case is None:
            settled.obligations.append(obligation.settled(Settlement.NO_OFFER_MADE, decision.reason, None, now))
        else:
            kept.append(obligation)
    if case is not None and case.state is CaseState.OFFER_DUE:
        case = _inherit(case, kept, settled, now)
    for obligation in kept:
        case = _settle_due(standing, obligation, case, settled, now)
    return settled


def _inherit(case: Case, kept: list[Obligation], settled: Settled, now: datetime) -> Case | None:
    """An unsent offer that lost what it was made for is passed on, or withdrawn."""
    if any(obligation.has_offer and obligation.case == case.case for obligation in kept):
        return case
    heir = next((one for one in kept if not one.has_offer and one.case in (None, case.case)), None)
    if heir is not None:
        kept.remove(heir)
        settled.obligations.append(heir.settled(Settlement.OFFER_MADE, None, case.case, now))
        return case
    withdrawn = case.after(Happening.WITHDRAWN, now)
    if withdrawn is None:
        return case
    settled.cases.append(withdrawn)
    return None


def _settle_due(
    standing: Standing, obligation: Obligation, case: Case | None, settled: Settled, now: datetime
) -> Case | None:
    decision = decide_obligation(obligation, case, gone=standing.gone)
    match decision:
        case Stands():
            return case
        case AlreadyInCare():
            settled.obligations.append(obligation.settled(Settlement.ALREADY_IN_CARE, None, decision.case, now))
            return case
        case NoOffer():
            settled.obligations.append(
                obligation.settled(Settlement.NO_OFFER_MADE, decision.reason, decision.case, now)
            )
            return case
        case Offer():
            offered_in = case or _new_case(standing, obligation, now)
            if case is None:
                settled.cases.append(offered_in)
            offered = obligation.settled(Settlement.OFFER_MADE, None, offered_in.case, now)
            settled.obligations.append(offered)
            settled.offers.append((offered, offered_in))
            return offered_in


def _new_case(standing: Standing, obligation: Obligation, now: datetime) -> Case:
    return Case(
        case=standing.new_case,
        person=standing.person,
        state=CaseState.OFFER_DUE,
        revision=1,
        route=obligation.route,
        opened_at=now,
        changed_at=now,
        never_through_manager=obligation.never_through_manager,
        site=standing.site or obligation.site,
    )


def shielded(case: Case, obligation: Obligation) -> Case:
    """A case that one of its obligations wants kept from the manager is kept from the manager."""
    if obligation.never_through_manager and not case.never_through_manager:
        return replace(case, never_through_manager=True)
    return case
