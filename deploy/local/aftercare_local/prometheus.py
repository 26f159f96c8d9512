"""A real Prometheus beside the stack, where the machine has one: scraping every process, with the rules of the house.

It lives by the wall's clock and the demo by one that is moved; so only counts are shown, never durations.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import yaml

from aftercare_local import ports
from aftercare_local.child import Child, Command, bare_environment
from aftercare_local.failures import PartFailedError
from aftercare_local.paths import LOCAL
from aftercare_local.watchdog import Watchdog

RULES: Final = LOCAL.parent / "telemetry" / "rules"
_EVERY: Final = "1s"


def binary() -> str | None:
    """`AFTERCARE_PROMETHEUS`, or what is on the path; `None` where there is none."""
    return os.environ.get("AFTERCARE_PROMETHEUS") or shutil.which("prometheus")


class Prometheus:
    """Started only when asked for. `targets` are the addresses of processes by name, such as `intake-stream`."""

    def __init__(self, folder: Path, watchdog: Watchdog) -> None:
        self._watchdog = watchdog
        self._home = folder / "prometheus"
        self._log = folder / "logs" / "prometheus.log"
        self._child: Child | None = None
        self.port = ports.port_for("prometheus")

    @property
    def url(self) -> str:
        """For a browser."""
        return f"http://{ports.HOST}:{self.port}"

    @property
    def alerts_url(self) -> str:
        """Debian's build shows its pages one folder further down."""
        plain = f"{self.url}/alerts"
        return plain if httpx.get(plain, timeout=10).is_success else f"{self.url}/classic/alerts"

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.running

    def start(self, targets: Mapping[str, str], program: str) -> None:
        """Return when it is ready. Raises `PartFailedError`."""
        self._home.mkdir(parents=True, exist_ok=True)
        config = self._home / "prometheus.yml"
        config.write_text(yaml.safe_dump(_configuration(targets)))
        self._child = Child(
            Command(
                name="prometheus",
                argv=[
                    program,
                    f"--config.file={config}",
                    f"--storage.tsdb.path={self._home / 'data'}",
                    f"--web.listen-address={ports.HOST}:{self.port}",
                ],
                log=self._log,
                env=bare_environment(),
            ),
            self._watchdog,
        )
        self._child.wait_until(self._ready, within=60)

    def close(self) -> None:
        if self._child is not None:
            self._child.stop()

    @property
    def child(self) -> Child:
        if self._child is None:
            raise PartFailedError("Prometheus has not been started.")
        return self._child

    def firing(self, alert: str, **labels: str) -> dict[str, Any] | None:
        """The alert with these labels, if it fires now."""
        found = httpx.get(f"{self.url}/api/v1/alerts", timeout=10).raise_for_status().json()["data"]["alerts"]
        wanted = {"alertname": alert, **labels}
        return next(
            (dict(one) for one in found if one["state"] == "firing" and wanted.items() <= one["labels"].items()), None
        )

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/-/ready", timeout=2).is_success
        except httpx.HTTPError:
            return False


def _configuration(targets: Mapping[str, str]) -> dict[str, Any]:
    return {
        "global": {"scrape_interval": _EVERY, "evaluation_interval": _EVERY},
        "rule_files": [str(RULES / "*.yaml")],
        "scrape_configs": [
            {"job_name": "aftercare", "static_configs": [_target(name, url) for name, url in targets.items()]}
        ],
    }


def _target(name: str, url: str) -> dict[str, Any]:
    service, _, role = name.rpartition("-")
    return {"targets": [url.removeprefix("http://")], "labels": {"service": service, "role": role}}
