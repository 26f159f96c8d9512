"""The directory over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from aftercare.directory.domain.people import MergeRefusedError
from aftercare.directory.entrypoints import routes_contacts, routes_identity, routes_people, routes_roster
from aftercare.directory.service_layer.identity import NoSuchTaskError, TaskHeldError
from aftercare.directory.service_layer.people import IdentifierTakenError, NoSuchPersonError
from aftercare.kit.auth import Authenticator
from aftercare.kit.auth.refusals import SIGN_IN_FIRST, install_refusals
from aftercare.kit.auth.threshold import Threshold
from aftercare.kit.service import Runtime, Service
from aftercare.kit.telemetry.framework import NO_TELEMETRY

_PROBLEMS: Mapping[type[Exception], tuple[int, str]] = {
    NoSuchTaskError: (404, "there is no such task, or it has been answered"),
    TaskHeldError: (409, "somebody else works on this task, or you have not claimed it"),
    NoSuchPersonError: (404, "there is no such person"),
    IdentifierTakenError: (409, "the identifier or sign-in belongs to somebody else; are the two one person?"),
}

_FORM_AROUND_A_FILE = 64 * 1024


def create_app(service: Service, runtime: Runtime, authenticator: Authenticator | None = None) -> FastAPI:  # noqa: ARG001
    """The application. `authenticator` is replaced by tests."""
    directory = service.application
    imports = routes_roster.Imports()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await imports.finish()

    doorman = authenticator or Authenticator(directory.settings)
    app = FastAPI(
        title="Aftercare directory",
        telemetry=NO_TELEMETRY,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.add_middleware(
        Threshold,
        authenticator=doorman,
        refusal=JSONResponse(*SIGN_IN_FIRST),
        longer={"/roster": directory.settings.roster_largest_bytes + _FORM_AROUND_A_FILE},
    )
    app.state.directory = directory
    app.state.imports = imports
    app.state.authenticator = doorman
    app.state.contact_limit = routes_contacts.new_limit(
        directory.settings.contact_reads_per_second, directory.settings.contact_reads_burst
    )
    install_refusals(app)
    for problem, (status, detail) in _PROBLEMS.items():
        app.add_exception_handler(problem, _answering(status, detail))
    app.add_exception_handler(MergeRefusedError, _merge_refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    for routes in (routes_contacts, routes_roster, routes_identity, routes_people):
        app.include_router(routes.router)
    return app


def _answering(status: int, detail: str) -> Callable[[Request, Exception], Awaitable[JSONResponse]]:
    async def answer(_request: Request, _error: Exception) -> JSONResponse:
        return JSONResponse({"detail": detail}, status)

    return answer


async def _unreadable(_request: Request, error: Exception) -> JSONResponse:
    """Which field, and what is wrong with it. What was sent may be a name: it is not repeated."""
    if not isinstance(error, RequestValidationError):
        raise error
    problems = [{"field": ".".join(map(str, one["loc"])), "what": one["type"]} for one in error.errors()]
    return JSONResponse({"detail": problems[:10]}, 422)


async def _merge_refused(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 409)
