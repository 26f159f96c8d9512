"""Ends what a stack started when the stack itself is gone, however it went (`kill -9` too).

A small process holds the other end of a pipe. The pipe closes when the owner ends; then every process that was
registered, or that carries the stack's marker in its environment, is asked to end and, after a moment, ended.
A parent-death signal would do less: it fires when the *thread* that started a process ends, it is Linux only, and
it is lost when a process changes its user, as PostgreSQL under root must.
"""

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

MARKER = "AFTERCARE_STACK_ID"
_GRACE = 3.0


class Watchdog:
    """The owner's end of the pipe."""

    def __init__(self) -> None:
        self.stack = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).resolve()), self.stack],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if name != MARKER},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def marker(self) -> dict[str, str]:
        """Goes into the environment of every process of the stack."""
        return {MARKER: self.stack}

    def watch(self, pid: int) -> None:
        self._say(f"watch {pid} {_started(pid)}")

    def forget(self, pid: int) -> None:
        self._say(f"forget {pid}")

    def close(self) -> None:
        """End the stack's processes that are still there, and the watchdog."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(30)

    def _say(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is None or pipe.closed:
            return
        with self._lock:
            pipe.write(f"{line}\n".encode())
            pipe.flush()


def _started(pid: int) -> float:
    """When the process began, so that a number used again is not mistaken for it; 0 when it is gone already."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return 0.0


def _carries(process: psutil.Process, stack: str) -> bool:
    try:
        return process.environ().get(MARKER) == stack
    except (psutil.Error, OSError):
        return False


def _registered(watched: dict[int, float]) -> list[psutil.Process]:
    return [psutil.Process(pid) for pid, started in watched.items() if started and _started(pid) == started]


def _end(processes: list[psutil.Process], with_signal: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(signal.SIGCONT)  # a paused process would not hear the next signal
            process.send_signal(with_signal)
        except psutil.NoSuchProcess:
            continue


def end_all(stack: str, watched: dict[int, float]) -> None:
    """End every process of the stack, gently first."""
    found = {process.pid: process for process in _registered(watched)}
    found |= {process.pid: process for process in psutil.process_iter() if _carries(process, stack)}
    found.pop(os.getpid(), None)
    families = [child for process in found.values() for child in _children(process)]
    everyone = [*found.values(), *families]
    _end(list(found.values()), signal.SIGTERM)
    _end(still_there(everyone, _GRACE), signal.SIGKILL)


def still_there(processes: list[psutil.Process], within: float) -> list[psutil.Process]:
    """Those that have not ended after `within` seconds. One that nobody has buried yet (a zombie) counts as ended."""
    end = time.monotonic() + within
    left = processes
    while (left := [process for process in left if _lives(process)]) and time.monotonic() < end:
        time.sleep(0.02)
    return left


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def main() -> None:
    """The watchdog process: reads `watch PID STARTED` and `forget PID` until the pipe closes."""
    for known in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(known, signal.SIG_IGN)
    watched: dict[int, float] = {}
    for line in sys.stdin:
        order, pid, *rest = line.split()
        if order == "watch":
            watched[int(pid)] = float(rest[0])
        else:
            watched.pop(int(pid), None)
    end_all(sys.argv[1], watched)


if __name__ == "__main__":
    main()
