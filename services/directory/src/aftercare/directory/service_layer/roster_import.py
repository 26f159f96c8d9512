"""Importing a roster: read it once to see all of it, then again to import it, chunk by chunk."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import text

from aftercare.directory.adapters import people, roster_jobs
from aftercare.directory.adapters.contact_keys import ContactKeys
from aftercare.directory.adapters.roster_file import RosterFile
from aftercare.directory.adapters.roster_jobs import Counts, Job
from aftercare.directory.adapters.secrets import Tokens
from aftercare.directory.domain.issues import Issue
from aftercare.directory.domain.line import ReadLine, RosterLine, RosterRules
from aftercare.directory.domain.survey import Leaving, Survey, leaving
from aftercare.directory.service_layer import roster_chunk
from aftercare.directory.service_layer.describing import describe
from aftercare.directory.service_layer.roster_lines import survey_lines, to_rows
from aftercare.kit.ids import new_reference, random_reference
from aftercare.kit.store.transaction import UnitOfWork

CHUNK = 2000
_LOCK = 0x0A57E4
"""Key of the advisory lock: one import at a time, in whatever process."""

_REPORTED = 20_000
"""Issues held in memory for the uploader's report."""


class ImportRunningError(Exception):
    """Another import is running; two at once could contradict each other."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be taken."""

    origin: str = "command"
    full: bool = False
    """The file names everybody: who is missing has left."""
    strict: bool = False
    """Nothing is imported unless every line is good."""
    dry_run: bool = False
    allow_mass_leave: bool = False


@dataclass(slots=True)
class Report:
    """What became of a file. `issues` may hold values: they are for the uploader alone."""

    reference: str
    state: str = "reading"
    reason: str | None = None
    counts: Counts = field(default_factory=Counts)
    issues: list[Issue] = field(default_factory=list, repr=False)
    by_code: Counter[str] = field(default_factory=Counter)

    def note(self, issues: Sequence[Issue]) -> None:
        """Count and keep issues."""
        self.by_code.update(issue.code for issue in issues)
        self.counts.warnings += sum(not issue.is_error for issue in issues)
        self.issues += issues[: max(0, _REPORTED - len(self.issues))]


