"""Every metric is named once, described in a sentence, and on the page; a wrong use is refused."""

from enum import StrEnum
from pathlib import Path

import pytest
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from aftercare.kit.messaging.consumer import Record
from aftercare.kit.messaging.observer import Observer
from aftercare.kit.telemetry import meters, page
from aftercare.kit.telemetry.catalogue import Catalogue, Described
from aftercare.kit.telemetry.meters import MeteredObserver, MeteredStanding
from aftercare.kit.telemetry.names import ATTRIBUTE_SENTENCES, KIT, Attribute, Metric


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> InMemoryMetricReader:
    made = InMemoryMetricReader()
    provider = MeterProvider([made])
    monkeypatch.setattr(metrics, "get_meter_provider", lambda: provider)
    return made


def measured(reader: InMemoryMetricReader) -> dict[str, list[dict[str, object]]]:
    data = reader.get_metrics_data()
    found: dict[str, list[dict[str, object]]] = {}
    for resource in data.resource_metrics if data else ():
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                found[metric.name] = [dict(point.attributes or {}) for point in metric.data.data_points]
    return found


def test_every_name_is_described_and_every_attribute_explained() -> None:
    assert set(KIT.entries) == {str(name) for name in Metric}
    assert set(ATTRIBUTE_SENTENCES) == set(Attribute)
    for name, one in KIT.entries.items():
        assert one.sentence.endswith("."), name
        assert set(one.attributes) <= {str(each) for each in Attribute}, name


def test_the_observer_counts_everything_that_can_be_observed(reader: InMemoryMetricReader) -> None:
    observer = MeteredObserver("aftercare.example")
    with observer.batch("example.pings", [Record("aftercare.example", 0, 7, None, b"")]):
        pass
    observer.handled("example.pings", 3, 0.02)
    observer.duplicates("example.pings", 1)
    observer.skipped("example.pings", 1)
    observer.dead_letter("example.pings", "unreadable")
    observer.retried("example.pings", "OSError")
    observer.halted("example.pings", "stop")
    observer.probe("example.pings", 0.4)
    observer.relayed({"aftercare.example": 3}, 0.01)
    observer.relay_failed("OSError")
    observer.outbox(4, 1.5)
    observer.timer_fired("seen", 0.2)
    observer.timer_failed("seen", "OSError")
    observer.timers_unknown("old", 2)
    observer.background_failed("rest", "OSError")
    MeteredStanding().fine("relay")
    meters.count_probe()
    meters.record_lag("example.pings", 5)
    meters.record_partitions("example.pings", 3)
    meters.record_ready(ready=True)
    meters.record_request("GET", "/a/{link}", 200, 0.01)
    found = measured(reader)
    assert set(found) == {str(name) for name in Metric}
    assert found[Metric.DEAD_LETTERS] == [{"consumer": "example.pings", "reason": "unreadable"}]
    assert found[Metric.HEARTBEAT] == [{"step": "relay"}]


def test_no_method_of_the_observer_is_left_unmeasured() -> None:
    promised = {name for name in vars(Observer) if not name.startswith("_")}
    assert promised <= set(vars(MeteredObserver))


class Own(StrEnum):
    OFFERS = "aftercare.example.offers"


OWN = Catalogue("aftercare.example", {Own.OFFERS: Described("counter", "{offer}", "Offers made.", ("site",))})


def test_a_label_that_is_not_declared_is_refused(reader: InMemoryMetricReader) -> None:
    OWN.add(Own.OFFERS, 1, {"site": "north"})
    with pytest.raises(ValueError, match="carries only: site"):
        OWN.add(Own.OFFERS, 1, {"person": "per_1"})
    with pytest.raises(TypeError, match="is a counter"):
        OWN.set(Own.OFFERS, 1)
    assert measured(reader) == {"aftercare.example.offers": [{"site": "north"}]}


def test_the_page_names_every_metric_with_its_sentence() -> None:
    text = page.page([KIT, OWN])
    for one in (*KIT.entries.values(), *OWN.entries.values()):
        assert one.sentence in text
    assert "## aftercare.example" in text


def test_the_page_has_a_part_for_every_scope() -> None:
    scopes = [one.scope for one in page.all_catalogues()]
    assert scopes[0] == "aftercare.kit"
    assert len(set(scopes)) == len(scopes)


def test_a_page_that_was_edited_by_hand_is_stale(tmp_path: Path) -> None:
    edited = tmp_path / "metrics.md"
    assert page.is_stale(edited)
    edited.write_text(page.page(page.all_catalogues()))
    assert not page.is_stale(edited)
    edited.write_text(edited.read_text() + "more\n")
    assert page.is_stale(edited)
