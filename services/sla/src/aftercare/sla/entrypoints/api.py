"""The clocks over HTTP."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from aftercare.kit.auth import Authenticator
from aftercare.kit.auth.problems import install_problems, sign_in_first
from aftercare.kit.auth.threshold import Threshold
from aftercare.kit.service import Runtime, Service
from aftercare.kit.telemetry.framework import NO_TELEMETRY
from aftercare.programme.clocks import Side
from aftercare.sla.entrypoints import routes_clocks
from aftercare.sla.entrypoints.callers import ROLES


def create_app(service: Service, runtime: Runtime, authenticator: Authenticator | None = None) -> FastAPI:  # noqa: ARG001
    """The application. `authenticator` is replaced by tests."""
    sla = service.application
    doorman = authenticator or Authenticator(sla.settings)
    app = FastAPI(title="Aftercare clocks", telemetry=NO_TELEMETRY, openapi_url=None, redirect_slashes=False)
    app.add_middleware(Threshold, authenticator=doorman, refusal=sign_in_first())
    app.state.sla = sla
    app.state.authenticator = doorman
    app.state.roles = ROLES[Side(service.name.removeprefix("sla-"))]
    install_problems(app, RequestValidationError, "Your role doesn't allow this.")
    app.include_router(routes_clocks.router)
    return app
