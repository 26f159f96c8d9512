"""Telemetry for real: a scrape that Prometheus can read, and a push that a collector receives."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

_CODE = """
import sys
from aftercare.kit.messaging.consumer import Record
from aftercare.kit.telemetry import meters, setup
from aftercare.kit.telemetry.traces import process_span

telemetry = setup.start("example", "stream", sys.argv[1] or None)
observer = meters.MeteredObserver("aftercare.example")
with observer.batch("example.pings", [Record("aftercare.example", 0, 0, None, b"")]):
    pass
observer.handled("example.pings", 1, 0.02)
meters.record_request("GET", "/a/{link}", 200, 0.01)
print(telemetry.scrape().decode())
telemetry.stop()
"""


def run(endpoint: str) -> str:
    """In a process of its own: providers are set once per process."""
    done = subprocess.run(
        [sys.executable, "-c", _CODE, endpoint], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_collector_receives_metrics_and_traces_and_prometheus_can_read_them_too() -> None:
    received: dict[str, bytes] = {}

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received[self.path] = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        scraped = run(f"http://127.0.0.1:{server.server_port}/")
    finally:
        server.shutdown()
        server.server_close()
    assert set(received) == {"/v1/metrics", "/v1/traces"}
    assert all(received.values())
    assert 'aftercare_messages_handled_total{consumer="example.pings"} 1.0' in scraped
    assert 'aftercare_batch_duration_seconds_bucket{consumer="example.pings",le="0.025"} 1.0' in scraped
    assert 'http_route="/a/{link}"' in scraped
    assert "process_resident_memory_bytes" in scraped
    assert 'service_name="aftercare-example"' in scraped


def test_names_on_prometheus_page_are_those_that_the_documentation_states() -> None:
    code = """
from enum import StrEnum
from aftercare.kit.telemetry import page, setup
telemetry = setup.start("example", "api", None)
for catalogue in page.all_catalogues():
    for name, one in catalogue.entries.items():
        way = {"counter": catalogue.add, "histogram": catalogue.record, "gauge": catalogue.set}[one.kind]
        way(StrEnum("Name", {"ONE": name}).ONE, 1, {each: "x" for each in one.attributes})
        print("stated", page.scraped_name(name, one), one.kind)
print(telemetry.scrape().decode())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    stated = {tuple(line.split()[1:]) for line in lines if line.startswith("stated ")}
    scraped = {tuple(line.split()[2:]) for line in lines if line.startswith("# TYPE ")}
    assert stated
    assert stated <= scraped
