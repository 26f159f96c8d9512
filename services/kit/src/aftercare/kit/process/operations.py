"""What every process answers beside its own pages, as plain ASGI: health, metrics, and measuring the rest.

Addresses are secrets here (a link in a mail is a key), so only the route's template is ever written down.
"""

import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from aftercare.kit.health import Health
from aftercare.kit.process.answers import Answer, Message, Send, answer, answer_json
from aftercare.kit.telemetry import meters
from aftercare.kit.telemetry.traces import request_span

log = logging.getLogger("aftercare.http")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

_METRICS_TYPE = b"text/plain; version=0.0.4; charset=utf-8"
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Operations:
    """Answers `/healthz`, `/readyz` and `/metrics`; hands everything else to `inner` and measures it."""

    def __init__(self, health: Health, scrape: Callable[[], bytes], inner: Asgi | None = None) -> None:
        self._health = health
        self._scrape = scrape
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == "/healthz":
            await self._healthz(send)
        elif scope["type"] == "http" and scope["path"] == "/readyz":
            await self._readyz(send)
        elif scope["type"] == "http" and scope["path"] == "/metrics":
            meters.record_ready(ready=(await self._health.readiness()).ready)
            await answer(send, 200, self._scrape(), [(b"content-type", _METRICS_TYPE)])
        elif self._inner is None:
            await answer_json(send, 404, {"detail": "this process answers /healthz, /readyz and /metrics"})
        else:
            await self._measured(self._inner, scope, receive, send)

    async def _healthz(self, send: Send) -> None:
        reasons = self._health.liveness()
        body = {"alive": not reasons, "service": self._health.service, "role": self._health.role, "reasons": reasons}
        await answer_json(send, 503 if reasons else 200, body)

    async def _readyz(self, send: Send) -> None:
        readiness = await self._health.readiness()
        meters.record_ready(ready=readiness.ready)
        body = {"ready": readiness.ready, "reasons": dict(readiness.reasons), "notes": dict(readiness.notes)}
        await answer_json(send, 200 if readiness.ready else 503, body)

    async def _measured(self, inner: Asgi, scope: Scope, receive: Receive, send: Send) -> None:
        start = time.monotonic()
        going = Answer(send)
        method = str(scope.get("method", "GET"))
        method = method if method in _METHODS else "OTHER"
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        with request_span(method, headers) as span:
            try:
                await inner(scope, receive, going.send)
                await going.release()
            except Exception as error:  # the server would log its text, which may quote the request
                log.error("a request failed: %s", type(error).__name__, exc_info=error)  # noqa: TRY400 - opaque format
                await going.fail(error)
            route, seconds = _template(scope), time.monotonic() - start
            span.update_name(f"{method} {route}")
            span.set_attributes({"http.route": route, "http.response.status_code": going.status})
            meters.record_request(method, route, going.status, seconds)  # in its span: an exemplar points there
        extra = {"method": method, "route": route, "status": going.status, "seconds": round(seconds, 4)}
        log.info("request", extra=extra)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._inner is not None:
            await self._inner(scope, receive, send)
            return
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


def _template(scope: Scope) -> str:
    """The route that answered, as it was declared. What no route wanted has no name of its own."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) and path else "unmatched"
