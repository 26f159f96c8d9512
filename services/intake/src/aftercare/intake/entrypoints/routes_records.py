"""Records in over HTTP, and what became of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Request
from fastapi.responses import JSONResponse

from aftercare.intake.adapters import parking
from aftercare.intake.adapters.idempotency import KeyReusedError, earlier_answer, remember
from aftercare.intake.domain.outcome import Reason
from aftercare.intake.entrypoints.answers import as_json, as_operation_outcome, fhir_problem, summary
from aftercare.intake.entrypoints.bodies import arrival_of, read_body
from aftercare.intake.entrypoints.callers import RIGHTS, App, Caller
from aftercare.intake.entrypoints.check import describe as describe_dry
from aftercare.intake.service_layer.dry_run import dry_run
from aftercare.intake.service_layer.receive import Arrival
from aftercare.kit.auth.principal import Principal

router = APIRouter()
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=255)]


@router.post("/events")
async def take_events(request: Request, caller: Caller, application: App, key: Key = None) -> JSONResponse:
    """CloudEvents: single (structured or binary) or a batch. Anything else is told apart by its fields too."""
    RIGHTS.require(caller, "send-records")
    body = await read_body(request, application.settings.body_limit)
    return as_json(await take(request, arrival_of(request, body, caller, application), caller, key))


@router.post("/fhir/AdverseEvent")
@router.post("/fhir")
async def take_fhir(request: Request, caller: Caller, application: App, key: Key = None) -> JSONResponse:
    """An AdverseEvent or a Bundle. Answers with an OperationOutcome."""
    RIGHTS.require(caller, "send-records")
    try:
        body = await read_body(request, application.settings.body_limit)
        answer = await take(request, arrival_of(request, body, caller, application), caller, key)
    except HTTPException as refused:
        return fhir_problem(refused.status_code, str(refused.detail))
    return as_operation_outcome(answer)


@router.post("/dry-run")
async def try_records(request: Request, caller: Caller, application: App) -> JSONResponse:
    """What would become of a body. Nothing is kept."""
    RIGHTS.require(caller, "try-records")
    body = await read_body(request, application.settings.body_limit)
    delivery = arrival_of(request, body, caller, application).delivery
    now = request.app.state.runtime.clock.now()
    return JSONResponse({"records": [describe_dry(one) for one in dry_run(application.intake.door, delivery, now)]})


@router.get("/records/{reference}")
async def read_record(request: Request, reference: str, caller: Caller, application: App) -> JSONResponse:
    """What became of a record. A source system sees its own, a coordinator those of its sites."""
    RIGHTS.require(caller, "read-record")
    async with request.app.state.runtime.unit_of_work() as tx:
        found = await parking.explain(tx, reference)
    if found is None or not _may_read(caller, application, found):
        raise HTTPException(404, "there is no such record")
    return JSONResponse(told(found))


def told(row: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON: instants in ISO 8601, and one line that says it all."""
    content = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
    if row.get("outcome") in ("parked", "rejected"):
        content["explanation"] = f"{Reason(row['reason'])}: {row['detail']}; {row['advice']}"
    return content


def _may_read(caller: Principal, application: App, record: dict[str, Any]) -> bool:
    if caller.has("operator") or (caller.has("coordinator") and caller.sees(record["site"])):
        return True
    bound = application.intake.door.sources.of_client(caller.client_id)
    return caller.has("intake-writer") and (bound is None or bound.name == record["source"])


async def take(request: Request, arrival: Arrival, caller: Principal, key: str | None) -> dict[str, Any]:
    """Take a body in one transaction; the answer goes out after the commit. Raises 409 for a key used otherwise."""
    application = request.app.state.application
    client = f"{caller.client_id or ''}|{caller.subject}"
    async with request.app.state.runtime.unit_of_work() as tx:
        if key:
            try:
                earlier = await earlier_answer(tx, client, key, arrival.delivery.body or b"")
            except KeyReusedError:
                raise HTTPException(409, "this Idempotency-Key came before with another body") from None
            if earlier is not None:
                return earlier
        [results] = await application.intake.receive(tx, [arrival])
        answer = summary(results)
        if key:
            await remember(tx, client, key, answer)
    return answer
