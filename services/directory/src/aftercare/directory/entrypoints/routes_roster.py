"""`POST /roster` and what became of it."""

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, BinaryIO

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import UploadFile

from aftercare.directory.adapters import roster_jobs
from aftercare.directory.adapters.roster_file import RosterFile
from aftercare.directory.entrypoints.routes_callers import RosterWriter, Wired
from aftercare.directory.service_layer.background import record
from aftercare.directory.service_layer.roster_import import ImportRunningError, Options, Report, RosterImport
from aftercare.kit.ids import new_reference

log = logging.getLogger(__name__)
router = APIRouter()
_BLOCK = 1 << 20


class Wish(BaseModel):
    """How the file is to be taken, as query parameters."""

    model_config = ConfigDict(extra="forbid")
    full: bool = False
    strict: bool = False
    dry_run: bool = False
    allow_mass_leave: bool = False

    def options(self) -> Options:
        return Options(
            origin="upload",
            full=self.full,
            strict=self.strict,
            dry_run=self.dry_run,
            allow_mass_leave=self.allow_mass_leave,
        )


@router.post("/roster", status_code=202)
async def upload_roster(
    request: Request,
    _caller: RosterWriter,
    directory: Wired,
    wish: Annotated[Wish, Query()],
) -> dict[str, str]:
    """Take a roster as CSV, as the body or as the first file of a form. It is imported in the background.

    The file is kept without a name on disk while it is read, and nowhere after. 409: another import is running.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the import closes it, later
    try:
        await _receive(request, file, directory.settings.roster_largest_bytes)
        roster = await asyncio.to_thread(RosterFile, file, directory.settings.roster_encoding)
    except BaseException:
        file.close()
        raise
    imports: Imports = request.app.state.imports
    reference = await imports.start(directory.roster, roster, file, wish.options())
    return {"job": reference, "see": f"/roster/jobs/{reference}"}


@router.get("/roster/jobs/{reference}")
async def roster_job(reference: str, _caller: RosterWriter, directory: Wired) -> dict[str, object]:
    """How far an import is, and what was wrong with the file: lines and columns, without the values."""
    async with directory.unit_of_work() as tx:
        job = await roster_jobs.find(tx.connection, reference)
        issues = await roster_jobs.issues(tx.connection, reference) if job else []
    if job is None:
        raise HTTPException(404, "no such job")
    counts = asdict(job.counts)
    counts["left"] = counts.pop("left_count")
    percent = 100 * job.counts.lines_done // max(1, job.counts.lines) if job.state != "reading" else 0
    return {
        "job": job.reference,
        "state": job.state,
        "percent": 100 if job.state == "done" else percent,
        "reason": job.reason,
        "dry_run": job.dry_run,
        "full": job.full_file,
        "counts": counts,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "issues": [
            {
                "line": issue.line,
                "column": issue.column,
                "code": issue.code,
                "severity": issue.severity,
                "what": issue.what,
                "do": issue.do,
                "other_lines": list(issue.lines),
            }
            for issue in issues
        ],
    }


class Imports:
    """Imports that this process runs beside answering."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    async def start(self, roster: RosterImport, file: RosterFile, stream: BinaryIO, options: Options) -> str:
        """Begin, and return the job's reference once it is written down. Raises 409 while another runs."""
        reference, begun = new_reference("job"), asyncio.Event()

        async def progress(_report: Report) -> None:
            begun.set()

        async def work() -> None:
            with stream:
                record(await roster.run(file, options, progress, reference))

        task = asyncio.create_task(work(), name="roster-import")
        self._running.add(task)
        task.add_done_callback(self._ended)
        waiting = asyncio.create_task(begun.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done() and isinstance(task.exception(), ImportRunningError):
            raise HTTPException(409, "another import is running; try again when it has ended")
        return reference

    async def finish(self) -> None:
        """Wait for what runs: used when the process ends, and by tests."""
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, ImportRunningError):
            log.error("roster import failed: %s", type(error).__name__)


async def _receive(request: Request, file: BinaryIO, largest: int) -> None:
    size = 0
    async for block in _blocks(request):
        size += len(block)
        if size > largest:
            raise HTTPException(413, f"the file is larger than {largest} bytes (AFTERCARE_ROSTER_LARGEST_BYTES)")
        file.write(block)
    if size == 0:
        raise HTTPException(400, "there is no file in the request")


async def _blocks(request: Request) -> AsyncIterator[bytes]:
    if not request.headers.get("content-type", "").startswith("multipart/"):
        async for block in request.stream():
            yield block
        return
    async with request.form(max_files=1, max_fields=10) as form:
        for value in form.values():
            if isinstance(value, UploadFile):
                while block := await value.read(_BLOCK):
                    yield block
