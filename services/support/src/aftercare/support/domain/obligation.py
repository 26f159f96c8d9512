"""An obligation: one involvement of one person, which ends in an offer or in a reason, never in nothing."""

from dataclasses import dataclass, replace
from datetime import datetime

from aftercare.support.domain.claim import Claim
from aftercare.support.domain.vocabulary import Reason, Route, Settlement, Stage, Unresolved


@dataclass(frozen=True, slots=True)
class Occurred:
    """When the event behind it can have occurred, as far as its source says."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class Obligation:
    """`claim` is what its source says now (`None`: an offer is due); `settlement` is what we told the world."""

    obligation: str
    route: Route
    opened_at: datetime
    incident: str | None = None
    involvement: str | None = None
    rca: str | None = None
    stage: Stage | None = None
    person: str | None = None
    site: str | None = None
    never_through_manager: bool = False
    urgent: bool = False
    claim: Claim = None
    unresolved: Unresolved | None = None
    settlement: Settlement | None = None
    reason: Reason | None = None
    case: str | None = None
    settled_at: datetime | None = None

    @property
    def has_offer(self) -> bool:
        return self.settlement is Settlement.OFFER_MADE

    @property
    def is_for_nobody(self) -> bool:
        """Whether it stands for a record that named nobody, so that there is no identifier to find out about."""
        return self.involvement is None and self.rca is None and self.person is None

    @property
    def is_covered(self) -> bool:
        """Whether the person has an offer or care, by this obligation or by another."""
        return self.case is not None

    def settled(self, settlement: Settlement, reason: Reason | None, case: str | None, now: datetime) -> "Obligation":
        return replace(self, unresolved=None, settlement=settlement, reason=reason, case=case, settled_at=now)

    def says_the_same(self, other: "Obligation") -> bool:
        """Whether the world has nothing to learn from the difference."""
        return (self.unresolved, self.settlement, self.reason, self.case) == (
            other.unresolved,
            other.settlement,
            other.reason,
            other.case,
        )
