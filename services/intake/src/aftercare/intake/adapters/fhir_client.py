"""Reading one resource from a source's FHIR server, or one report from its interface of HMPPS.

The address is made of the configured base and of checked parts, never of an address from a payload. Redirects are not
followed, proxies of the environment are not used, and an answer is read in bounded time and memory.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from aftercare.intake.domain.fhir.settings import FhirServer
from aftercare.intake.domain.outcome import HMPPS_REPORT, Pointer, RefusedError
from aftercare.intake.domain.reading import load
from aftercare.intake.service_layer.fetch_ports import Answer, Fetched
from aftercare.kit.clock import Clock

_LONGEST_WAIT = 6 * 3600.0
_MARGIN = timedelta(seconds=30)
_BY_STATUS = {
    httpx.codes.GONE: Answer.GONE,
    httpx.codes.NOT_FOUND: Answer.NOT_FOUND,
    httpx.codes.UNAUTHORIZED: Answer.NO_RIGHTS,
    httpx.codes.FORBIDDEN: Answer.NO_RIGHTS,
    httpx.codes.TOO_MANY_REQUESTS: Answer.TOO_MANY,
    httpx.codes.REQUEST_TIMEOUT: Answer.TOO_SLOW,
}


class NoTokenError(Exception):
    """The server wants a token and none can be had. Says nothing more: the reason may quote a secret."""


@dataclass
class _Token:
    header: Mapping[str, str] = field(default_factory=dict, repr=False)
    until: datetime | None = None


class HttpFhirClient:
    """One for all sources; a connection pool and a token for each."""

    def __init__(self, clock: Clock, limit: int, environment: Mapping[str, str] | None = None) -> None:
        self._clock = clock
        self._limit = limit
        self._environment = os.environ if environment is None else environment
        self._clients: dict[FhirServer, httpx.AsyncClient] = {}
        self._tokens: dict[FhirServer, _Token] = {}

    async def fetch(self, server: FhirServer, pointer: Pointer) -> Fetched:
        """Read one resource as it is now. Never raises for what a server does."""
        try:
            async with asyncio.timeout(server.timeout_seconds):
                return await self._ask(server, pointer)
        except NoTokenError:
            return Fetched(Answer.NO_TOKEN)
        except (TimeoutError, httpx.TimeoutException):
            return Fetched(Answer.TOO_SLOW)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return Fetched(Answer.UNREACHABLE)

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()

    async def _ask(self, server: FhirServer, pointer: Pointer) -> Fetched:
        client = self._client(server)
        media_type, path = _place(pointer)
        headers = {"Accept": media_type, **await self._authorisation(server, client)}
        url = f"{server.base_url.rstrip('/')}/{path}"
        async with client.stream("GET", url, headers=headers) as response:
            if response.status_code == httpx.codes.OK:
                return await self._read(response, pointer)
            if response.status_code == httpx.codes.UNAUTHORIZED:
                self._tokens.pop(server, None)
            return Fetched(_answer(response.status_code), wait=self._wait(response))

    async def _read(self, response: httpx.Response, pointer: Pointer) -> Fetched:
        body = bytearray()
        async for part in response.aiter_bytes():
            body += part
            if len(body) > self._limit:
                return Fetched(Answer.TOO_LARGE)
        if not _is_the_one(bytes(body), pointer):
            return Fetched(Answer.WRONG_RESOURCE)
        return Fetched(Answer.FETCHED, bytes(body))

    def _wait(self, response: httpx.Response) -> float | None:
        """What `Retry-After` says, in seconds or as a date."""
        said = response.headers.get("retry-after", "")
        if said.isascii() and said.isdigit():
            return min(float(said[:9]), _LONGEST_WAIT)
        try:
            seconds = (parsedate_to_datetime(said) - self._clock.now()).total_seconds()
        except (ValueError, TypeError):
            return None
        return min(max(seconds, 0.0), _LONGEST_WAIT)

    async def _authorisation(self, server: FhirServer, client: httpx.AsyncClient) -> Mapping[str, str]:
        if server.token_env is not None:
            return {"Authorization": f"Bearer {self._secret(server.token_env)}"}
        if server.token_url is None:
            return {}
        known = self._tokens.get(server)
        if known is None or known.until is None or self._clock.now() >= known.until:
            self._tokens[server] = known = await self._new_token(server, client)
        return known.header

    async def _new_token(self, server: FhirServer, client: httpx.AsyncClient) -> _Token:
        form = {"grant_type": "client_credentials", **({"scope": server.scope} if server.scope else {})}
        secret = self._secret(server.client_secret_env or "")
        try:
            response = await client.post(server.token_url or "", data=form, auth=(server.client_id or "", secret))
            response.raise_for_status()
            answer: Any = response.json()
            token, seconds = answer["access_token"], float(answer.get("expires_in", 60))
        except (httpx.HTTPError, ValueError, TypeError, KeyError, AttributeError):
            raise NoTokenError from None
        until = self._clock.now() + max(timedelta(seconds=seconds) - _MARGIN, timedelta(seconds=1))
        return _Token({"Authorization": f"Bearer {token}"}, until)

    def _secret(self, name: str) -> str:
        secret = self._environment.get(name, "").strip()
        if not secret:
            raise NoTokenError
        return secret

    def _client(self, server: FhirServer) -> httpx.AsyncClient:
        if server not in self._clients:
            self._clients[server] = httpx.AsyncClient(
                timeout=server.timeout_seconds,
                verify=server.ca_file or True,
                follow_redirects=False,
                trust_env=False,
                limits=httpx.Limits(max_connections=4, max_keepalive_connections=1),
            )
        return self._clients[server]


def _place(pointer: Pointer) -> tuple[str, str]:
    """The media type to ask for, and where below the base."""
    if pointer.kind == HMPPS_REPORT:
        return "application/json", f"incident-reports/{pointer.id}/with-details"
    return "application/fhir+json", f"{pointer.kind}/{pointer.id}"


def _answer(status: int) -> Answer:
    if httpx.codes.is_redirect(status):
        return Answer.REDIRECTED
    if httpx.codes.is_server_error(status):
        return Answer.SERVER_ERROR
    return _BY_STATUS.get(httpx.codes(status), Answer.REFUSED) if status in set(httpx.codes) else Answer.REFUSED


def _is_the_one(body: bytes, pointer: Pointer) -> bool:
    """Whether it is the resource that was asked for, in JSON that we would take from anybody."""
    try:
        words = body.decode("utf-8-sig").strip()
        resource = load(words) if words else None
    except (RefusedError, UnicodeDecodeError, json.JSONDecodeError):
        return False
    if not isinstance(resource, dict) or resource.get("id") != pointer.id:
        return False
    return pointer.kind == HMPPS_REPORT or resource.get("resourceType") == pointer.kind
