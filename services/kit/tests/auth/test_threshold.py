"""A body is read after its sender has signed in, and never further than it may go."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Body, FastAPI
from fastapi.responses import JSONResponse

from aftercare.kit.auth import Principal, Unauthenticated
from aftercare.kit.auth.threshold import Threshold

SIGNED_IN = {"Authorization": "Bearer good"}
JSON = {"Content-Type": "application/json"}

Content = Annotated[Any, Body()]


class Doorman:
    async def authenticated(self, header: str | None) -> Principal:
        if header != "Bearer good":
            raise Unauthenticated("no-token")
        return Principal("me", "https://idp")


class Sender:
    """A body in blocks, without saying how long it is; it knows how many were taken."""

    def __init__(self, blocks: int) -> None:
        self.blocks, self.taken = blocks, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.blocks):
            self.taken += 1
            yield b"x" * 1000


@pytest.fixture
def web() -> httpx.AsyncClient:
    app = FastAPI()

    @app.post("/form")
    async def form(content: Content) -> int:
        return len(str(content))

    @app.post("/file")
    async def file(content: Content) -> int:
        return len(str(content))

    refusal = JSONResponse({"detail": "sign in first"}, 401)
    app.add_middleware(
        Threshold, authenticator=Doorman(), refusal=refusal, longest_body=5_000, longer={"/file": 50_000}
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://example")


async def test_who_has_not_signed_in_is_told_so_whatever_they_send_and_wherever(web: httpx.AsyncClient) -> None:
    sender = Sender(100)
    answers = [
        await web.post("/form", content=sender, headers=JSON),
        await web.post("/form", content=b"{", headers=JSON),
        await web.post("/form", json={"a": 1}, headers={"Authorization": "Bearer bad"}),
        await web.get("/nothing"),
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(401, '{"detail":"sign in first"}')}
    assert sender.taken <= 1


async def test_a_form_of_an_ordinary_size_comes_through(web: httpx.AsyncClient) -> None:
    assert (await web.post("/form", json="a" * 4_000, headers=SIGNED_IN)).json() == 4_000
    assert (await web.post("/file", json="a" * 40_000, headers=SIGNED_IN)).json() == 40_000


async def test_a_body_that_is_too_long_is_not_read_to_its_end(web: httpx.AsyncClient) -> None:
    stated = await web.post("/form", json="a" * 6_000, headers=SIGNED_IN)
    sender = Sender(1_000)
    endless = await web.post("/form", content=sender, headers=SIGNED_IN | JSON)
    assert (stated.status_code, endless.status_code) == (413, 413)
    assert sender.taken <= 10
    assert "5000" in endless.json()["detail"]
