"""The clocks over HTTP."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from aftercare.kit.auth import Authenticator, Forbidden, Unauthenticated
from aftercare.kit.auth.threshold import Threshold
from aftercare.kit.outcome import Retryable
from aftercare.kit.service import Runtime, Service
from aftercare.kit.telemetry.framework import NO_TELEMETRY
from aftercare.programme.clocks import Side
from aftercare.sla.entrypoints import routes_clocks
from aftercare.sla.entrypoints.callers import ROLES
from aftercare.sla.service_layer.refusals import Refusal


def create_app(service: Service, runtime: Runtime, authenticator: Authenticator | None = None) -> FastAPI:  # noqa: ARG001
    """The application. `authenticator` is replaced by tests."""
    sla = service.application
    doorman = authenticator or Authenticator(sla.settings)
    app = FastAPI(title="Aftercare clocks", telemetry=NO_TELEMETRY, openapi_url=None, redirect_slashes=False)
    app.add_middleware(Threshold, authenticator=doorman, refusal=problem(*_CALLERS[Unauthenticated]))
    app.state.sla = sla
    app.state.authenticator = doorman
    app.state.roles = ROLES[Side(service.name.removeprefix("sla-"))]
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    for kind, (status, what_to_do, headers) in _CALLERS.items():
        app.add_exception_handler(kind, _answering(status, what_to_do, headers))
    app.include_router(routes_clocks.router)
    return app


_CALLERS: Mapping[type[Exception], tuple[int, str, dict[str, str]]] = {
    Unauthenticated: (401, "Sign in first.", {"WWW-Authenticate": "Bearer"}),
    Forbidden: (403, "Your role doesn't allow this.", {}),
    Retryable: (503, "Try again in a moment.", {"Retry-After": "2"}),
}


def problem(status: int, what_to_do: str, headers: dict[str, str] | None = None, title: str | None = None) -> Any:
    """RFC 9457. `detail` says what to do, and nothing about whether anything exists."""
    body = {"type": "about:blank", "title": title or HTTPStatus(status).phrase, "status": status, "detail": what_to_do}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _answering(status: int, what_to_do: str, headers: dict[str, str]) -> Any:
    async def answer(_request: Request, _error: Exception) -> Any:
        return problem(status, what_to_do, headers)

    return answer


async def _refused(_request: Request, error: Exception) -> Any:
    if not isinstance(error, Refusal):
        raise error
    return problem(error.status, error.what_to_do, title=error.title)


async def _unreadable(_request: Request, error: Exception) -> Any:
    """Which field, and what is wrong with it; what was sent is not repeated."""
    if not isinstance(error, RequestValidationError):
        raise error
    fields = [f"{'.'.join(str(step) for step in one['loc'])}: {one['type']}" for one in error.errors()]
    return problem(422, f"Correct these and send it again: {'; '.join(fields[:5])}")
