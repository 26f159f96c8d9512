"""Looks at the file of sources and at the mapping files, and takes a changed set over as a whole, or not at all."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from aftercare.intake.config import SourceFiles, SourcesError

log = logging.getLogger(__name__)
EVERY_SECONDS = 2.0
Stamp = tuple[tuple[Path, int, int], ...]


class ChangedFilesRefusedError(Exception):
    """The files on disk can't be used; the ones before them stay in force. Its name stands in `/readyz`."""


@dataclass(slots=True)
class SourceWatch:
    """`take` gets each new set; `tell` counts it, and gets `None` for one that is refused."""

    load: Callable[[], SourceFiles]
    take: Callable[[SourceFiles], None]
    tell: Callable[[SourceFiles | None], None]
    _stamp: Stamp | None = field(default=None, init=False)
    _refused: str | None = field(default=None, init=False)

    async def step(self) -> float:
        """Take over what has changed. Raises `ChangedFilesRefusedError` as long as it can't be used."""
        if self._stamp is not None and self._refused is None and _stamp(self._stamp) == self._stamp:
            return EVERY_SECONDS
        try:
            files = await asyncio.to_thread(self.load)
        except SourcesError as error:
            self._refuse(str(error))
            raise ChangedFilesRefusedError from None
        self._refused = None
        changed = tuple((path, *_of(path)) for path in files.paths)
        if changed != self._stamp:
            self._stamp = changed
            self.take(files)
            self.tell(files)
            log.info("%d source and mapping files are in force", len(files.paths))
        return EVERY_SECONDS

    def _refuse(self, problem: str) -> None:
        if problem == self._refused:
            return
        self._refused = problem
        self.tell(None)
        log.error(
            "the changed sources or mappings are refused, the ones before stay in force:"
            " `aftercare-intake check --sources FILE` says why"
        )


def _stamp(before: Stamp) -> Stamp:
    return tuple((path, *_of(path)) for path, _, _ in before)


def _of(path: Path) -> tuple[int, int]:
    """When it was changed, and how long it is; zeros where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
