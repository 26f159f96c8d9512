"""The parking lot over HTTP: the same as the command, within the sites of who asks."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from aftercare.intake.adapters import parking, releases
from aftercare.intake.adapters.mapping.file import read_mapping
from aftercare.intake.adapters.mapping.page import MAX_CHARACTERS
from aftercare.intake.adapters.mapping.problems import MappingError
from aftercare.intake.adapters.parking import Filter
from aftercare.intake.bootstrap import Application
from aftercare.intake.domain.examine import Door
from aftercare.intake.entrypoints.bodies import read_model
from aftercare.intake.entrypoints.callers import RIGHTS, App, Caller, Limit
from aftercare.intake.entrypoints.routes_records import told
from aftercare.intake.service_layer.replay import Replaying
from aftercare.kit.auth.principal import ALL_SITES, Principal
from aftercare.kit.store.paging import PageAsked

router = APIRouter()
AT_ONCE = 1000
"""More than so many are tried on the command line, which shows its way."""
Word = Field(default=None, max_length=64)


class Which(BaseModel):
    """Which records are meant; what is left out means any."""

    model_config = ConfigDict(extra="forbid")

    reason: str | None = Word
    source: str | None = Word
    format: str | None = Word
    site: str | None = Word
    older_than_days: float | None = Field(default=None, ge=0, le=3660)


class Trial(Which):
    """`mapping`: the text of a mapping file to try on them; without it, as they would be mapped now."""

    mapping: str | None = Field(default=None, max_length=MAX_CHARACTERS)


class Asked(Which):
    """`contact` must be said: may the people in these records be offered support now, or is it history?"""

    contact: bool
    rate: float = Field(default=50.0, ge=0.1, le=1000)


@router.get("/parked")
async def list_parked(
    request: Request,
    caller: Caller,
    application: App,
    outcome: Literal["parked", "rejected"] = "parked",
    limit: Limit = 100,
    after: str | None = None,
) -> JSONResponse:
    """How many by source, format and reason, and the newest first. Filters as in `Which`."""
    RIGHTS.require(caller, "see-parked")
    names = Which.model_fields.keys() & request.query_params.keys()
    try:
        which = Which.model_validate({name: request.query_params[name] for name in names})
    except ValueError:
        raise HTTPException(422, f"the filters are {', '.join(Which.model_fields)}") from None
    async with request.app.state.runtime.unit_of_work() as tx:
        wanted = replace(_wanted(which, caller, application, tx.now), outcome=outcome)
        counts = await parking.counts(tx, wanted)
        page = await parking.newest(tx, wanted, PageAsked(limit, after))
    records = [told(row) for row in page.rows]
    return JSONResponse({"counts": [told(one) for one in counts], "records": records, "next": page.next})


@router.get("/parked/{reference}")
async def explain(request: Request, reference: str, caller: Caller, application: App) -> JSONResponse:
    """What is wrong with one record, since when, how many are alike, what to do."""
    RIGHTS.require(caller, "see-parked")
    among = _among(caller, application)
    async with request.app.state.runtime.unit_of_work() as tx:
        found = await parking.explain(tx, reference)
        if found is None or (among is not None and found["source"] not in among):
            raise HTTPException(404, "there is no such record")
        alike = await parking.alike(tx, found)
    return JSONResponse(told(found) | {"alike": told(alike)})


@router.post("/parked/dry-run")
async def dry_run(request: Request, caller: Caller, application: App) -> JSONResponse:
    """What would become of them: counts before and after. Nothing is changed."""
    RIGHTS.require(caller, "replay")
    said = await read_model(request, Trial)
    replaying, wanted = await _replaying(request, application, said, caller)
    if await replaying.waiting(wanted) > AT_ONCE:
        raise HTTPException(413, f"more than {AT_ONCE} records: use `aftercare-intake parked dry-run`")
    return JSONResponse((await replaying.try_out(wanted, _door(application, said.mapping))).told)


@router.post("/parked/releases")
async def release(request: Request, caller: Caller, application: App) -> JSONResponse:
    """Map parked records again. They go at the rate that is asked for, in the background, until all are done."""
    RIGHTS.require(caller, "replay")
    said = await read_model(request, Asked)
    replaying, wanted = await _replaying(request, application, said, caller)
    who = application.intake.writes.naming.key("caller", caller.issuer, caller.subject)[:32]
    begun = await replaying.begin(wanted, contact=said.contact, rate=said.rate, asked_by=f"caller:{who}", timed=True)
    return JSONResponse(begun.told, 202, {"Location": f"/parked/releases/{begun.reference}"})


@router.get("/parked/releases/{reference}")
async def read_release(request: Request, reference: str, caller: Caller) -> JSONResponse:
    """How far a release has come."""
    RIGHTS.require(caller, "see-parked")
    async with request.app.state.runtime.unit_of_work() as tx:
        found = await releases.locked(tx, reference)
    if found is None:
        raise HTTPException(404, "there is no such release")
    return JSONResponse(found.told)


async def _replaying(
    request: Request, application: Application, which: Which, caller: Principal
) -> tuple[Replaying, Filter]:
    unit_of_work = request.app.state.runtime.unit_of_work
    now = request.app.state.runtime.clock.now()
    return Replaying(application.intake, application.vault, unit_of_work), _wanted(which, caller, application, now)


def _wanted(which: Which, caller: Principal, application: Application, now: Any) -> Filter:
    among = _among(caller, application)
    if which.site is not None:
        own = application.intake.door.sources.of_sites([which.site])
        among = own if among is None else tuple(name for name in own if name in among)
    before = None if which.older_than_days is None else now - timedelta(days=which.older_than_days)
    return Filter("parked", which.reason, which.source, which.format, among, before)


def _among(caller: Principal, application: Application) -> tuple[str, ...] | None:
    """The sources that an operator of some sites sees; `None` for all. One without a site looks after the whole."""
    if ALL_SITES in caller.sites or not caller.sites:
        return None
    return application.intake.door.sources.of_sites(caller.sites)


def _door(application: Application, mapping: str | None) -> Door:
    door = application.intake.door
    if mapping is None:
        return door
    try:
        tried = read_mapping("mapping", mapping)
    except MappingError as error:
        raise HTTPException(422, str(error)) from None
    return replace(door, mappings=replace(door.mappings, assumed=(tried,)))
