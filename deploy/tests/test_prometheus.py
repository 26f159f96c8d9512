"""A Prometheus beside the stack: where a machine has one, a missed promise really rings in it."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aftercare_local import prometheus
from aftercare_local.alarm import ALERT, misses_in
from aftercare_local.prometheus import Prometheus
from aftercare_local.watchdog import Watchdog

RULE = "s-02-first-response"
MISSED = (
    'aftercare_sla_clocks_ended_total{outcome="missed",route="page",rule="%s",side="support",standing="guideline"} %d'
)


class Page:
    """A process of the clocks, as far as its metrics page goes."""

    def __init__(self) -> None:
        page = self
        self.misses = self.scraped = 0

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page.scraped += 1
                self.send_response(200)
                self.send_header("content-type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(f"{MISSED % (RULE, page.misses)}\n".encode())

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def page() -> Iterator[Page]:
    made = Page()
    yield made
    made.server.shutdown()
    made.server.server_close()


def until(promise: Any, within: float = 30.0) -> Any:
    end = time.monotonic() + within
    while not (found := promise()) and time.monotonic() < end:
        threading.Event().wait(0.2)
    return found


@pytest.mark.real
def test_one_missed_promise_rings_in_a_real_prometheus_and_none_does_not(
    run_folder: Path, watchdog: Watchdog, page: Page
) -> None:
    program = prometheus.binary()
    if program is None:
        pytest.skip("no Prometheus: the demo's alert was NOT tried out (AFTERCARE_PROMETHEUS=path)")
    beside = Prometheus(run_folder, watchdog)
    beside.start({"sla-support-api": page.url}, program)
    try:
        assert until(lambda: beside.firing("DeadMansSwitch")) is not None
        assert until(lambda: page.scraped > 2)
        assert beside.firing(ALERT) is None
        page.misses = 1
        rings = until(lambda: beside.firing(ALERT, rule=RULE))
        assert rings is not None
        assert rings["labels"]["severity"] == "page"
        assert rings["annotations"]["summary"].startswith("1 promise(s) of s-02-first-response")
        assert beside.alerts_url.startswith(beside.url)
    finally:
        beside.close()
    assert not beside.running


def test_without_a_prometheus_the_miss_is_read_from_the_page() -> None:
    other = 'aftercare_sla_clocks_ended_total{outcome="met",route="page",rule="s-02-first-response"} 5.0'
    assert misses_in(f"{other}\n{MISSED % (RULE, 2)}\n{MISSED % ('s-03', 4)}\n", RULE) == 2
    assert misses_in(other, RULE) == 0


def test_the_binary_is_the_one_that_was_named_or_the_one_on_the_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AFTERCARE_PROMETHEUS", "/opt/prometheus")
    assert prometheus.binary() == "/opt/prometheus"
    monkeypatch.delenv("AFTERCARE_PROMETHEUS")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert prometheus.binary() is None
