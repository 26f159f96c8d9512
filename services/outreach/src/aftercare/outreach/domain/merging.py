"""Several offers to one person in a short time become one message (`product-bar.md` O8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from aftercare.outreach.domain.vocabulary import OFFERS, Purpose


@dataclass(frozen=True, slots=True)
class Held:
    """An approach whose first message has not gone out yet. `due` is when it may."""

    purpose: Purpose
    urgent: bool
    due: datetime


def may_join(held: Held, purpose: Purpose, *, urgent: bool, now: datetime) -> bool:
    """Whether a new request to the same person travels with a message that still waits.

    Only offers are merged, and never urgent ones: an urgent message waits for nothing. A message that waits for
    the morning is joined all night long, so three events in a night are one message.
    """
    return purpose in OFFERS and held.purpose in OFFERS and not urgent and not held.urgent and now < held.due


def purpose_of_all(purposes: Iterable[Purpose]) -> Purpose:
    """The words that a merged message uses: those that help most with what comes next."""
    among = tuple(purposes)
    return next((offer for offer in OFFERS if offer in among), among[0])
