"""The directory over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from aftercare.directory.domain.people import MergeRefusedError
from aftercare.directory.entrypoints import routes_contacts, routes_identity, routes_people, routes_roster
from aftercare.directory.service_layer.identity import NoSuchTaskError, TaskHeldError
from aftercare.directory.service_layer.people import IdentifierTakenError, NoSuchPersonError
from aftercare.kit.auth import Authenticator
from aftercare.kit.auth.refusals import install_refusals
from aftercare.kit.service import Runtime, Service
from aftercare.kit.telemetry.framework import NO_TELEMETRY

_PROBLEMS: Mapping[type[Exception], tuple[int, str]] = {
    NoSuchTaskError: (404, "there is no such task, or it has been answered"),
    TaskHeldError: (409, "somebody else works on this task, or you have not claimed it"),
    NoSuchPersonError: (404, "there is no such person"),
    IdentifierTakenError: (409, "the identifier or sign-in belongs to somebody else; are the two one person?"),
}


def create_app(service: Service, runtime: Runtime, authenticator: Authenticator | None = None) -> FastAPI:  # noqa: ARG001
    """The application. `authenticator` is replaced by tests."""
    directory = service.application
    imports = routes_roster.Imports()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await imports.finish()

    app = FastAPI(title="Aftercare directory", telemetry=NO_TELEMETRY, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.directory = directory
    app.state.imports = imports
    app.state.authenticator = authenticator or Authenticator(directory.settings)
    app.state.contact_limit = routes_contacts.new_limit(
        directory.settings.contact_reads_per_second, directory.settings.contact_reads_burst
    )
    install_refusals(app)
    for problem, (status, detail) in _PROBLEMS.items():
        app.add_exception_handler(problem, _answering(status, detail))
    app.add_exception_handler(MergeRefusedError, _merge_refused)
    for routes in (routes_contacts, routes_roster, routes_identity, routes_people):
        app.include_router(routes.router)
    return app


def _answering(status: int, detail: str) -> Callable[[Request, Exception], Awaitable[JSONResponse]]:
    async def answer(_request: Request, _error: Exception) -> JSONResponse:
        return JSONResponse({"detail": detail}, status)

    return answer


async def _merge_refused(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 409)
