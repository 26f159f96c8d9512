"""One HTTP answer on its way out: what is sent when the code behind it fails."""

import json
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from aftercare.kit.outcome import Retryable
from aftercare.kit.store.failures import database_at_fault

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

_FAILED = 500
_UNAVAILABLE = 503


class Answer:
    """Passes an answer on. A bare 500 is held until it is known which exception it stands for.

    A database that restarts is no fault of the request: that becomes 503 with `Retry-After`, so that a
    machine on the other side tries again instead of giving up.
    """

    def __init__(self, send: Send) -> None:
        self.status = 0
        self._send = send
        self._held: list[Message] = []

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        if self.status == _FAILED:
            self._held.append(message)
        else:
            await self._send(message)

    async def fail(self, error: Exception) -> None:
        """The code raised: say what it means, unless a part of another answer is out already."""
        if self.status not in (0, _FAILED):
            return
        self._held.clear()
        if isinstance(error, Retryable) or database_at_fault(error):
            self.status = _UNAVAILABLE
            later = [(b"retry-after", b"2")]
            await answer_json(self._send, _UNAVAILABLE, {"detail": "try again in a moment"}, later)
        else:
            self.status = _FAILED
            await answer_json(self._send, _FAILED, {"detail": "something went wrong on our side"})

    async def release(self) -> None:
        """The code meant its 500."""
        for message in self._held:
            await self._send(message)


async def answer_json(send: Send, status: int, body: object, more: Sequence[tuple[bytes, bytes]] = ()) -> None:
    """A whole answer in JSON."""
    await answer(send, status, json.dumps(body).encode(), [(b"content-type", b"application/json"), *more])


async def answer(send: Send, status: int, body: bytes, headers: Sequence[tuple[bytes, bytes]]) -> None:
    """A whole answer that nobody may keep."""
    fixed = [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *fixed]})
    await send({"type": "http.response.body", "body": body})
