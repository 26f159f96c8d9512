"""`aftercare-intake check`: what would become of these files, one JSON line per record."""

import json
import stat
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.service_layer.dry_run import DryResult, dry_run


def check(door: Door, paths: Iterable[Path], received: datetime) -> Iterator[str]:
    """The lines for all files, folders walked in order of name. Hidden files are passed over."""
    for root in paths:
        for file in _files(root):
            yield from _lines(door, file, received)


def _files(root: Path) -> Iterator[Path]:
    if not root.is_dir():
        yield root
        return
    for entry in sorted(root.iterdir()):
        if not entry.name.startswith("."):
            yield from _files(entry)


def _lines(door: Door, file: Path, received: datetime) -> Iterator[str]:
    try:
        body = _read(file, door.limit)
    except OSError as error:
        reason = f"unreadable-file: {error.strerror or 'it can not be read'}; check the path and its permissions"
        yield as_line({"file": str(file), "record": 0, "outcome": "rejected", "reason": reason, "format": "unknown"})
        return
    for result in dry_run(door, Delivery(body), received):
        yield as_line({"file": str(file), **describe(result)})


def describe(result: DryResult) -> dict[str, Any]:
    """One record's ending as it is printed and answered."""
    taken = result.taken
    line: dict[str, Any] = {
        "record": taken.index,
        "outcome": taken.outcome.value,
        "reason": taken.explanation if result.event or taken.outcome != "mapped" else _quiet(taken.explanation),
        "format": taken.format,
    }
    if taken.doubts:
        line["doubts"] = list(taken.doubts)
    if taken.outcome == "mapped":
        line["event"] = result.event
        line["also"] = list(result.also)
    return line


def _quiet(explanation: str) -> str:
    return f"{explanation}: nothing to publish until its incident comes"


def _read(file: Path, limit: int) -> bytes:
    """The file, and of one over the limit just enough to know that it is. Raises `OSError`."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise OSError(0, "it is not a plain file")
    with file.open("rb") as opened:
        return opened.read(limit + 1)


def as_line(content: dict[str, Any]) -> str:
    """One record's ending as a line of JSON."""
    return json.dumps(content, ensure_ascii=False, separators=(", ", ": "))
