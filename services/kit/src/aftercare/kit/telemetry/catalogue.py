"""A typed list of metrics with one sentence each. Recording one that is not listed is a type error (H29).

A service's `telemetry.py` has its own: an enum of names, a `Catalogue` of descriptions, and public functions
such as `record_time_to_offer(...)` around private instruments (H28). Nothing is built at import: instruments
are made when first used, on the meter provider that the process has set up by then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeVar

from opentelemetry import metrics

Value = str | int | bool
Name = TypeVar("Name", bound=StrEnum)

SECONDS_SHORT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Buckets of the OpenTelemetry messaging conventions, for what should take moments."""


@dataclass(frozen=True, slots=True)
class Described:
    """One metric. `sentence` is what the documentation says; `attributes` are all that it may carry."""

    kind: Literal["counter", "histogram", "gauge"]
    unit: str
    sentence: str
    attributes: tuple[str, ...] = ()
    buckets: Sequence[float] = ()


class Catalogue:
    """The metrics of one scope (`aftercare.kit`, `aftercare.<service>`), each described."""

    def __init__(self, scope: str, entries: Mapping[Name, Described]) -> None:
        self.scope = scope
        self.entries: dict[str, Described] = {str(name): described for name, described in entries.items()}
        self._provider: metrics.MeterProvider | None = None
        self._instruments: dict[str, metrics.Counter | metrics.Histogram | metrics._Gauge] = {}

    def add(self, name: StrEnum, amount: int, attributes: Mapping[str, Value] | None = None) -> None:
        """Count `amount` more."""
        instrument = self._instrument(name, "counter", attributes)
        if isinstance(instrument, metrics.Counter):
            instrument.add(amount, attributes)

    def record(self, name: StrEnum, value: float, attributes: Mapping[str, Value] | None = None) -> None:
        """Put one measurement into a histogram."""
        self.record_each(name, (value,), attributes)

    def record_each(
        self, name: StrEnum, values: Iterable[float], attributes: Mapping[str, Value] | None = None
    ) -> None:
        """Put many measurements of the same attributes into a histogram."""
        instrument = self._instrument(name, "histogram", attributes)
        if isinstance(instrument, metrics.Histogram):
            for value in values:
                instrument.record(value, attributes)

    def set(self, name: StrEnum, value: float, attributes: Mapping[str, Value] | None = None) -> None:
        """Say what a gauge stands at now."""
        instrument = self._instrument(name, "gauge", attributes)
        if not isinstance(instrument, metrics.Counter | metrics.Histogram):
            instrument.set(value, attributes)

    def _instrument(
        self, name: StrEnum, kind: str, attributes: Mapping[str, Value] | None
    ) -> metrics.Counter | metrics.Histogram | metrics._Gauge:
        described = self.entries[name]
        if described.kind != kind:
            raise TypeError(f"{name} is a {described.kind}, not a {kind}")
        if attributes and not attributes.keys() <= set(described.attributes):
            raise ValueError(f"{name} carries only: {', '.join(described.attributes) or 'nothing'}")
        provider = metrics.get_meter_provider()
        if provider is not self._provider:
            self._provider, self._instruments = provider, {}
        if name not in self._instruments:
            self._instruments[name] = self._made(str(name), described)
        return self._instruments[name]

    def _made(self, name: str, described: Described) -> metrics.Counter | metrics.Histogram | metrics._Gauge:
        meter = metrics.get_meter_provider().get_meter(self.scope)
        if described.kind == "counter":
            return meter.create_counter(name, described.unit, described.sentence)
        if described.kind == "histogram":
            buckets = described.buckets or SECONDS_SHORT
            return meter.create_histogram(
                name, described.unit, described.sentence, explicit_bucket_boundaries_advisory=buckets
            )
        return meter.create_gauge(name, described.unit, described.sentence)
