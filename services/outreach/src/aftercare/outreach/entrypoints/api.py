"""The HTTP side: answer page, contact card, receipts."""

import logging
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response

from aftercare.kit.service import Runtime, Service
from aftercare.kit.store.failures import database_at_fault
from aftercare.kit.telemetry.framework import NO_TELEMETRY
from aftercare.outreach.application import Outreach
from aftercare.outreach.entrypoints.gate import Gate, TooManyWrongError
from aftercare.outreach.entrypoints.presenter import Presenter
from aftercare.outreach.entrypoints.routes_answers import answer_routes
from aftercare.outreach.entrypoints.routes_cards import card_routes
from aftercare.outreach.entrypoints.routes_receipts import receipt_routes
from aftercare.outreach.words import page_texts
from aftercare.outreach.words.catalogue import Language

log = logging.getLogger(__name__)


def create_app(service: Service, _runtime: Runtime) -> FastAPI:
    """The ASGI application. No documentation pages: nothing here is for browsing."""
    application: Outreach = service.application
    presenter = Presenter(application.templates, application.policy, application.worklist_url)
    gate = Gate()
    app = FastAPI(
        title="Aftercare outreach",
        telemetry=NO_TELEMETRY,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # a redirect names the link again, on the host that the caller claimed, without TLS
    )
    app.include_router(answer_routes(application, presenter, gate), prefix=application.base_path)
    app.include_router(card_routes(application, presenter, gate), prefix=application.base_path)
    app.include_router(receipt_routes(application))

    def language_of(request: Request) -> Language:
        return presenter.language(request.query_params.get("lang"), request.headers.get("accept-language"))

    @app.exception_handler(TooManyWrongError)
    async def slow_down(request: Request, _error: Exception) -> Response:
        return presenter.notice(language_of(request), page_texts.SLOW_DOWN, status=429)

    @app.middleware("http")
    async def kind_in_trouble(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """A page that works, with the crisis numbers, even while the database is down."""
        try:
            return await call_next(request)
        except Exception as error:  # noqa: BLE001 - a page always answers
            if not database_at_fault(error):
                log.error("a page failed: %s", type(error).__name__)  # noqa: TRY400 - the trace may hold a link
            return presenter.notice(language_of(request), page_texts.TROUBLE, status=503)

    return app
