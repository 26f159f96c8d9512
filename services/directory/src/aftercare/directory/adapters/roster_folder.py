"""A folder into which HR's system drops roster files, also half-written ones, and from which nobody is lost."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

WORKING, DONE, FAILED = "working", "done", "failed"


@dataclass(frozen=True, slots=True)
class _Look:
    size: int
    changed: int


class RosterFolder:
    """Takes `*.csv` files that have stopped growing. `NAME.full.csv` is a file that names everybody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[str, _Look] = {}

    def settled(self) -> Iterator[Path]:
        """Files that are the same as at the last look: nobody is writing them any more. The oldest first."""
        now = {path.name: _look(path) for path in self._files()}
        ready = [name for name, look in now.items() if look.size > 0 and self._seen.get(name) == look]
        self._seen = now
        yield from (self.folder / name for name in sorted(ready, key=lambda name: (now[name].changed, name)))

    def take(self, path: Path) -> Path | None:
        """Move a file out of the way, so that nobody else takes it; `None` when somebody else has."""
        with contextlib.suppress(FileNotFoundError):
            return path.rename(self._unused(WORKING, path.name))
        return None

    def abandoned(self) -> Iterator[Path]:
        """Files that somebody took and never finished: the process ended. Put back, to be taken again."""
        for path in sorted((self.folder / WORKING).glob("*.csv")):
            with contextlib.suppress(FileNotFoundError):
                yield path.rename(self.folder / path.name)

    def put_back(self, taken: Path) -> None:
        """Another import is running: try this one again later."""
        taken.rename(self.folder / taken.name)

    def finish(self, taken: Path, lines: Iterable[str], *, done: bool) -> Path:
        """Move the file to `done/` or `failed/`, with a report beside it. Returns its new place."""
        place = self._unused(DONE if done else FAILED, taken.name)
        write_report(place.with_name(f"{place.name}.report.txt"), lines)
        return taken.rename(place)

    def _files(self) -> Iterator[Path]:
        for path in self.folder.iterdir():
            name = path.name.casefold()
            if path.is_file() and name.endswith(".csv") and not name.startswith((".", "~")):
                yield path

    def _unused(self, kind: str, name: str) -> Path:
        """A place in the sub-folder that holds nothing yet: an older file of the same name stays."""
        folder = self.folder / kind
        folder.mkdir(mode=0o700, exist_ok=True)
        path, number = folder / name, 1
        while path.exists():
            number += 1
            path = folder / f"{Path(name).stem}-{number}.csv"
        return path


def is_full(path: Path) -> bool:
    """Whether the file's name says that it names everybody."""
    return path.stem.casefold().endswith(".full")


def write_report(path: Path, lines: Iterable[str]) -> None:
    """Write the uploader's report, readable by the owner alone: it may quote values of the file."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def _look(path: Path) -> _Look:
    with contextlib.suppress(FileNotFoundError):
        stat = path.stat()
        return _Look(stat.st_size, stat.st_mtime_ns)
    return _Look(0, 0)
