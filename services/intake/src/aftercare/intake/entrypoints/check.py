"""`aftercare-intake check`: what would become of these files, one JSON line per record."""

import json
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.mapping.plan import FORMAT_PREFIX
from aftercare.intake.domain.mapping.trace import Trace
from aftercare.intake.domain.outcome import Reason
from aftercare.intake.service_layer.dry_run import DryResult, dry_run


@dataclass(frozen=True, slots=True)
class Checking:
    """Files seen through a door. `by_line`: each line is a body of its own, read as it comes."""

    door: Door
    received: datetime
    by_line: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    """What the sender of every body is taken to state."""
    seen: Trace = field(default_factory=lambda: Trace(with_lines=False))
    """What the mappings missed in all the files."""
    faults: list[str] = field(default_factory=list)
    """Why records were parked or rejected, and their doubts."""

    def lines(self, paths: Iterable[Path]) -> Iterator[str]:
        """A line of JSON per record. A file that can't be read has one too."""
        door = replace(self.door, trace=self.seen)
        for name, delivery in self.deliveries(paths):
            if isinstance(delivery, str):
                self.faults.append(delivery)
                told = {"record": 0, "outcome": "rejected", "reason": delivery, "format": "unknown"}
                yield as_line({"file": name, **told})
                continue
            for result in dry_run(door, delivery, self.received):
                self.judge(result)
                yield as_line({"file": name, **describe(result)})

    def is_clean(self) -> bool:
        """Whether all records so far were mapped without a doubt. What a mapping says to ignore is clean."""
        return not self.faults

    def judge(self, result: DryResult) -> None:
        """Remember whether something is to be looked at."""
        taken = result.taken
        ignored = taken.reason == Reason.NOT_AN_INCIDENT and taken.format.startswith(FORMAT_PREFIX)
        if taken.outcome != "mapped" and not ignored:
            self.faults.append(str(taken.reason))
        self.faults.extend(taken.doubts)

    def deliveries(self, paths: Iterable[Path]) -> Iterator[tuple[str, Delivery | str]]:
        """Each body with its file's name; of a file that can't be read why. Folders in order of name."""
        for root in paths:
            for file in [root] if root == _STDIN else _files(root):
                yield from self._bodies(file)

    def _bodies(self, file: Path) -> Iterator[tuple[str, Delivery | str]]:
        try:
            with _opened(file) as opened:
                if self.by_line:
                    yield from (
                        (str(file), Delivery(line, self.headers)) for line in _each_line(opened, self.door.limit)
                    )
                else:
                    yield str(file), Delivery(opened.read(self.door.limit + 1), self.headers)
        except OSError as error:
            why = error.strerror or "it can not be read"
            yield str(file), f"unreadable-file: {why}; check the path and its permissions"


_STDIN = Path("-")


def _files(root: Path) -> Iterator[Path]:
    """All plain files below a folder. Hidden ones are passed over."""
    if not root.is_dir():
        yield root
        return
    for entry in sorted(root.iterdir()):
        if not entry.name.startswith("."):
            yield from _files(entry)


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    """The file, open. Raises `OSError`."""
    if file == _STDIN:
        yield sys.stdin.buffer
        return
    if not stat.S_ISREG(file.stat().st_mode):
        raise OSError(0, "it is not a plain file")
    with file.open("rb") as opened:
        yield opened


def _each_line(opened: IO[bytes], limit: int) -> Iterator[bytes]:
    """Lines, and of one over the limit just enough to know that it is."""
    while line := opened.readline(limit + 1):
        if len(line) > limit and not line.endswith(b"\n"):
            while (rest := opened.readline(limit + 1)) and not rest.endswith(b"\n"):
                continue
        if line.strip():
            yield line


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
    if taken.stated:
        line["stated"] = list(taken.stated)
    if taken.outcome == "mapped":
        line["event"] = result.event
        if result.relevant_persons is not None:
            line["relevant_persons"] = result.relevant_persons
        if result.unnamed_staff:
            line["unnamed_staff"] = result.unnamed_staff
        line["also"] = list(result.also)
    return line


def _quiet(explanation: str) -> str:
    return f"{explanation}: nothing to publish until its incident comes"


def as_line(content: dict[str, Any]) -> str:
    """One record's ending as a line of JSON."""
    return json.dumps(content, ensure_ascii=False, separators=(", ", ": "))
