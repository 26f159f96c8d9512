"""The HTTP server of a process: uvicorn inside our own event loop, stopping when we say so."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Generator

import uvicorn

from aftercare.kit.process.operations import Asgi
from aftercare.kit.settings import ServiceSettings, SettingsError

log = logging.getLogger(__name__)

_GRACE_SECONDS = 5


class CannotListen(SettingsError):  # noqa: N818 - it says what happened
    """The address or port can't be had. The text is one sentence for a person."""


class _Embedded(uvicorn.Server):
    """Leaves signals to the process around it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class HttpServer:
    """Serves one application until stopped."""

    def __init__(self, app: Asgi, settings: ServiceSettings) -> None:
        self._host, self._wanted_port = settings.http_host, settings.http_port
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="on",
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = _Embedded(config)
        self.port = 0

    async def start(self) -> asyncio.Task[None]:
        """Listen. Returns the task that serves; it ends when stopped. Raises `CannotListen`."""
        listening = self._listen()
        self.port = listening.getsockname()[1]
        serving = asyncio.create_task(self._server.serve(sockets=[listening]), name="http")
        while not self._server.started and not serving.done():  # noqa: ASYNC110 - uvicorn sets a flag
            await asyncio.sleep(0.01)
        log.info("listening", extra={"port": self.port})
        return serving

    def stop(self) -> None:
        """Take no new requests and let the running ones end for a few seconds; the serving task ends then."""
        self._server.should_exit = True

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            return socket.create_server((self._host, self._wanted_port), family=family, backlog=512)
        except OSError as error:
            raise CannotListen(
                f"Can't listen on {self._host} port {self._wanted_port}: {os.strerror(error.errno or 0)}."
                " Choose another port with AFTERCARE_HTTP_PORT."
            ) from None
