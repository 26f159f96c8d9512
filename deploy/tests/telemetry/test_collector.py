"""The example for the OpenTelemetry Collector, run by a real one: what a process pushes comes out at the other end."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from aftercare_local import ports, prometheus
from aftercare_local.child import Child, Command, bare_environment
from aftercare_local.watchdog import Watchdog

from telemetry.places import HERE

pytestmark = pytest.mark.real
EXAMPLE = HERE / "collector.yaml"
PUSHING = """
import sys
from opentelemetry import trace
from aftercare.kit.telemetry import setup
from aftercare.kit.telemetry.names import KIT, Attribute, Metric

telemetry = setup.start("probe", "stream", sys.argv[1])
page = {"http.route": "/a/{token}", "url.full": "https://example.org/a/a-secret", "client.address": "192.0.2.7"}
with trace.get_tracer("aftercare.kit").start_as_current_span("GET /a/{token}", attributes=page) as span:
    KIT.add(Metric.HANDLED, 3, {Attribute.CONSUMER: "answers"})
    KIT.record(Metric.BATCH_DURATION, 0.2, {Attribute.CONSUMER: "answers"})
    KIT.set(Metric.READY, 1)
    print(format(span.get_span_context().trace_id, "032x"))
telemetry.stop()
"""


def test_a_real_collector_reads_the_example(collector: str) -> None:
    done = subprocess.run(
        [collector, "validate", "--config", str(EXAMPLE)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


@dataclass(frozen=True)
class Way:
    """A collector with our example, of which nothing but addresses is changed, and a Prometheus behind it."""

    entrance: str
    prometheus: str
    collector: Child

    def series(self, query: str) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.prometheus}/api/v1/query", params={"query": query}, timeout=10)
        found: list[dict[str, Any]] = answer.raise_for_status().json()["data"]["result"]
        return found

    def log(self) -> str:
        return self.collector.command.log.read_text(errors="replace")

    def until(self, seen: Callable[[], object]) -> None:
        self.collector.wait_until(lambda: bool(seen()), within=30, every=0.2)


@pytest.fixture
def way(collector: str, run_folder: Path, watchdog: Watchdog) -> Iterator[Way]:
    program = prometheus.binary()
    if program is None:
        pytest.skip("no Prometheus: what the collector gives on was NOT looked at (AFTERCARE_PROMETHEUS=path)")
    entrance, behind = ports.free_port(), ports.free_port()
    stands_for = run_folder / "here.yaml"
    stands_for.write_text(yaml.safe_dump(_addresses(entrance, behind)))
    (run_folder / "prometheus.yml").write_text("{}")
    storing = [
        program,
        f"--config.file={run_folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={run_folder / 'data'}",
        f"--web.listen-address={ports.HOST}:{behind}",
        "--web.enable-remote-write-receiver",
        "--enable-feature=exemplar-storage",
    ]
    taking = [collector, "--config", str(EXAMPLE), "--config", str(stands_for)]
    children = [
        Child(Command(name, argv, run_folder / f"{name}.log", bare_environment()), watchdog)
        for name, argv in (("prometheus", storing), ("collector", taking))
    ]
    try:
        for child, port in zip(children, (behind, entrance), strict=True):
            child.wait_until(lambda port=port: ports.answers(port), within=30)
        yield Way(f"http://{ports.HOST}:{entrance}", f"http://{ports.HOST}:{behind}", children[1])
    finally:
        for child in children:
            child.stop()


def _addresses(entrance: int, behind: int) -> dict[str, Any]:
    """What is to be read over the example. Traces go to the collector's log instead of a store."""
    return {
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"{ports.HOST}:{entrance}"}}}},
        "processors": {"batch": {"timeout": "100ms"}},
        "exporters": {
            "prometheus_remote_write": {"endpoint": f"http://{ports.HOST}:{behind}/api/v1/write"},
            "debug": {"verbosity": "detailed"},
        },
        "service": {
            "telemetry": {"metrics": {"level": "none"}},
            "pipelines": {"traces": {"exporters": ["debug"]}},
        },
    }


def test_what_a_process_pushes_comes_out_and_nothing_that_says_who(way: Way) -> None:
    pushed = subprocess.run(
        [sys.executable, "-c", PUSHING, way.entrance], capture_output=True, text=True, timeout=60, check=True
    )
    trace = pushed.stdout.strip()

    way.until(lambda: way.series("pushed_aftercare_batch_duration_seconds_count"))
    (handled,) = way.series("pushed_aftercare_messages_handled_total")
    (ready,) = way.series("pushed_aftercare_process_ready")
    assert (handled["value"][1], ready["value"][1]) == ("3", "1")
    assert handled["metric"].items() >= {"job": "aftercare/aftercare-probe", "consumer": "answers"}.items()
    assert trace in _exemplars(way)
    assert way.series('{__name__=~"aftercare_.*"}') == []

    way.until(lambda: trace in way.log())
    assert re.search(r"http\.route: Str\(/a/\{token\}\)", way.log())
    assert not re.search(r"a-secret|192\.0\.2\.7", way.log())


def _exemplars(way: Way) -> str:
    """Traces of single measurements, as Prometheus kept them."""
    asked = {"query": "pushed_aftercare_batch_duration_seconds_bucket", "start": "0", "end": "9999999999"}
    return httpx.get(f"{way.prometheus}/api/v1/query_exemplars", params=asked, timeout=10).raise_for_status().text
