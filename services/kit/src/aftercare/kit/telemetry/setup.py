"""Turn telemetry on for one process: Prometheus always, OTLP when a collector is named.

Exemplars (the trace of one measurement) go with OTLP only: the exporter for Prometheus' page leaves them out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from opentelemetry import metrics, trace
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What is running. `scrape` gives the text that `/metrics` answers; `stop` flushes what is on its way."""

    scrape: Callable[[], bytes]
    stop: Callable[[], None]


def start(service: str, role: str, otlp_endpoint: str | None) -> Telemetry:
    """Set the process-wide providers. Once per process."""
    resource = Resource(
        {
            "service.namespace": "aftercare",
            "service.name": f"aftercare-{service}",
            "service.instance.id": str(uuid4()),
            "service.instance.role": role,
        }
    )
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    readers: list[MetricReader] = [PrometheusMetricReader(registry=registry, scope_info_enabled=False)]
    stops: list[Callable[[], None]] = []
    if otlp_endpoint:
        readers.append(_otlp_metrics(otlp_endpoint))
        stops.append(_otlp_traces(otlp_endpoint, resource))
    provider = MeterProvider(readers, resource)
    metrics.set_meter_provider(provider)
    stops.append(provider.shutdown)

    def stop() -> None:
        for each in stops:
            each()

    return Telemetry(lambda: generate_latest(registry), stop)


def _otlp_metrics(endpoint: str) -> MetricReader:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415 - only with one
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415

    exporter = OTLPMetricExporter(endpoint=f"{endpoint.rstrip('/')}/v1/metrics", timeout=2)
    return PeriodicExportingMetricReader(exporter, export_interval_millis=15_000, export_timeout_millis=2_000)


def _otlp_traces(endpoint: str, resource: Resource) -> Callable[[], None]:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=resource)
    provider.add_span_processor(
        BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=2))
    )
    trace.set_tracer_provider(provider)
    return provider.shutdown
