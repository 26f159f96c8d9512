"""What can be counted at the door. Every label has a short, fixed list of values."""

from enum import StrEnum

from aftercare.intake.service_layer.take import Taken
from aftercare.kit.telemetry.catalogue import Catalogue, Described, Value


class Metric(StrEnum):
    RECORDS = "aftercare.intake.records"
    EFFECTS = "aftercare.intake.effects"
    DOUBTS = "aftercare.intake.doubts"


class Attribute(StrEnum):
    SOURCE = "source"
    FORMAT = "format"
    OUTCOME = "outcome"
    REASON = "reason"
    EFFECT = "effect"
    DOUBT = "doubt"


CATALOGUE = Catalogue(
    "aftercare.intake",
    {
        Metric.RECORDS: Described(
            "counter",
            "{record}",
            "Records by how they ended. A share of parked ones that jumps means that a source changed its format.",
            (Attribute.SOURCE, Attribute.FORMAT, Attribute.OUTCOME, Attribute.REASON),
        ),
        Metric.EFFECTS: Described(
            "counter",
            "{record}",
            "What records did: applied, kept, superseded, conflict, duplicate, none.",
            (Attribute.SOURCE, Attribute.EFFECT),
        ),
        Metric.DOUBTS: Described(
            "counter",
            "{value}",
            "Values in mapped records that could not be read and count as unknown.",
            (Attribute.SOURCE, Attribute.DOUBT),
        ),
    },
)


def count(taken: Taken) -> None:
    """Count one ending. Source names come from the configuration, everything else from our own lists."""
    ending: dict[str, Value] = {
        Attribute.SOURCE: taken.source,
        Attribute.FORMAT: taken.format,
        Attribute.OUTCOME: taken.outcome.value,
        Attribute.REASON: taken.reason.value,
    }
    CATALOGUE.add(Metric.RECORDS, 1, ending)
    effect = taken.effect.value if taken.is_new else "duplicate"
    CATALOGUE.add(Metric.EFFECTS, 1, {Attribute.SOURCE: taken.source, Attribute.EFFECT: effect})
    for doubt in taken.doubts:
        CATALOGUE.add(Metric.DOUBTS, 1, {Attribute.SOURCE: taken.source, Attribute.DOUBT: doubt})
