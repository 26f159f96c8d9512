"""What support measures. Never about whom, and nothing per place or unit."""

from enum import StrEnum

from aftercare.kit.telemetry.catalogue import Catalogue, Described
from aftercare.support.domain.case import IN_CONTACT, SEEKING, UNANSWERED, Case
from aftercare.support.domain.vocabulary import CaseState


class Metric(StrEnum):
    """The names."""

    OBLIGATIONS_UNRESOLVED = "aftercare.support.obligations.unresolved"
    UNRESOLVED_OLDEST = "aftercare.support.obligations.unresolved_oldest_age"
    OFFERS_UNSENT = "aftercare.support.offers.unsent"
    UNSENT_OLDEST = "aftercare.support.offers.unsent_oldest_age"
    CASES_SEEKING = "aftercare.support.cases.seeking"
    TASKS_OPEN = "aftercare.support.tasks.open"
    TASKS_OLDEST = "aftercare.support.tasks.oldest_age"
    TIME_TO = "aftercare.support.time_to"


UNTIL = "until"
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_PROMISED = (
    *(minutes * _MINUTE for minutes in (1, 5, 15, 30)),
    *(hours * _HOUR for hours in (1, 2, 4, 8, 12, 24, 48, 72)),
    *(days * _DAY for days in (5, 7, 14, 28)),
)
_REACHED = {
    CaseState.OFFERED: ("offered", {CaseState.OFFER_DUE}),
    CaseState.ACCEPTED: ("answered", UNANSWERED),
    CaseState.DECLINED: ("answered", UNANSWERED),
    CaseState.CONTACTED: ("contacted", IN_CONTACT | SEEKING),
}
"""What it means to come into a state, and from where. Which answer it was is not said."""


SUPPORT = Catalogue(
    "aftercare.support",
    {
        Metric.OBLIGATIONS_UNRESOLVED: Described("gauge", "{obligation}", "Obligations of which nobody knows whose."),
        Metric.UNRESOLVED_OLDEST: Described("gauge", "s", "Age of the oldest of them."),
        Metric.OFFERS_UNSENT: Described("gauge", "{case}", "Offers that no server has taken yet."),
        Metric.UNSENT_OLDEST: Described("gauge", "s", "Age of the oldest of them."),
        Metric.CASES_SEEKING: Described("gauge", "{case}", "People who said yes and have no supporter yet."),
        Metric.TASKS_OPEN: Described("gauge", "{task}", "Tasks that wait for a coordinator."),
        Metric.TASKS_OLDEST: Described("gauge", "s", "Age of the oldest of them."),
        Metric.TIME_TO: Described(
            "histogram",
            "s",
            "From the opening of a case until an offer was sent, a yes or no was given, a peer had spoken with the "
            "person: offered, answered, contacted. Whatever was promised.",
            (UNTIL,),
            _PROMISED,
        ),
    },
)


def record_backlog(counts: dict[Metric, float]) -> None:
    """How much waits, and how long the oldest of it has."""
    for name, value in counts.items():
        SUPPORT.set(name, value)


def record_progress(moved: Case, previous: CaseState) -> None:
    """A case came into another state. A batch that is tried again counts again."""
    what, before = _REACHED.get(moved.state, ("", frozenset()))
    if previous in before:
        SUPPORT.record(Metric.TIME_TO, (moved.changed_at - moved.opened_at).total_seconds(), {UNTIL: what})
