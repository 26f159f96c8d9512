"""A FHIR server on loopback that says what it is told to say."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Says what it is told to say, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.answer: Handler = self.resource
        self.base = ""

    async def resource(self, request: web.Request) -> web.StreamResponse:
        kind, own = request.path.rsplit("/", 2)[-2:]
        return web.json_response({"resourceType": kind, "id": own})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        if request.path.endswith("/token"):
            return web.json_response({"access_token": f"t{len(self.asked)}", "expires_in": 300})
        return await self.answer(request)

    def says(self, status: int, **headers: str) -> None:
        async def answer(_request: web.Request) -> web.StreamResponse:
            return web.Response(status=status, headers={name.replace("_", "-"): one for name, one in headers.items()})

        self.answer = answer

    def serves(self, value: Any) -> None:
        async def answer(_request: web.Request) -> web.StreamResponse:
            return web.Response(body=value) if isinstance(value, bytes) else web.json_response(value)

        self.answer = answer


@asynccontextmanager
async def running_server() -> AsyncIterator[Server]:
    """On a free port, for one test."""
    found = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    found.base = f"http://{host}:{port}/fhir"
    yield found
    await runner.cleanup()
