"""Support over HTTP."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from aftercare.kit.auth import Authenticator
from aftercare.kit.auth.problems import install_problems, sign_in_first
from aftercare.kit.auth.threshold import Threshold
from aftercare.kit.service import Runtime, Service
from aftercare.kit.telemetry.framework import NO_TELEMETRY
from aftercare.support.entrypoints import routes_coordinators, routes_own_case, routes_supporters


def create_app(service: Service, runtime: Runtime, authenticator: Authenticator | None = None) -> FastAPI:  # noqa: ARG001
    """The application. `authenticator` is replaced by tests."""
    support = service.application
    doorman = authenticator or Authenticator(support.settings)
    app = FastAPI(title="Aftercare support", telemetry=NO_TELEMETRY, openapi_url=None, redirect_slashes=False)
    app.add_middleware(Threshold, authenticator=doorman, refusal=sign_in_first())
    app.state.support = support
    app.state.authenticator = doorman
    install_problems(app, RequestValidationError, "Your role doesn't allow this. A coordinator can help you.")
    for routes in (routes_coordinators, routes_supporters, routes_own_case):
        app.include_router(routes.router)
    return app
