"""Time is a port. Only this file reads a clock."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Tells the moment, always aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until told: for tests inside one process."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)


class FileClock:
    """A test clock that many processes share through one small file.

    The file holds `{"at": ISO instant, "since": wall instant or null}`. With `since` null the clock stands
    still at `at`; else it runs on from `at` at the pace of the wall clock. The writer replaces the file
    atomically, so a reader sees the old or the new moment and nothing between.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        state = json.loads(self._path.read_text())
        at = datetime.fromisoformat(state["at"]).astimezone(UTC)
        if state.get("since") is None:
            return at
        return at + (datetime.now(UTC) - datetime.fromisoformat(state["since"]))

    def set(self, at: datetime, *, running: bool = False) -> None:
        since = datetime.now(UTC).isoformat() if running else None
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps({"at": at.astimezone(UTC).isoformat(), "since": since}))
        fresh.replace(self._path)

    def advance(self, by: timedelta) -> None:
        state = json.loads(self._path.read_text())
        self.set(self.now() + by, running=state.get("since") is not None)


def clock_from(setting: str, *, local: bool) -> Clock:
    """The clock that `AFTERCARE_CLOCK` names: `system`, or `file:PATH` in a local profile only.

    Raises `ValueError` for a test clock anywhere else: a promise of time must not hang on a file.
    """
    if setting == "system":
        return SystemClock()
    if setting.startswith("file:"):
        if not local:
            raise ValueError(
                "AFTERCARE_CLOCK=file:… is for demo and tests (AFTERCARE_PROFILE=local); use 'system' here"
            )
        return FileClock(Path(setting.removeprefix("file:")))
    raise ValueError(f"AFTERCARE_CLOCK must be 'system' or 'file:PATH', not {setting!r}")
