"""The synthetic incident: marked, about nobody, and taken in like any other."""

from typing import Any

import pytest

from aftercare.intake.config import SourcesError, load_sources
from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.outcome import Mapped
from aftercare.intake.domain.source import SYNTHETIC, Source, Sources
from aftercare.intake.service_layer.probe import Probe, ProbeNotTakenError, synthetic_incident
from aftercare.kit.telemetry.names import KIT, Metric

from .conftest import NOW


@pytest.mark.real
async def test_a_synthetic_incident_is_published_marked_and_asks_about_nobody(
    running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    monkeypatch.setattr(KIT, "add", lambda name, *_: counted.append(name))
    probe = Probe(running.intake, running.unit_of_work, 300)
    assert await probe.step() == 300
    assert await probe.step() == 300
    published = await running.published()
    assert [kind for kind, _ in published] == ["org.aftercare.incident.reported.v1"] * 2
    states = [body["state"] for _, body in published]
    assert len({state["incident"] for state in states}) == 2
    for state in states:
        assert state["synthetic"] is True
        assert (state["source"], state["harm"], state.get("involved", [])) == (SYNTHETIC, "severe", [])
    assert counted == [Metric.PROBES_SENT, Metric.PROBES_SENT]


@pytest.mark.real
async def test_a_probe_that_the_door_does_not_take_counts_as_a_failure_of_the_step(
    running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Delivery(b"{}", {"content-type": "application/json"}, SYNTHETIC)
    monkeypatch.setattr("aftercare.intake.service_layer.probe.synthetic_incident", lambda _: broken)
    with pytest.raises(ProbeNotTakenError):
        await Probe(running.intake, running.unit_of_work, 300).step()
    assert await running.published() == []


def test_every_probe_is_mapped_as_synthetic_and_no_two_are_the_same() -> None:
    first, second = (Door().examine(synthetic_incident(NOW)) for _ in range(2))
    assert first[0].source == Source(SYNTHETIC, synthetic=True)
    assert isinstance(first[0].ending, Mapped)
    assert isinstance(second[0].ending, Mapped)
    assert first[0].ending.identity != second[0].ending.identity


def test_nobody_outside_can_say_that_they_are_the_probe(tmp_path: Any) -> None:
    assert Sources().sender(SYNTHETIC) is None
    assert Sources().of_ce_source(f"urn:aftercare:{SYNTHETIC}") is None
    file = tmp_path / "sources.yaml"
    file.write_text(f"sources: [{{name: {SYNTHETIC}}}]")
    with pytest.raises(SourcesError, match="name of its own"):
        load_sources(file)