Progress = Callable[[Report], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class RosterImport:
    """Imports rosters. Needs both databases and the keys, and no Kafka."""

    unit_of_work: UnitOfWork
    keys: ContactKeys
    tokens: Tokens
    rules: RosterRules

    async def run(self, file: RosterFile, options: Options, progress: Progress, reference: str | None = None) -> Report:
        """Import `file`; `progress` is called at the start and after each chunk.

        Good lines are imported even when others are bad. Raises `ImportRunningError`; whatever else goes wrong is
        written down with the job, then raised.
        """
        report = Report(reference or new_reference("job"))
        async with self._alone():
            await self._start(report, options)
            await progress(report)
            try:
                await self._import(file, options, report, progress)
            except BaseException:
                report.state = "failed"
                report.reason = "something went wrong on our side; what was imported stays, import the file again"
                raise
            finally:
                await self._save(report)
        return report

    async def is_running(self) -> bool:
        """Whether some process imports a roster at this moment."""
        try:
            async with self._alone():
                return False
        except ImportRunningError:
            return True

    async def _import(self, file: RosterFile, options: Options, report: Report, progress: Progress) -> None:
        report.note(file.layout.issues)
        if not file.layout.is_readable:
            _refuse(report, "the file could not be read; see the issues")
            return
        survey = await self._survey(file, report, progress)
        if options.strict and (survey.refused or file.cut_off):
            _refuse(report, "not every line is good, and --strict was asked for; nothing is imported")
            return
        plan = await self._plan(survey, file, options)
        if plan.leaving.is_mass_leave and not options.allow_mass_leave:
            report.note([plan.leaving.refusal()])
            _refuse(report, plan.leaving.refusal().what)
            return
        report.state = "importing"
        await self._second_reading(file, options, report, progress, plan)
        report.counts.left_count = len(plan.leaving.people)
        if not options.dry_run:
            await self._leave(plan.leaving.people)
        report.state = "done"

    async def _survey(self, file: RosterFile, report: Report, progress: Progress) -> Survey:
        survey = Survey()
        async with _off_loop(file.chunks(self.rules, CHUNK)) as chunks:
            async for chunk in chunks:
                report.note([issue for read in chunk for issue in read.issues])
                report.note(await asyncio.to_thread(survey_lines, survey, self.tokens, chunk))
                report.counts.lines = survey.lines
                await self._tell(report, progress)
        report.note(list(survey.contradictions()))
        report.note([file.cut_off] if file.cut_off else [])
        report.counts.refused = len(survey.refused)
        return survey

    async def _plan(self, survey: Survey, file: RosterFile, options: Options) -> "Plan":
        """Who everybody in the file is, and who leaves. New people get their token here, managers' included."""
        async with self.unit_of_work() as tx:
            known = await people.numbers(tx.connection)
            working = await people.working(tx.connection)
        tokens: dict[bytes, str] = dict(known)
        stay: set[str] = set()
        leave: set[str] = set()
        for number, line in survey.first_line.items():
            mac = bytes.fromhex(number)
            if mac in known:
                (leave if line in survey.leavers else stay).add(known[mac])
            elif line not in survey.refused and line not in survey.leavers:
                tokens[mac] = random_reference("per")
        in_file = frozenset(
            tokens[mac]
            for number, line in survey.first_line.items()
            if line not in survey.refused and (mac := bytes.fromhex(number)) in tokens
        )
        complete = options.full and file.cut_off is None and not survey.unreadable
        return Plan(tokens, in_file, leaving(working, stay, leave, full=complete), frozenset(survey.refused))

    async def _second_reading(
        self, file: RosterFile, options: Options, report: Report, progress: Progress, plan: "Plan"
    ) -> None:
        async with _off_loop(file.chunks(self.rules, CHUNK)) as chunks:
            async for chunk in chunks:
                lines = [read.person for read in chunk if read.person and plan.takes(read.person)]
                await self._chunk(lines, options, report, plan)
                report.counts.lines_done += len(chunk)
                await self._tell(report, progress)

    async def _chunk(self, lines: Sequence[RosterLine], options: Options, report: Report, plan: "Plan") -> None:
        rows, issues = await asyncio.to_thread(to_rows, lines, self.tokens, plan.tokens)
        report.note(issues)
        async with self.unit_of_work() as tx:
            examined = await roster_chunk.examine(tx, rows, plan.in_file)
            if not options.dry_run:
                await roster_chunk.write(tx, self.keys, examined)
        report.note(examined.issues)
        report.counts.refused += len(examined.issues)
        report.counts.added += len(examined.fresh)
        report.counts.changed += len(examined.changed)
        report.counts.unchanged += examined.unchanged

    async def _leave(self, persons: Sequence[str]) -> None:
        for start in range(0, len(persons), CHUNK):
            async with self.unit_of_work() as tx:
                part = persons[start : start + CHUNK]
                await people.stop_employing(tx.connection, part, tx.now)
                await describe(tx, part)

    async def _start(self, report: Report, options: Options) -> None:
        async with self.unit_of_work() as tx:
            now = tx.now
            job = Job(report.reference, "reading", options.origin, options.full, options.dry_run, None, now, now, None)
            await roster_jobs.start(tx.connection, job)

    async def _tell(self, report: Report, progress: Progress) -> None:
        async with self.unit_of_work() as tx:
            await roster_jobs.progress(tx.connection, report.reference, report.state, report.counts, tx.now)
        await progress(report)

    async def _save(self, report: Report) -> None:
        async with self.unit_of_work() as tx:
            await roster_jobs.add_issues(tx.connection, report.reference, 0, report.issues[: roster_jobs.ISSUES_KEPT])
            await roster_jobs.progress(
                tx.connection, report.reference, report.state, report.counts, tx.now, report.reason
            )

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        async with self.unit_of_work.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            if not await connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": _LOCK}):
                raise ImportRunningError
            try:
                yield
            finally:
                await connection.execute(text("select pg_advisory_unlock(:key)"), {"key": _LOCK})


@dataclass(frozen=True, slots=True)
class Plan:
    """What the first reading has settled."""

    tokens: dict[bytes, str]
    in_file: frozenset[str]
    leaving: Leaving
    refused: frozenset[int]

    def takes(self, line: RosterLine) -> bool:
        """Whether the line is imported: a good one of somebody who works here."""
        return line.line not in self.refused and not line.leaver


def _refuse(report: Report, reason: str) -> None:
    report.state, report.reason = "refused", reason


@asynccontextmanager
async def _off_loop(chunks: Iterator[Sequence[ReadLine]]) -> AsyncIterator[AsyncIterator[Sequence[ReadLine]]]:
    """Read in a thread, one chunk ahead: while the database works on one, the next is being read."""

    def read() -> "asyncio.Task[Sequence[ReadLine] | None]":
        return asyncio.create_task(asyncio.to_thread(next, chunks, None))

    ahead = read()

    async def one_by_one() -> AsyncIterator[Sequence[ReadLine]]:
        nonlocal ahead
        while (chunk := await ahead) is not None:
            ahead = read()
            yield chunk

    try:
        yield one_by_one()
    finally:
        await asyncio.wait([ahead])
