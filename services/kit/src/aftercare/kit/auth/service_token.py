"""This service's own token, by OAuth 2 client credentials, kept until shortly before it ends."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from aftercare.kit.clock import Clock, SystemClock
from aftercare.kit.outcome import Retryable
from aftercare.kit.settings import ServiceSettings, require

Ask = Callable[[Mapping[str, str]], Awaitable[Mapping[str, Any]]]
"""Posts a form to the token endpoint and returns its JSON. Raises `Retryable`."""

_MARGIN = timedelta(seconds=30)
_TIMEOUT = 5.0


class ServiceToken:
    """`await token.header()` gives the `Authorization` header for a call to another service."""

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        audience: str | None = None,
        ask: Ask | None = None,
        wall: Clock | None = None,
    ) -> None:
        require(settings, "client_id", "client_secret", "token_url")
        self._form = {"grant_type": "client_credentials", **({"audience": audience} if audience else {})}
        self._client = (settings.client_id or "", settings.client_secret)
        self._ask = ask or self._post
        self._url = settings.token_url or ""
        self._wall = wall or SystemClock()
        self._lock = asyncio.Lock()
        self._token = ""
        self._until: datetime | None = None

    async def header(self) -> dict[str, str]:
        """`{"Authorization": "Bearer …"}`. Raises `Retryable` when the issuer can't be asked or refuses."""
        async with self._lock:
            now = self._wall.now()
            if self._until is None or now >= self._until:
                answer = await self._ask(self._form)
                self._token, self._until = _read(answer, now)
            return {"Authorization": f"Bearer {self._token}"}

    def forget(self) -> None:
        """Ask anew next time: for when the other service has refused the token."""
        self._until = None

    async def _post(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        import httpx  # noqa: PLC0415 - only who calls others pays for the client

        client_id, secret = self._client
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT) as client:
                response = await client.post(
                    self._url, data=dict(form), auth=(client_id, secret.get_secret_value() if secret else "")
                )
                response.raise_for_status()
                return dict(response.json())
        except (httpx.HTTPError, ValueError) as error:
            raise Retryable(f"token endpoint: {type(error).__name__}") from None


def _read(answer: Mapping[str, Any], now: datetime) -> tuple[str, datetime]:
    token, seconds = answer.get("access_token"), answer.get("expires_in", 60)
    if not isinstance(token, str) or not isinstance(seconds, int | float):
        raise Retryable("token endpoint: no access token in the answer")
    return token, now + max(timedelta(seconds=seconds) - _MARGIN, timedelta(seconds=1))
