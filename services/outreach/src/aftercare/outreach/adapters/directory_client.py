"""Contacts from `directory`, asked for at the last moment and never kept."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from aftercare.kit.outcome import Retryable
from aftercare.outreach.domain.vocabulary import Channel
from aftercare.outreach.service_layer.ports import Contact, ContactGone, TryLater

Authorize = Callable[[], Awaitable[Mapping[str, str]]]
_TIMEOUT = httpx.Timeout(5.0, connect=2.0)
_GONE = (404, 410)


class DirectoryContacts:
    """`GET /contacts/{person_token}` with our own client credentials."""

    def __init__(
        self, base_url: str, authorize: Authorize, forget: Callable[[], None], client: httpx.AsyncClient | None = None
    ) -> None:
        self._url = base_url.rstrip("/")
        self._authorize = authorize
        self._forget = forget
        self._client = client or httpx.AsyncClient(
            timeout=_TIMEOUT, limits=httpx.Limits(max_keepalive_connections=8, keepalive_expiry=60), trust_env=False
        )

    async def resolve(self, person: str, *, for_card: bool = False) -> Contact:
        """Raises `ContactGone` (no contact, left, erased) or `TryLater`, whose texts name no one.

        `directory` writes down why it was asked: to send something, or to show it to a human.
        """
        purpose = {"X-Purpose": "contact-card" if for_card else "delivery"}
        try:
            headers = purpose | dict(await self._authorize())
            answer = await self._client.get(f"{self._url}/contacts/{person}", headers=headers)
        except (httpx.HTTPError, Retryable, OSError) as error:
            raise TryLater(f"directory-{type(error).__name__.lower()}") from None
        if answer.status_code in _GONE:
            raise ContactGone
        if answer.status_code != httpx.codes.OK:
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                self._forget()
            raise TryLater(f"directory-{answer.status_code}")
        try:
            return read_contact(answer.json())
        except (ValueError, TypeError, KeyError, AttributeError):
            raise TryLater("directory-unreadable") from None

    async def close(self) -> None:
        await self._client.aclose()


def read_contact(body: Mapping[str, Any]) -> Contact:
    """A contact from directory's JSON. Channels of a kind that this release does not know are left out."""
    kinds = {str(channel) for channel in Channel}
    found = [one for one in body.get("channels") or [] if one["kind"] in kinds]
    found.sort(key=lambda one: one.get("preferred_order") or 0)
    return Contact(
        name=str(body.get("name") or ""),
        language=body.get("language"),
        zone=body.get("zone"),
        addresses=tuple((Channel(one["kind"]), str(one["address"])) for one in found),
    )
