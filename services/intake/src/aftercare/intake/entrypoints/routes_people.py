"""People say who was involved: a nomination, or the answer to a task."""

from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from aftercare.intake.adapters import tasks
from aftercare.intake.domain.outcome import Ending
from aftercare.intake.entrypoints.answers import as_json
from aftercare.intake.entrypoints.bodies import read_model
from aftercare.intake.entrypoints.callers import RIGHTS, App, Caller, Limit, sees_guarded
from aftercare.intake.entrypoints.routes_records import Key, take, told
from aftercare.intake.service_layer.nominate import nomination, say_nobody, say_that_is_all
from aftercare.kit.auth.principal import Principal
from aftercare.kit.store.paging import PageAsked

router = APIRouter()
Words = Field(default=None, min_length=1, max_length=512)


class Person(BaseModel):
    """By identifier (`system` may be left out for the house's own staff numbers), FHIR reference, or display name."""

    model_config = ConfigDict(extra="forbid")

    system: str | None = Words
    value: str | None = Words
    reference: str | None = Words
    display: str | None = Words
    relation: Literal["involved", "witness", "on-shift", "harmed", "reporter"] = "involved"


class WhichIncident(BaseModel):
    """By its number as people know it, by our reference, or by the id in a source."""

    model_config = ConfigDict(extra="forbid")

    number: str | None = Words
    reference: str | None = Words
    source: str | None = Words
    id: str | None = Words


class Nomination(BaseModel):
    """Somebody who may need support, with an incident or without one."""

    model_config = ConfigDict(extra="forbid")

    staff: tuple[Person, ...] = Field(min_length=1, max_length=500)
    incident: WhichIncident | None = None
    route: Literal["colleague", "manager", "management", "claim"] | None = None
    site: str | None = Words
    unit: str | None = Words
    occurred: str | None = Words
    fears_repercussion: bool = False


class Answer(BaseModel):
    """Either `staff`, or `nobody: true` after having looked."""

    model_config = ConfigDict(extra="forbid")

    staff: tuple[Person, ...] = Field(default=(), max_length=500)
    nobody: bool = False


@router.post("/involvements")
async def nominate(request: Request, caller: Caller, application: App, key: Key = None) -> JSONResponse:
    """Name people. Without an incident it becomes a stressful event of its own."""
    RIGHTS.require(caller, "nominate")
    said = await read_model(request, Nomination)
    source = said.incident.source if said.incident else None
    if source is not None and application.intake.door.sources.sender(source) is None:
        raise HTTPException(422, "there is no source of this name")
    arrival = nomination(
        _people(said.staff, _route_of(caller, said.route)),
        said.model_dump(exclude_none=True),
        key=f"{caller.client_id}|{caller.subject}|{key}" if key else None,
    )
    return as_json(await take(request, arrival, caller, key))


@router.get("/tasks")
async def list_tasks(
    request: Request, caller: Caller, application: App, limit: Limit = 500, after: str | None = None
) -> JSONResponse:
    """Incidents that name nobody, or not all, oldest first, with the source's own number: say who was involved.

    `named`: how many are; `unnamed`: how many more, at least, the source says were involved.
    """
    RIGHTS.require(caller, "see-tasks")
    async with request.app.state.runtime.unit_of_work() as tx:
        asked, sites = PageAsked(limit, after), caller.sites_in_sight
        page = await tasks.open_tasks(tx, application.vault, asked, sites, guarded=sees_guarded(caller))
    return JSONResponse({"tasks": [told(row) for row in page.rows], "next": page.next})


@router.post("/tasks/{task}/answer")
async def answer_task(request: Request, task: str, caller: Caller, application: App) -> JSONResponse:
    """Name the people involved, or record that no member of staff was, or nobody beside those who are named."""
    RIGHTS.require(caller, "see-tasks")
    said = await read_model(request, Answer)
    if said.nobody == bool(said.staff):
        raise HTTPException(422, "name the staff involved, or say nobody: one of the two")
    async with request.app.state.runtime.unit_of_work() as tx:
        incident = await tasks.find_task(tx, task, caller.sites_in_sight, guarded=sees_guarded(caller))
        if incident is None:
            raise HTTPException(404, "there is no such task, or it has been answered")
        if said.nobody:
            if not await say_nobody(tx, application.intake, incident):
                raise HTTPException(409, "somebody is named for this incident by now")
        else:
            people = _people(said.staff, _route_of(caller))
            arrival = nomination(people, {"incident": {"reference": incident}})
            [[taken]] = await application.intake.receive(tx, [arrival])
            if taken.outcome is not Ending.MAPPED:
                raise HTTPException(422, "none of these people has an identifier or a name that can be used")
            await say_that_is_all(tx, application.intake, incident)
    return JSONResponse({"task": task, "answered": True})


@router.get("/conflicts")
async def list_conflicts(
    request: Request, caller: Caller, limit: Limit = 100, after: str | None = None
) -> JSONResponse:
    """Versions that came twice with different bodies, newest first: the first stands, the second is kept.

    A coordinator sees those of incidents at its sites.
    """
    RIGHTS.require(caller, "see-conflicts")
    async with request.app.state.runtime.unit_of_work() as tx:
        sites = None if caller.has("operator") else caller.sites_in_sight
        page = await tasks.conflicts(tx, PageAsked(limit, after), sites)
    return JSONResponse({"conflicts": [told(row) for row in page.rows], "next": page.next})


def _people(staff: tuple[Person, ...], route: str) -> list[dict[str, Any]]:
    people = [one.model_dump(exclude_none=True) | {"route": route} for one in staff]
    if any(not {"value", "reference", "display"} & one.keys() for one in people):
        raise HTTPException(422, "each person needs a value, a reference or a display name")
    return people


def _route_of(caller: Principal, stated: str | None = None) -> str:
    """Who may speak for others says how a person came to be named; a manager is always told from a colleague."""
    if stated is not None and caller.has("intake-writer", "coordinator"):
        return stated
    if caller.has("manager"):
        return "manager"
    return "management" if caller.has("coordinator") else "colleague"
