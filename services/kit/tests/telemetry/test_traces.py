"""Spans continue the trace that came in, and never carry an address, a text or a person."""

import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from aftercare.kit.messaging.consumer import Record
from aftercare.kit.telemetry import traces
from aftercare.kit.telemetry.meters import MeteredObserver
from aftercare.kit.telemetry.names import Metric

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"
OTHER = f"00-{'1' * 32}-{'2' * 16}-01"


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    made = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(made))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    return made


def record(*headers: tuple[str, str], offset: int = 5) -> Record:
    return Record("aftercare.example", 1, offset, b"k", b"v", tuple((name, value.encode()) for name, value in headers))


def only(exporter: InMemorySpanExporter) -> ReadableSpan:
    (span,) = exporter.get_finished_spans()
    return span


@pytest.mark.parametrize("name", ["traceparent", "Traceparent", "ce_traceparent"])
def test_one_message_continues_its_own_trace(exporter: InMemorySpanExporter, name: str) -> None:
    with traces.process_span("aftercare.x", [record((name, PARENT))]):
        inside = traces.current_traceparent()
    span = only(exporter)
    assert span.parent is not None
    assert format(span.parent.trace_id, "032x") == TRACE
    assert inside is not None
    assert inside.split("-")[1] == TRACE
    assert span.name == "process aftercare.example"
    assert dict(span.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "aftercare.example",
        "messaging.consumer.group.name": "aftercare.x",
        "messaging.batch.message_count": 1,
        "messaging.destination.partition.id": "1",
        "messaging.kafka.offset": 5,
    }


def test_a_batch_links_to_the_trace_of_each_message(exporter: InMemorySpanExporter) -> None:
    batch = [record(("traceparent", PARENT)), record(), record(("traceparent", OTHER)), record(("traceparent", "junk"))]
    with traces.process_span("aftercare.x", batch):
        pass
    span = only(exporter)
    assert span.parent is None
    assert [format(link.context.trace_id, "032x") for link in span.links] == [TRACE, "1" * 32]


def test_an_exception_is_named_by_type_and_its_text_is_left_out(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Jo"), traces.process_span("aftercare.x", [record()]):
        raise ValueError("Jo Doe")
    span = only(exporter)
    assert (span.attributes or {})["error.type"] == "ValueError"
    assert not span.events
    assert "Jo" not in span.to_json()


def test_a_request_continues_the_caller_s_trace_without_any_address(exporter: InMemorySpanExporter) -> None:
    with traces.request_span("GET", {"traceparent": PARENT, "tracestate": "name=jo", "host": "h"}):
        pass
    span = only(exporter)
    assert span.parent is not None
    assert dict(span.attributes or {}) == {"http.request.method": "GET"}
    assert "jo" not in span.to_json()


def test_a_message_carries_the_span_that_made_it(exporter: InMemorySpanExporter) -> None:
    with traces.process_span("aftercare.x", [record(("traceparent", PARENT))]):
        carried = traces.outgoing_traceparent(PARENT)
    context = only(exporter).get_span_context()
    assert context is not None
    assert carried == f"00-{TRACE}-{context.span_id:016x}-01"


def test_in_a_batch_each_message_stays_in_the_trace_of_its_own_cause(exporter: InMemorySpanExporter) -> None:
    with traces.process_span("aftercare.x", [record(("traceparent", PARENT)), record(("traceparent", OTHER))]):
        assert traces.outgoing_traceparent(OTHER) == OTHER
        without_cause = traces.outgoing_traceparent(None)
    assert without_cause is not None
    context = only(exporter).get_span_context()
    assert context is not None
    assert without_cause.split("-")[1] == format(context.trace_id, "032x")


def test_without_a_collector_the_context_is_handed_on_as_it_came() -> None:
    assert isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
    with traces.process_span("aftercare.x", [record(("traceparent", PARENT))]):
        assert traces.current_traceparent() == PARENT
    assert traces.current_traceparent() is None


def test_a_sampled_measurement_points_at_its_trace(
    exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = InMemoryMetricReader()
    meter_provider = MeterProvider([reader])
    monkeypatch.setattr(metrics, "get_meter_provider", lambda: meter_provider)
    with MeteredObserver("aftercare.x").batch("x.pings", [record(("traceparent", PARENT))]):
        pass
    data = reader.get_metrics_data()
    assert data is not None
    found = [
        one.trace_id
        for scope in data.resource_metrics[0].scope_metrics
        for metric in scope.metrics
        if metric.name == Metric.PROCESS_DURATION
        for point in metric.data.data_points
        for one in point.exemplars
    ]
    assert found == [int(TRACE, 16)]
    assert exporter.get_finished_spans()
