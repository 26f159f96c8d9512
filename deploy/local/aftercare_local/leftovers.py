"""Removes what a run that was killed has left: processes first, then data that nobody needs. Logs stay for a while."""

import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from aftercare_local.watchdog import end_all

_FILE = "stack.json"
_RUNS_KEPT = 10
_DATA = ("postgres", "kafka")


@dataclass(frozen=True)
class RunRecord:
    """Who runs a stack, so that the next run can tell whether it still does."""

    owner: int
    owner_started: float
    stack: str
    outside: list[str] = field(default_factory=list)
    """Folders of the run that lie elsewhere."""

    def write(self, folder: Path) -> None:
        (folder / _FILE).write_text(json.dumps(asdict(self)))

    @property
    def alive(self) -> bool:
        try:
            return psutil.Process(self.owner).create_time() == self.owner_started
        except (psutil.NoSuchProcess, ValueError):
            return False


def record_run(folder: Path, stack: str, outside: list[str]) -> None:
    """Say that this process runs a stack in `folder`."""
    RunRecord(os.getpid(), psutil.Process().create_time(), stack, outside).write(folder)


def close_run(folder: Path) -> None:
    """The run ended in order: only its logs and mails stay."""
    (folder / _FILE).unlink(missing_ok=True)
    for name in _DATA:
        shutil.rmtree(folder / name, ignore_errors=True)


def forget_run(folder: Path) -> None:
    """Remove a run that nobody wants to read about."""
    shutil.rmtree(folder, ignore_errors=True)


def running(runs: Path) -> list[Path]:
    """The folders of stacks that run now, newest last."""
    return [file.parent for file in sorted(runs.glob(f"*/{_FILE}")) if _record(file).alive]


def sweep(runs: Path) -> list[Path]:
    """Clean up after every run whose owner is gone; returns their folders. Old logs go too."""
    if not runs.is_dir():
        return []
    dead = [file for file in sorted(runs.glob(f"*/{_FILE}")) if not _record(file).alive]
    for file in dead:
        record = _record(file)
        end_all(record.stack, {})
        for elsewhere in record.outside:
            shutil.rmtree(elsewhere, ignore_errors=True)
        close_run(file.parent)
    ended = sorted(folder for folder in runs.iterdir() if folder.is_dir() and not (folder / _FILE).exists())
    for folder in ended[:-_RUNS_KEPT]:
        shutil.rmtree(folder, ignore_errors=True)
    return [file.parent for file in dead]


def _record(file: Path) -> RunRecord:
    try:
        return RunRecord(**json.loads(file.read_text()))
    except (ValueError, TypeError):
        return RunRecord(owner=-1, owner_started=0, stack="unreadable")
