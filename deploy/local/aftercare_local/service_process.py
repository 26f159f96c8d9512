"""One process of one service, started by its own command as in production."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from aftercare_local.child import Child, Command, bare_environment
from aftercare_local.failures import PartFailedError
from aftercare_local.ports import HOST
from aftercare_local.watchdog import Watchdog


@dataclass(frozen=True)
class Run:
    """`aftercare-<service> <role>`, and where it answers."""

    service: str
    role: str
    port: int
    """`role`: `api`, `stream`; of the clocks also `auditor`."""

    @property
    def name(self) -> str:
        return f"{self.service}-{self.role}"

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"


class ServiceProcess:
    """`start` waits until the process says that it is ready."""

    def __init__(self, run: Run, env: Mapping[str, str], folder: Path, watchdog: Watchdog) -> None:
        self.run = run
        self._watchdog = watchdog
        self._child: Child | None = None
        self._command = Command(
            name=run.name,
            argv=[str(command_of(run.service)), run.role],
            log=folder / "logs" / f"{run.name}.log",
            env=bare_environment(**env, AFTERCARE_HTTP_PORT=str(run.port), PYTHONUNBUFFERED="1"),
        )

    def start(self) -> None:
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Start without waiting, so that many come up at the same time."""
        self._child = Child(self._command, self._watchdog)

    def wait_ready(self, within: float = 60) -> None:
        self.child.wait_until(self.is_ready, within=within, every=0.1)

    def is_ready(self) -> bool:
        """What `/readyz` says."""
        return self.trouble() is None

    def trouble(self) -> str | None:
        """Why it can't do its work, by its own words; `None` when it can."""
        if not self.child.running:
            return f"ended with {self.child.exit_code}"
        try:
            answer = httpx.get(f"{self.run.url}/readyz", timeout=5)
        except httpx.HTTPError as error:
            return type(error).__name__
        return None if answer.status_code == 200 else answer.text

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def close(self) -> None:
        self.stop()

    @property
    def child(self) -> Child:
        if self._child is None:
            raise PartFailedError(f"{self.run.name} has not been started.")
        return self._child


def command_of(service: str) -> Path:
    """The service's own command beside this Python. One that is deployed for each side is the same for both."""
    of_both_sides = service.removesuffix("-auditor").removesuffix("-event").removesuffix("-support")
    return Path(sys.executable).parent / f"aftercare-{of_both_sides}"


def start_migration(service: str, env: Mapping[str, str], folder: Path) -> subprocess.Popen[bytes]:
    """Start `aftercare-<service> migrate`, or `migrate-auditor` for the database of an auditor."""
    log = folder / "logs" / f"{service}-migrate.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(command_of(service)), "migrate-auditor" if service.endswith("-auditor") else "migrate"],
            env=bare_environment(**env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def end_migration(service: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait for it; raises `PartFailedError` when the database was not brought up to date."""
    if process.wait(120) != 0:
        log = folder / "logs" / f"{service}-migrate.log"
        last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise PartFailedError(f"aftercare-{service} migrate ended with {process.returncode}: read {log}\n{last}")
