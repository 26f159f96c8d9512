"""Work that the `api` process does beside answering: watching the roster folder, counting what is open."""

import logging
from pathlib import Path

from aftercare.directory import telemetry
from aftercare.directory.adapters import identity_tasks
from aftercare.directory.adapters.roster_file import RosterFile
from aftercare.directory.adapters.roster_folder import RosterFolder, is_full
from aftercare.directory.service_layer import daily
from aftercare.directory.service_layer.roster_import import ImportRunningError, Options, Report, RosterImport
from aftercare.directory.service_layer.roster_report import lines_of
from aftercare.kit.store.failures import database_at_fault
from aftercare.kit.store.transaction import UnitOfWork

log = logging.getLogger(__name__)

_BACKLOG_EVERY = 15.0
_TIMERS_EVERY = 3600.0


class Backlog:
    """Says how many identifiers wait for a human, and for how long."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def step(self) -> float:
        async with self._unit_of_work() as tx:
            backlog = await identity_tasks.backlog(tx.connection)
        age = (tx.now - backlog.oldest).total_seconds() if backlog.oldest else 0.0
        telemetry.record_backlog(backlog.open, age)
        return _BACKLOG_EVERY


class TimersThere:
    """Sees to it that the daily timers are set."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def step(self) -> float:
        await daily.ensure_timers(self._unit_of_work)
        return _TIMERS_EVERY


class FolderWatch:
    """Imports what appears in the roster folder, one file after the other."""

    def __init__(self, folder: RosterFolder, roster: RosterImport, every: float, encoding: str | None) -> None:
        self._folder, self._roster = folder, roster
        self._every, self._encoding = every, encoding
        self._first = True

    async def step(self) -> float:
        if self._first and not await self._roster.is_running():
            back = sum(1 for _ in self._folder.abandoned())
            log.info("roster folder: %s files of an earlier run are taken again", back)
            self._first = False
        for path in list(self._folder.settled()):
            taken = self._folder.take(path)
            if taken is not None and not await self._import(taken):
                break
        return self._every

    async def _import(self, taken: Path) -> bool:
        """Import one file that was taken. `False` when it had to be put back for later."""
        try:
            with taken.open("rb") as stream:
                options = Options(origin="folder", full=is_full(taken))
                report = await self._roster.run(RosterFile(stream, self._encoding), options, _quietly)
        except ImportRunningError:
            self._folder.put_back(taken)
            return False
        except Exception as error:
            if database_at_fault(error):
                self._folder.put_back(taken)
            else:
                self._folder.finish(taken, [_BROKEN], done=False)
            raise
        self._folder.finish(taken, lines_of(report, with_values=True), done=report.state == "done")
        log.info("roster folder: %s ended", report.reference)
        record(report)
        return True


_BROKEN = "The import broke on our side. Please tell whoever runs Aftercare; the log names the type of the error."


def record(report: Report) -> None:
    """Count an import that has ended."""
    counts = report.counts
    telemetry.record_import(
        report.state,
        {
            "added": counts.added,
            "changed": counts.changed,
            "unchanged": counts.unchanged,
            "refused": counts.refused,
            "left": counts.left_count,
        },
    )


async def _quietly(_report: Report) -> None:
    """The folder's progress stands with the job, for `GET /roster/jobs/{reference}`."""
