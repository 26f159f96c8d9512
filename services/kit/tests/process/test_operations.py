"""Health, metrics, and requests that are measured by template, never by address."""

import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route

from aftercare.kit.health import Health
from aftercare.kit.process.operations import Operations
from aftercare.kit.telemetry import meters
from aftercare.kit.telemetry.opaque import assert_log_is_opaque

SECRET = "l1nk-that-is-a-key"


async def page(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("fine")


async def broken(_request: Request) -> PlainTextResponse:
    raise RuntimeError(f"about {SECRET}")


async def outage(_request: Request) -> PlainTextResponse:
    raise OperationalError("select 1", {"name": SECRET}, ConnectionRefusedError())


async def meant(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("meant", 500)


async def broken_half_way(_request: Request) -> StreamingResponse:
    async def parts() -> Any:
        yield "begun"
        raise RuntimeError(SECRET)

    return StreamingResponse(parts())


INNER = Starlette(
    routes=[
        Route("/a/{link}", page),
        Route("/broken/{link}", broken),
        Route("/half/{link}", broken_half_way),
        Route("/outage/{link}", outage),
        Route("/meant", meant),
        Mount("/under/{link}", routes=[Route("/leaf", page)]),
    ]
)


async def ask(health: Health, path: str, method: str = "GET", inner: Any = INNER) -> httpx.Response:
    app = Operations(health, lambda: b"metric 1\n", inner)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kit") as client:
        return await client.request(method, path)


async def test_alive_and_ready_answer_json_with_reasons() -> None:
    health = Health("example", "api")
    assert (await ask(health, "/healthz")).json() == {"alive": True, "service": "example", "role": "api", "reasons": {}}
    health.standing.troubled("stream", "joins its group")
    answer = await ask(health, "/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "reasons": {"stream": "joins its group"}, "notes": {}}
    health.vitals["loop"] = lambda: "makes no progress"
    assert (await ask(health, "/healthz")).status_code == 503


async def test_metrics_are_served() -> None:
    answer = await ask(Health("x", "api"), "/metrics")
    assert answer.text == "metric 1\n"
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


async def test_who_scrapes_learns_whether_the_process_is_ready_though_nobody_asked_for_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[bool] = []
    monkeypatch.setattr(meters, "record_ready", lambda *, ready: said.append(ready))
    health = Health("x", "api")
    await ask(health, "/metrics")
    health.standing.troubled("database", "unreachable")
    await ask(health, "/metrics")
    assert said == [True, False]


async def test_a_process_without_pages_says_what_it_answers() -> None:
    answer = await ask(Health("x", "stream"), "/anything", inner=None)
    assert answer.status_code == 404
    assert "/readyz" in answer.text


@pytest.mark.parametrize(
    ("path", "method", "status", "route"),
    [
        (f"/a/{SECRET}", "GET", 200, "/a/{link}"),
        (f"/a/{SECRET}?x={SECRET}", "GET", 200, "/a/{link}"),
        (f"/a/{SECRET}", "DELETE", 405, "/a/{link}"),
        (f"/a/{SECRET}", SECRET.upper(), 405, "/a/{link}"),
        (f"/none/{SECRET}", "GET", 404, "unmatched"),
        (f"/broken/{SECRET}", "GET", 500, "/broken/{link}"),
    ],
)
async def test_the_log_knows_the_template_and_never_the_address(
    caplog: pytest.LogCaptureFixture, path: str, method: str, status: int, route: str
) -> None:
    with caplog.at_level(logging.INFO):
        answer = await ask(Health("x", "api"), path, method)
    assert answer.status_code == status
    assert SECRET not in answer.text
    line = next(record for record in caplog.records if record.getMessage() == "request")
    assert (vars(line)["route"], vars(line)["status"]) == (route, status)
    assert vars(line)["method"] in {"GET", "DELETE", "OTHER"}
    assert_log_is_opaque(
        [record for record in caplog.records if record.name == "aftercare.http"], {route, vars(line)["method"]}
    )


async def test_a_database_that_is_down_asks_the_caller_to_try_again() -> None:
    answer = await ask(Health("x", "api"), f"/outage/{SECRET}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert SECRET not in answer.text


async def test_an_error_that_a_page_means_itself_goes_out_as_it_is() -> None:
    answer = await ask(Health("x", "api"), "/meant")
    assert (answer.status_code, answer.text) == (500, "meant")


async def test_a_page_under_a_mount_keeps_its_secret(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert (await ask(Health("x", "api"), f"/under/{SECRET}/leaf")).status_code == 200
    assert all(SECRET not in str(vars(record).get("route", "")) for record in caplog.records)


async def test_an_answer_that_breaks_half_way_is_logged_by_type_only(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), pytest.raises(AssertionError):  # the client sees that the answer broke off
        await ask(Health("x", "api"), f"/half/{SECRET}")
    messages = [record.getMessage() for record in caplog.records if record.name == "aftercare.http"]
    assert "a request failed: RuntimeError" in messages


async def test_start_and_end_of_a_process_without_pages_are_acknowledged() -> None:
    incoming = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[str] = []

    async def receive() -> dict[str, str]:
        return next(incoming)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    go: Callable[..., Any] = Operations(Health("x", "stream"), lambda: b"")
    await go({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
