"""`intake` over HTTP."""

from fastapi import FastAPI

from aftercare.intake.entrypoints import routes_parked, routes_people, routes_records, routes_suspicions
from aftercare.kit.auth.authenticator import Authenticator
from aftercare.kit.auth.refusals import install_refusals
from aftercare.kit.service import Runtime, Service
from aftercare.kit.telemetry.framework import NO_TELEMETRY


def create_app(service: Service, runtime: Runtime, authenticator: Authenticator | None = None) -> FastAPI:
    """The application. `authenticator` is replaced by tests."""
    app = FastAPI(title="Aftercare intake", telemetry=NO_TELEMETRY, openapi_url=None, redirect_slashes=False)
    app.state.application = service.application
    app.state.runtime = runtime
    app.state.authenticator = authenticator or Authenticator(service.application.settings)
    install_refusals(app)
    for routes in (routes_records, routes_people, routes_suspicions, routes_parked):
        app.include_router(routes.router)
    return app
