"""Request bodies: read up to the limit and not a byte further, and handed on with their headers."""

from typing import TypeVar
from urllib.parse import unquote

from fastapi import HTTPException, Request
from pydantic import BaseModel, ValidationError

from aftercare.intake.bootstrap import Application
from aftercare.intake.domain.examine import Delivery
from aftercare.intake.service_layer.receive import Arrival
from aftercare.kit.auth.principal import Principal
from aftercare.kit.messaging.tracing import trace_context

M = TypeVar("M", bound=BaseModel)
FORM_LIMIT = 256 * 1024
SOURCE_HEADER = "aftercare-source"


async def read_body(request: Request, limit: int) -> bytes:
    """The body. Raises 413 as soon as it is known to be too large."""
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > limit:
        raise _too_large(limit)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
    return b"".join(parts)


async def read_model(request: Request, model: type[M]) -> M:
    """A small form as a model. Raises 413, or 422 that names fields and never repeats what stood in them."""
    body = await read_body(request, FORM_LIMIT)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}"
            for one in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise HTTPException(422, "; ".join(problems[:10])) from None


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"too-large: the limit is {limit} bytes; split the body or leave attachments out")


def arrival_of(request: Request, body: bytes, caller: Principal, application: Application) -> Arrival:
    """The request as an arrival. A client that is bound to a source speaks for that one and no other."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    kept = {name: _decoded(value) for name, value in headers.items() if name.startswith("ce-")}
    kept.update({name: headers[name] for name in ("content-type", "content-encoding") if name in headers})
    bound = application.intake.door.sources.of_client(caller.client_id)
    said = application.intake.door.sources.sender(headers.get(SOURCE_HEADER))
    source = bound or said
    return Arrival(Delivery(body, kept, source.name if source else None), trace_context(headers))


def _decoded(value: str) -> str:
    """Undo the CloudEvents HTTP binding's encoding (3.1.3.2)."""
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return unquote(value)
