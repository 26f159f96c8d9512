"""What can be counted at the door. Every label has a short, fixed list of values."""

from opentelemetry import metrics

from aftercare.intake.service_layer.take import Taken

_meter = metrics.get_meter("aftercare.intake")
_records = _meter.create_counter(
    "aftercare.intake.records", unit="{record}", description="Records by source, format, outcome and reason"
)
_doubts = _meter.create_counter(
    "aftercare.intake.doubts", unit="{value}", description="Values that could not be read and count as unknown"
)
_effects = _meter.create_counter(
    "aftercare.intake.effects", unit="{record}", description="What mapped records did: applied, kept, duplicate…"
)


def count(taken: Taken) -> None:
    """Count one ending. Source names come from the configuration, everything else from our own lists."""
    _records.add(
        1,
        {
            "source": taken.source,
            "format": taken.format,
            "outcome": taken.outcome.value,
            "reason": taken.reason.value,
        },
    )
    effect = taken.effect.value if taken.is_new else "duplicate"
    _effects.add(1, {"source": taken.source, "effect": effect})
    for doubt in taken.doubts:
        _doubts.add(1, {"source": taken.source, "doubt": doubt})
