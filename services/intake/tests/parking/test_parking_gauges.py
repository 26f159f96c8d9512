"""What waits can be seen, and what no longer waits goes to nought."""

from datetime import UTC, datetime, timedelta

import pytest

from aftercare.intake import telemetry
from aftercare.intake.telemetry import Metric, ParkingGauges

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_an_emptied_series_goes_to_nought(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: dict[tuple[str, ...], float] = {}
    monkeypatch.setattr(
        telemetry.CATALOGUE,
        "set",
        lambda name, value, labels: shown.__setitem__((str(name), *map(str, labels.values())), value),
    )
    gauges = ParkingGauges()
    row = {"source": "safety", "format": "csv", "reason": "unknown-shape", "records": 3, "since": NOW}
    gauges.show([row], NOW + timedelta(hours=1))
    assert shown[str(Metric.PARKED), "safety", "csv", "unknown-shape"] == 3
    assert shown[str(Metric.PARKED_AGE), "safety"] == 3600
    gauges.show([], NOW + timedelta(hours=2))
    assert shown[str(Metric.PARKED), "safety", "csv", "unknown-shape"] == 0
    assert shown[str(Metric.PARKED_AGE), "safety"] == 0
