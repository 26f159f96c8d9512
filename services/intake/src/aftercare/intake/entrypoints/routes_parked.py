"""The parking lot over HTTP."""

from typing import Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from aftercare.intake.adapters import parking
from aftercare.intake.adapters.parking import Filter
from aftercare.intake.entrypoints.bodies import read_model
from aftercare.intake.entrypoints.callers import RIGHTS, App, Caller
from aftercare.intake.entrypoints.routes_records import told
from aftercare.intake.service_layer.replay import Replaying

router = APIRouter()
AT_ONCE = 1000
"""More than so many are a job for the command line, which shows its progress."""
_RATE = 200.0


class Replay(BaseModel):
    """`contact` must be said: may the people in these records be offered support now, or is it history?"""

    model_config = ConfigDict(extra="forbid")

    contact: bool
    dry_run: bool = True
    reason: str | None = Field(default=None, max_length=64)
    source: str | None = Field(default=None, max_length=64)


@router.get("/parked")
async def list_parked(
    request: Request,
    caller: Caller,
    outcome: Literal["parked", "rejected"] = "parked",
    reason: str | None = None,
    source: str | None = None,
    before: int | None = None,
) -> JSONResponse:
    """How many by source and reason, and the newest hundred; `before` pages on."""
    RIGHTS.require(caller, "see-parked")
    wanted = Filter(outcome, reason, source)
    async with request.app.state.runtime.unit_of_work() as tx:
        counts = await parking.counts(tx, wanted)
        rows = await parking.newest(tx, wanted, 100, before)
    return JSONResponse({"counts": counts, "records": [told(row) for row in rows]})


@router.post("/parked/replay")
async def replay(request: Request, caller: Caller, application: App) -> JSONResponse:
    """Map parked records again. A dry run unless `dry_run` is false."""
    RIGHTS.require(caller, "replay")
    said = await read_model(request, Replay)
    unit_of_work = request.app.state.runtime.unit_of_work
    replaying = Replaying(application.intake, application.vault, unit_of_work, contact=said.contact)
    wanted = Filter(reason=said.reason, source=said.source)
    frozen = await replaying.freeze(wanted)
    if len(frozen) > AT_ONCE:
        raise HTTPException(413, f"{len(frozen)} records: use `aftercare-intake parked replay`, which shows its way")
    if said.dry_run:
        return JSONResponse({"total": len(frozen), "would_end": await replaying.try_out(frozen)})
    return JSONResponse(await replaying.run(frozen, wanted, _RATE))
