"""Reading from a source's FHIR server, on a real server that behaves in every way that servers behave."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from aftercare.intake.adapters.fhir_client import HttpFhirClient
from aftercare.intake.domain.fhir.settings import FhirServer
from aftercare.intake.domain.outcome import HMPPS_REPORT, Pointer
from aftercare.intake.service_layer.fetch_ports import Answer, Fetched
from aftercare.kit.clock import FixedClock

from .server import Server, running_server

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AE = Pointer("AdverseEvent", "ae-1")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running_server() as found:
        yield found


@pytest.fixture
async def client() -> AsyncIterator[HttpFhirClient]:
    made = HttpFhirClient(FixedClock(NOW), 10_000, {"TOKEN": "sesame", "SECRET": "open"})
    yield made
    await made.close()


def settings(server: Server, **fields: Any) -> FhirServer:
    return replace(FhirServer(server.base, timeout_seconds=2.0), **fields)


async def test_a_resource_is_read_as_it_is_now(server: Server, client: HttpFhirClient) -> None:
    fetched = await client.fetch(settings(server), replace(AE, version="3"))
    assert fetched == Fetched(Answer.FETCHED, b'{"resourceType": "AdverseEvent", "id": "ae-1"}')
    assert [request.path for request in server.asked] == ["/fhir/AdverseEvent/ae-1"]


@pytest.mark.parametrize(
    ("status", "answer", "again"),
    [
        (401, Answer.NO_RIGHTS, True),
        (403, Answer.NO_RIGHTS, True),
        (404, Answer.NOT_FOUND, True),
        (410, Answer.GONE, False),
        (429, Answer.TOO_MANY, True),
        (400, Answer.REFUSED, False),
        (406, Answer.REFUSED, False),
        (299, Answer.REFUSED, False),
        (500, Answer.SERVER_ERROR, True),
        (503, Answer.SERVER_ERROR, True),
    ],
)
async def test_each_answer_is_known(
    server: Server, client: HttpFhirClient, status: int, answer: Answer, again: bool
) -> None:
    server.says(status)
    fetched = await client.fetch(settings(server), AE)
    assert (fetched.answer, fetched.answer.is_worth_another_try) == (answer, again)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("Mon, 02 Mar 2026 09:02:00 GMT", 120.0),
        ("99999999999999", 6 * 3600.0),
        ("soon", None),
        ("-4", None),
    ],
)
async def test_a_server_may_say_when_to_come_again(
    server: Server, client: HttpFhirClient, said: str, seconds: float | None
) -> None:
    server.says(429, Retry_After=said)
    assert (await client.fetch(settings(server), AE)).wait == seconds


@pytest.mark.parametrize("where", ["http://127.0.0.1:9/fhir/AdverseEvent/ae-1", "/fhir/AdverseEvent/ae-2", "//x"])
async def test_a_redirect_is_not_followed(server: Server, client: HttpFhirClient, where: str) -> None:
    server.says(302, Location=where)
    assert (await client.fetch(settings(server), AE)).answer is Answer.REDIRECTED
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"resourceType": "AdverseEvent", "id": "ae-2"},
        {"resourceType": "Patient", "id": "ae-1"},
        {"resourceType": "OperationOutcome"},
        [],
        b"<AdverseEvent/>",
        b"\xff\xfe",
        b"",
        b'{"resourceType": "AdverseEvent", "id": "ae-1", "id": "ae-1"}',
    ],
)
async def test_another_resource_than_the_one_asked_for_is_not_taken(
    server: Server, client: HttpFhirClient, body: Any
) -> None:
    server.serves(body)
    assert await client.fetch(settings(server), AE) == Fetched(Answer.WRONG_RESOURCE)


async def test_a_huge_answer_is_left_after_the_limit(server: Server, client: HttpFhirClient) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while sent < 100_000_000:
            await response.write(b" " * 1000)
            sent += 1000
        return response

    server.answer = endless
    assert (await client.fetch(settings(server), AE)).answer is Answer.TOO_LARGE
    assert sent < 50_000_000


async def test_an_answer_that_trickles_is_left_in_time(server: Server, client: HttpFhirClient) -> None:
    released = asyncio.Event()

    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"{")
        await released.wait()
        return response

    server.answer = trickle
    fetched = await client.fetch(settings(server, timeout_seconds=0.3), AE)
    released.set()
    assert fetched.answer is Answer.TOO_SLOW


async def test_a_server_that_is_not_there(client: HttpFhirClient) -> None:
    assert (await client.fetch(FhirServer("http://127.0.0.1:9/fhir"), AE)).answer is Answer.UNREACHABLE


async def test_a_static_token_comes_from_the_environment(server: Server, client: HttpFhirClient) -> None:
    await client.fetch(settings(server, token_env="TOKEN"), AE)
    assert server.asked[0].headers["Authorization"] == "Bearer sesame"
    assert (await client.fetch(settings(server, token_env="MISSING"), AE)).answer is Answer.NO_TOKEN


async def test_client_credentials_are_asked_for_once_and_anew_when_refused(
    server: Server, client: HttpFhirClient
) -> None:
    oauth = settings(
        server, token_url=f"{server.base}/token", client_id="us", client_secret_env="SECRET", scope="system/*.rs"
    )
    await client.fetch(oauth, AE)
    await client.fetch(oauth, AE)
    assert [request.path.rsplit("/", 1)[-1] for request in server.asked] == ["token", "ae-1", "ae-1"]
    assert server.asked[0].headers["Authorization"] == f"Basic {base64.b64encode(b'us:open').decode()}"
    server.says(401)
    await client.fetch(oauth, AE)
    server.answer = server.resource
    assert (await client.fetch(oauth, AE)).answer is Answer.FETCHED
    assert server.asked[-1].headers["Authorization"] == "Bearer t5"


async def test_a_token_that_ends_is_replaced(server: Server) -> None:
    clock = FixedClock(NOW)
    client = HttpFhirClient(clock, 10_000, {"SECRET": "open"})
    oauth = settings(server, token_url=f"{server.base}/token", client_id="us", client_secret_env="SECRET")
    await client.fetch(oauth, AE)
    clock.set(NOW + timedelta(seconds=280))
    await client.fetch(oauth, AE)
    await client.close()
    assert [request.path.rsplit("/", 1)[-1] for request in server.asked] == ["token", "ae-1", "token", "ae-1"]


async def test_a_token_endpoint_that_talks_nonsense_gives_no_token(server: Server, client: HttpFhirClient) -> None:
    async def nonsense(_request: web.Request) -> web.StreamResponse:
        return web.json_response(["no", "token"])

    server.answer = nonsense
    oauth = settings(server, token_url=f"{server.base}/elsewhere", client_id="us", client_secret_env="SECRET")
    assert (await client.fetch(oauth, AE)).answer is Answer.NO_TOKEN


@pytest.mark.parametrize("body", [{"id": "r-2", "reportReference": "7"}, [{"id": "r-1"}], {"reportReference": "7"}])
async def test_a_report_of_hmpps_is_read_below_the_base_and_only_the_one_that_was_asked_for(
    server: Server, client: HttpFhirClient, body: Any
) -> None:
    wanted = Pointer(HMPPS_REPORT, "r-1")
    server.serves({"id": "r-1", "reportReference": "7"})
    fetched = await client.fetch(settings(server, token_env="TOKEN"), wanted)
    assert fetched == Fetched(Answer.FETCHED, b'{"id": "r-1", "reportReference": "7"}')
    assert server.asked[0].path == "/fhir/incident-reports/r-1/with-details"
    assert server.asked[0].headers["accept"] == "application/json"
    assert server.asked[0].headers["authorization"] == "Bearer sesame"
    server.serves(body)
    assert (await client.fetch(settings(server), wanted)).answer is Answer.WRONG_RESOURCE
