"""The issuer's public keys: fetched when first needed, kept, fetched again for a key id that is not among them."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, Key, KeySet

Fetch = Callable[[], dict[str, Any]]

_MAX_AGE = 600.0
_AT_MOST_EVERY = 10.0
_TIMEOUT = 3.0
_SIGNING_KEY_TYPES = {"RSA", "EC", "OKP"}


class UnknownKey(Exception):  # noqa: N818 - it says what is wrong
    """The token names a key that is not among the ones at hand."""


class KeysUnavailable(Exception):  # noqa: N818
    """The issuer's keys can't be had now, and none are kept."""


class VerificationKeys:
    """Keys by id, from `file:PATH` or an `http(s)://` URL.

    Kept for 10 minutes, longer while the issuer is unreachable: a key that was good stays good, since an
    outage of the issuer must not lock out who holds a valid token. A stream of tokens with made-up key ids
    causes one request in 10 seconds at most.
    """

    def __init__(
        self, source: str, *, fetch: Fetch | None = None, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch or _fetcher(source)
        self._seconds = seconds
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")

    def finder(self, *, may_fetch: bool) -> Callable[[GuestProtocol], Key]:
        """What joserfc asks for the key of one token. Raises `UnknownKey` or `KeysUnavailable`."""

        def find(token: GuestProtocol) -> Key:
            return self._find(token.headers().get("kid"), may_fetch=may_fetch)

        return find

    def _find(self, kid: str | None, *, may_fetch: bool) -> Key:
        key = self._lookup(kid)
        if key is not None and not self._wants_fresh_keys():
            return key
        if not may_fetch:
            raise UnknownKey
        self._refresh(wait=key is None)
        key = self._lookup(kid)
        if key is not None:
            return key
        if self._keys is None:
            raise KeysUnavailable
        raise UnknownKey

    def _lookup(self, kid: str | None) -> Key | None:
        if self._keys is None:
            return None
        keys = [key for key in self._keys.keys if kid is None or key.kid == kid]
        return keys[0] if len(keys) == 1 or (keys and kid is not None) else None

    def _wants_fresh_keys(self) -> bool:
        """Too old to be believed without asking again, and not just asked for in vain."""
        now = self._seconds()
        return now - self._fetched_at > _MAX_AGE and now - self._tried_at >= _AT_MOST_EVERY

    def _refresh(self, *, wait: bool) -> None:
        """Fetch, one at a time. Who has a key at hand does not `wait` while another is fetching."""
        if not self._lock.acquire(blocking=wait):
            return
        try:
            if self._seconds() - self._tried_at < _AT_MOST_EVERY:
                return
            self._tried_at = self._seconds()
            try:
                fetched = self._fetch()
                usable = [key for key in fetched["keys"] if _verifies(key)]
                self._keys = KeySet.import_key_set({"keys": usable})
                self._fetched_at = self._seconds()
            except (OSError, JoseError, ValueError, KeyError, TypeError):
                return
        finally:
            self._lock.release()


def _verifies(key: dict[str, Any]) -> bool:
    return key.get("kty") in _SIGNING_KEY_TYPES and key.get("use", "sig") == "sig"


def _fetcher(source: str) -> Fetch:
    if source.startswith("file:"):
        path = Path(source.removeprefix("file:"))
        return lambda: dict(json.loads(path.read_text()))
    if source.startswith(("http://", "https://")):
        return lambda: _get(source)
    raise ValueError("AFTERCARE_TOKEN_JWKS must be an http(s):// address or file:PATH")


def _get(url: str) -> dict[str, Any]:
    import httpx  # noqa: PLC0415 - only who fetches keys pays for the client

    try:
        response = httpx.get(url, timeout=_TIMEOUT, follow_redirects=False)
        response.raise_for_status()
    except httpx.HTTPError as error:
        raise OSError(type(error).__name__) from None
    return dict(response.json())
