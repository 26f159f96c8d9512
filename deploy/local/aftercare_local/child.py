"""A process of the stack: started in a session of its own, ended by its id, and never left behind."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from aftercare_local.failures import PartFailedError
from aftercare_local.watchdog import Watchdog, still_there


@dataclass(frozen=True)
class Command:
    """What to run. `user` is a numeric id to run as (root only); `env` is the whole environment."""

    name: str
    argv: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    user: int | None = None
    cwd: Path | None = None


class Child:
    """One running process. Signals are sent by id, so nothing else is ever hit."""

    def __init__(self, command: Command, watchdog: Watchdog) -> None:
        self.command = command
        self._watchdog = watchdog
        command.log.parent.mkdir(parents=True, exist_ok=True)
        with command.log.open("ab") as log:
            self._process = subprocess.Popen(
                list(command.argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**command.env, **watchdog.marker},
                cwd=command.cwd,
                start_new_session=True,
                user=command.user,
                group=command.user,
                extra_groups=None if command.user is None else [],
            )
        watchdog.watch(self._process.pid)

    @property
    def name(self) -> str:
        return self.command.name

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """`None` while it runs; a negative number is the signal that ended it."""
        return self._process.poll()

    @property
    def running(self) -> bool:
        return self.exit_code is None

    def stop(self, with_signal: signal.Signals = signal.SIGTERM, within: float = 15.0) -> None:
        """Ask it to end; after `within` seconds end it."""
        if self.running:
            self.resume()
            self._process.send_signal(with_signal)
            try:
                self._process.wait(within)
            except subprocess.TimeoutExpired:
                self.kill()
        self._watchdog.forget(self.pid)

    def kill(self) -> None:
        """`kill -9` of the process and of all that it started; returns when all are gone."""
        family = self._family()
        if self.running:
            self._process.kill()
        self._process.wait()
        for left in still_there(family, within=10):
            left.kill()
        self._watchdog.forget(self.pid)

    def pause(self) -> None:
        """Stop it in mid-step without ending it, as a machine that hangs would."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def _family(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def wait_until(self, ready: Callable[[], bool], *, within: float = 60.0, every: float = 0.05) -> None:
        """Return when `ready` says so.

        Raises `PartFailedError` when the process ends before, or when the time is over.
        """
        end = time.monotonic() + within
        while not ready():
            if not self.running:
                raise PartFailedError(
                    f"{self.name} ended with {self.exit_code}: read {self.command.log}\n{self.tail()}"
                )
            if time.monotonic() > end:
                raise PartFailedError(
                    f"{self.name} was not ready in {within:.0f} s: read {self.command.log}\n{self.tail()}"
                )
            time.sleep(every)

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        if not self.command.log.exists():
            return ""
        return "\n".join(self.command.log.read_text(errors="replace").splitlines()[-lines:])


def bare_environment(**extra: str) -> dict[str, str]:
    """An environment with nothing of ours in it, so that a setting can't slip in from the caller's shell."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "SSL_CERT_FILE", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ} | extra
