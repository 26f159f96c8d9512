"""Suspected duplicates across sources: somebody looks at both and says whether they are one."""

from typing import Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from aftercare.intake.adapters import suspicions
from aftercare.intake.domain.suspicion import SuspicionState
from aftercare.intake.entrypoints.bodies import read_model
from aftercare.intake.entrypoints.callers import RIGHTS, App, Caller, Limit, sees_guarded
from aftercare.intake.entrypoints.routes_records import told
from aftercare.intake.service_layer.suspecting import Verdict, decide
from aftercare.kit.auth.principal import Principal
from aftercare.kit.store.paging import PageAsked

router = APIRouter()


class Said(BaseModel):
    """`same` merges them, `different` keeps them apart for good."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["same", "different"]


@router.get("/suspicions")
async def list_suspicions(
    request: Request,
    caller: Caller,
    state: SuspicionState = SuspicionState.OPEN,
    limit: Limit = 100,
    after: str | None = None,
) -> JSONResponse:
    """Pairs that could be one incident, newest first, with what tells the two apart.

    A coordinator sees those at its sites; an operator none in which somebody fears repercussion.
    """
    RIGHTS.require(caller, "see-suspicions")
    asked = PageAsked(limit, after)
    async with request.app.state.runtime.unit_of_work() as tx:
        page = await suspicions.newest(tx, state, asked, _sites(caller), guarded=sees_guarded(caller))
    return JSONResponse({"suspicions": [told(row) for row in page.rows], "next": page.next})


@router.post("/suspicions/{reference}/decision")
async def decide_suspicion(request: Request, reference: str, caller: Caller, application: App) -> JSONResponse:
    """Say that two are the same, or different. It can be said once."""
    RIGHTS.require(caller, "decide-suspicion")
    said = await read_model(request, Said)
    intake = application.intake
    who = intake.writes.naming.key("caller", caller.issuer, caller.subject)[:32]
    async with request.app.state.runtime.unit_of_work() as tx:
        both = await suspicions.find(tx, reference, _sites(caller), guarded=sees_guarded(caller))
        if both is None:
            raise HTTPException(404, "there is no such suspicion")
        if not await decide(tx, intake, both, Verdict(reference, said.decision == "same", f"caller:{who}")):
            raise HTTPException(409, "it has been decided by now, or is no longer suspected")
    return JSONResponse({"suspicion": reference, "decision": said.decision})


def _sites(caller: Principal) -> frozenset[str] | None:
    return None if caller.has("operator") else caller.sites_in_sight
