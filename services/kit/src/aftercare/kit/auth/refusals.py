"""Refusals as HTTP: the same words whether the thing asked for exists or not."""

from typing import TYPE_CHECKING, Any

from aftercare.kit.auth.principal import Forbidden, Unauthenticated
from aftercare.kit.auth.problems import Refusal
from aftercare.kit.outcome import Retryable

if TYPE_CHECKING:
    from starlette.applications import Starlette

SIGN_IN_FIRST = ({"detail": "sign in first"}, 401, {"WWW-Authenticate": "Bearer"})
"""Body, status and headers of the answer to who can't be trusted."""


def install_refusals(app: "Starlette") -> None:
    """Make `app` (Starlette or FastAPI) answer for the exceptions that mean 401, 403, 503 and other refusals."""
    from starlette.requests import Request  # noqa: PLC0415 - `stream` and tools import auth without a web framework
    from starlette.responses import JSONResponse  # noqa: PLC0415

    async def unauthenticated(_request: Request, _error: Exception) -> JSONResponse:
        return JSONResponse(*SIGN_IN_FIRST)

    async def forbidden(_request: Request, _error: Exception) -> JSONResponse:
        return JSONResponse({"detail": "not allowed"}, 403)

    async def unavailable(_request: Request, _error: Exception) -> JSONResponse:
        return JSONResponse({"detail": "try again in a moment"}, 503, {"Retry-After": "2"})

    async def refused(_request: Request, error: Any) -> JSONResponse:
        return JSONResponse({"detail": f"{error.title}. {error.what_to_do}"}, error.status)

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(Unauthenticated, unauthenticated)
    app.add_exception_handler(Forbidden, forbidden)
    app.add_exception_handler(Retryable, unavailable)
