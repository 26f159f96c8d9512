"""Runs the example service as real processes, and looks at them from outside."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

SCRIPT = Path(__file__).parent / "example" / "service.py"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refused(port: int) -> bool:
    """Whether nobody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return True
    return False


class Running:
    """One process of the example service."""

    def __init__(self, role: str, environment: Mapping[str, str], log: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, str(SCRIPT), role],
                env={**bare(), **environment, "AFTERCARE_HTTP_PORT": str(self.port)},
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def ask(self, method: str, path: str) -> httpx.Response:
        return httpx.request(method, f"http://127.0.0.1:{self.port}{path}", timeout=10)

    def wait_until_ready(self, within: float = 60) -> None:
        until(lambda: self._readyz().get("ready") is True, within, self.log)

    def readiness(self) -> dict[str, Any]:
        return self._readyz()

    def end(self, number: int = signal.SIGTERM, within: float = 30) -> int:
        """Send a signal and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(within)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def _readyz(self) -> dict[str, Any]:
        if self.process.poll() is not None:
            raise AssertionError(f"ended with {self.process.returncode}: {self.log.read_text()[-3000:]}")
        try:
            return dict(self.ask("GET", "/readyz").json())
        except httpx.HTTPError:
            return {}


def bare() -> dict[str, str]:
    """The environment of this test run without any setting of the product."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AFTERCARE_")}


def until(met: Callable[[], bool], within: float = 30, log: Path | None = None) -> None:
    """Look again and again until it is so. Raises `AssertionError` when it never comes."""
    end = time.monotonic() + within
    while not met():
        if time.monotonic() > end:
            raise AssertionError(f"never came: {log.read_text()[-3000:] if log else ''}")
        time.sleep(0.05)
