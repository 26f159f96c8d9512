"""Our own token for other services: asked for once, kept until shortly before its end, one request for many callers."""

import asyncio
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from aftercare.kit.auth import ServiceToken
from aftercare.kit.clock import FixedClock
from aftercare.kit.outcome import Retryable
from aftercare.kit.settings import ServiceSettings, SettingsError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def settings(**more: Any) -> ServiceSettings:
    given = {"client_id": "me", "client_secret": "s3cret", "token_url": "http://127.0.0.1:9/token", **more}
    return ServiceSettings(database_url="postgresql://u@h/d", kafka_bootstrap="h:1", **given)


class Endpoint:
    """A token endpoint that counts."""

    def __init__(self, answer: Mapping[str, Any] | None = None) -> None:
        self.forms: list[Mapping[str, str]] = []
        self.answer = answer

    async def ask(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        self.forms.append(form)
        await asyncio.sleep(0)
        return self.answer or {"access_token": f"t{len(self.forms)}", "expires_in": 300}


async def test_many_callers_share_one_token_until_shortly_before_its_end() -> None:
    endpoint, clock = Endpoint(), FixedClock(NOW)
    token = ServiceToken(settings(), ask=endpoint.ask, wall=clock, audience="identity")
    headers = await asyncio.gather(*(token.header() for _ in range(5)))
    assert headers == [{"Authorization": "Bearer t1"}] * 5
    assert endpoint.forms == [{"grant_type": "client_credentials", "audience": "identity"}]
    clock.set(NOW + timedelta(seconds=269))
    assert await token.header() == headers[0]
    clock.set(NOW + timedelta(seconds=271))
    assert await token.header() == {"Authorization": "Bearer t2"}


async def test_a_refused_token_is_asked_for_anew() -> None:
    endpoint = Endpoint()
    token = ServiceToken(settings(), ask=endpoint.ask, wall=FixedClock(NOW))
    await token.header()
    token.forget()
    assert await token.header() == {"Authorization": "Bearer t2"}


@pytest.mark.parametrize(
    "answer", [{"error": "invalid_client"}, {"access_token": 7}, {"access_token": "t", "expires_in": "x"}]
)
async def test_an_answer_without_a_token_can_be_tried_again(answer: Mapping[str, Any]) -> None:
    with pytest.raises(Retryable):
        await ServiceToken(settings(), ask=Endpoint(answer).ask).header()


async def test_an_issuer_that_is_down_can_be_tried_again_and_no_secret_is_in_the_error() -> None:
    with pytest.raises(Retryable, match="ConnectError") as failed:
        await ServiceToken(settings()).header()
    assert "s3cret" not in str(failed.value)


async def test_the_secret_goes_as_basic_authentication() -> None:
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.headers["authorization"])
            seen.append(self.rfile.read(int(self.headers["content-length"])).decode())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"access_token": "abc", "expires_in": 60}')

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        token = ServiceToken(settings(token_url=f"http://127.0.0.1:{server.server_port}/token"))
        assert await token.header() == {"Authorization": "Bearer abc"}
    finally:
        server.shutdown()
        server.server_close()
    assert seen == ["Basic bWU6czNjcmV0", "grant_type=client_credentials"]


def test_what_is_not_set_is_said_by_its_variable() -> None:
    with pytest.raises(SettingsError, match="AFTERCARE_CLIENT_SECRET"):
        ServiceToken(settings(client_secret=None))
