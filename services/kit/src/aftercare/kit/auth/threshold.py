"""What stands before a web application: nobody's body is read before they have signed in, and nobody's is endless.

A framework parses a body before it asks who sent it. So this is plain ASGI, outside the framework:

    app.add_middleware(Threshold, authenticator=authenticator, refusal=JSONResponse({"detail": …}, 401))

Roles are the routes' own matter; this only asks for a token that can be trusted.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Protocol

from aftercare.kit.auth.principal import Principal, Unauthenticated
from aftercare.kit.process.answers import answer_json

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Any, Any, Any], Awaitable[None]]

LONGEST_BODY = 256 * 1024
"""Bytes; a form of ours has a few hundred."""


class SignsIn(Protocol):
    """An `Authenticator`, or what a test puts in its place."""

    async def authenticated(self, authorization_header: str | None) -> Principal: ...


class Threshold:
    """Answers 401 and 413 by itself, and lets everything else in. `longer` names paths that may take more."""

    def __init__(
        self,
        app: Asgi,
        authenticator: SignsIn,
        refusal: Asgi,
        longest_body: int = LONGEST_BODY,
        longer: Mapping[str, int] | None = None,
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._refusal = refusal
        self._longest = longest_body
        self._longer = longer or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        stated = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            await self._authenticator.authenticated(stated.get(b"authorization"))
        except Unauthenticated:
            await self._refusal(scope, receive, send)
            return
        most = self._longer.get(scope["path"], self._longest)
        length = stated.get(b"content-length", "")
        if length.isdecimal() and int(length[:20]) > most:
            await _too_large(send, most)
            return
        measured = _Measured(receive, send, most)
        await measured.run(self._app, scope)


class _Measured:
    """One request whose body is counted. The application that is cut off sees a caller who hung up."""

    def __init__(self, receive: Receive, send: Send, most: int) -> None:
        self._receive, self._send, self._most = receive, send, most
        self._size = 0
        self._begun = False

    async def run(self, app: Asgi, scope: Scope) -> None:
        try:
            await app(scope, self._counted, self._passed)
        except Exception:
            if not self._cut_off():
                raise
        if self._cut_off() and not self._begun:
            await _too_large(self._send, self._most)

    def _cut_off(self) -> bool:
        return self._size > self._most

    async def _counted(self) -> Message:
        if self._cut_off():
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._size += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self._cut_off() else message

    async def _passed(self, message: Message) -> None:
        if self._cut_off() and not self._begun:
            return
        self._begun = True
        await self._send(message)


async def _too_large(send: Send, most: int) -> None:
    await answer_json(send, 413, {"detail": f"too large: at most {most} bytes"})
