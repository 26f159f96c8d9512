"""What support measures. Never about whom, and nothing per place or unit."""

from enum import StrEnum

from aftercare.kit.telemetry.catalogue import Catalogue, Described


class Metric(StrEnum):
    """The names."""

    OBLIGATIONS_UNRESOLVED = "aftercare.support.obligations.unresolved"
    UNRESOLVED_OLDEST = "aftercare.support.obligations.unresolved_oldest_age"
    OFFERS_UNSENT = "aftercare.support.offers.unsent"
    UNSENT_OLDEST = "aftercare.support.offers.unsent_oldest_age"
    CASES_SEEKING = "aftercare.support.cases.seeking"
    TASKS_OPEN = "aftercare.support.tasks.open"
    TASKS_OLDEST = "aftercare.support.tasks.oldest_age"


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
    },
)


def record_backlog(counts: dict[Metric, float]) -> None:
    """How much waits, and how long the oldest of it has."""
    for name, value in counts.items():
        SUPPORT.set(name, value)
