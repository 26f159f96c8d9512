"""What became of each roster file: progress, counts and issues, without a value of the file."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.directory.domain.issues import Issue

ISSUES_KEPT = 1000
"""A file with a wrong column has an issue on every line; the first thousand tell the story."""

RUNNING = ("reading", "importing")


@dataclass(slots=True)
class Counts:
    """How far an import is, and what it did."""

    lines: int = 0
    lines_done: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    left_count: int = 0
    refused: int = 0
    warnings: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """One import, as it is told to the one who started it."""

    reference: str
    state: str
    origin: str
    full_file: bool
    dry_run: bool
    reason: str | None
    started_at: datetime
    heartbeat_at: datetime
    finished_at: datetime | None
    counts: Counts = field(default_factory=Counts)


async def start(connection: AsyncConnection, job: Job) -> None:
    """Note a new import. Only one runs at a time, so any other that is still marked as running has died."""
    await connection.execute(_INTERRUPT, {"running": list(RUNNING), "now": job.started_at})
    await connection.execute(
        _START,
        {
            "reference": job.reference,
            "origin": job.origin,
            "full": job.full_file,
            "dry": job.dry_run,
            "now": job.started_at,
        },
    )


async def progress(
    connection: AsyncConnection, reference: str, state: str, counts: Counts, now: datetime, reason: str | None = None
) -> None:
    """Write down how far it is; a state that is not a running one ends it."""
    await connection.execute(
        _PROGRESS, {"reference": reference, "state": state, "now": now, "reason": reason, **asdict(counts)}
    )


async def add_issues(connection: AsyncConnection, reference: str, first: int, issues: Sequence[Issue]) -> None:
    """Keep what was wrong, as long as there is room, without the values."""
    kept = list(enumerate(issues, start=first))[: max(0, ISSUES_KEPT - first)]
    if kept:
        await connection.execute(_ADD_ISSUE, [_issue_row(reference, number, issue) for number, issue in kept])


async def find(connection: AsyncConnection, reference: str) -> Job | None:
    row = (await connection.execute(_FIND, {"reference": reference})).mappings().first()
    return _job(row) if row else None


async def issues(connection: AsyncConnection, reference: str) -> Sequence[Issue]:
    rows = await connection.execute(_ISSUES, {"reference": reference})
    return [
        Issue(
            row.code,
            row.what,
            row.do_this,
            line=row.line,
            column=row.column_name,
            severity=row.severity,
            lines=tuple(row.other_lines),
        )
        for row in rows
    ]


def _issue_row(reference: str, number: int, issue: Issue) -> Mapping[str, object]:
    return {
        "job": reference,
        "number": number,
        "line": issue.line,
        "column": issue.column,
        "code": issue.code,
        "severity": issue.severity.value,
        "what": issue.what,
        "do": issue.do,
        "lines": list(issue.lines),
    }


def _job(row: Mapping[Any, Any]) -> Job:
    counts = Counts(**{name: row[name] for name in Counts.__dataclass_fields__})
    own = {name: row[name] for name in Job.__dataclass_fields__ if name != "counts"}
    return Job(**own, counts=counts)


_INTERRUPT = text(
    "update roster_job set state = 'interrupted', finished_at = :now,"
    " reason = 'the process that imported it ended; import the file again'"
    " where state = any(cast(:running as text[]))"
)
_START = text(
    "insert into roster_job (reference, state, origin, full_file, dry_run, lines, lines_done, added, changed,"
    " unchanged, left_count, refused, warnings, started_at, heartbeat_at)"
    " values (:reference, 'reading', :origin, :full, :dry, 0, 0, 0, 0, 0, 0, 0, 0, :now, :now)"
)
_PROGRESS = text(
    "update roster_job set state = :state, reason = :reason, lines = :lines, lines_done = :lines_done, added = :added,"
    " changed = :changed, unchanged = :unchanged, left_count = :left_count, refused = :refused, warnings = :warnings,"
    " heartbeat_at = :now,"
    " finished_at = case when cast(:state as text) in ('reading', 'importing') then null else cast(:now as timestamptz)"
    " end where reference = :reference"
)
_ADD_ISSUE = text(
    "insert into roster_issue (job, number, line, column_name, code, severity, what, do_this, other_lines)"
    " values (:job, :number, :line, :column, :code, :severity, :what, :do, :lines)"
)
_FIND = text("select * from roster_job where reference = :reference")
_ISSUES = text("select * from roster_issue where job = :reference order by number")
