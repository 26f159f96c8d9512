"""Access tokens (RFC 9068 style JWTs of an OpenID provider), checked by signature, issuer, audience and time.

Tokens keep wall time, whatever clock the service itself runs on: their issuer does.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from aftercare.kit.auth.jwks import KeysUnavailable, UnknownKey, VerificationKeys
from aftercare.kit.auth.principal import Principal, Unauthenticated
from aftercare.kit.clock import Clock, SystemClock
from aftercare.kit.settings import ServiceSettings, require

ALGORITHMS = ["RS256", "ES256", "EdDSA", "Ed25519"]
"""Signatures by a key pair only. `none` and HMAC are never accepted, whatever a token's header says."""

SKEW_SECONDS = 60
_LONGEST_TOKEN = 16_384


class Authenticator:
    """Turns an `Authorization` header into a `Principal`. Build one per process and keep it: it caches keys."""

    def __init__(
        self, settings: ServiceSettings, *, keys: VerificationKeys | None = None, wall: Clock | None = None
    ) -> None:
        require(settings, "token_issuer", "token_audience", "token_jwks")
        self._issuer = settings.token_issuer or ""
        self._audience = settings.token_audience or ""
        self._keys = keys or VerificationKeys(settings.token_jwks or "")
        self._wall = wall or SystemClock()

    def authenticate(self, authorization_header: str | None) -> Principal:
        """The caller. Raises `Unauthenticated`.

        May fetch keys from the issuer (first call, unknown key id), which blocks up to 3 seconds: call it
        from a thread (a plain `def` dependency of FastAPI is run in one), or use `authenticated`.
        """
        token = _bearer(authorization_header)
        return self._principal(self._claims(token, may_fetch=True))

    async def authenticated(self, authorization_header: str | None) -> Principal:
        """The same for code in the event loop: leaves it only when keys must be fetched."""
        token = _bearer(authorization_header)
        try:
            claims = self._claims(token, may_fetch=False)
        except UnknownKey:
            claims = await asyncio.to_thread(self._claims, token, may_fetch=True)
        return self._principal(claims)

    def _claims(self, token: str, *, may_fetch: bool) -> Mapping[str, Any]:
        try:
            claims = jwt.decode(token, self._keys.finder(may_fetch=may_fetch), algorithms=ALGORITHMS).claims
            self._rules(self._wall.now()).validate(claims)
        except UnknownKey:
            if may_fetch:
                raise Unauthenticated("unknown-key") from None
            raise
        except KeysUnavailable:
            raise Unauthenticated("keys-unavailable") from None
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Unauthenticated(_slug(error)) from None
        return claims

    def _rules(self, now: datetime) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=SKEW_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        return Principal(
            subject=str(claims["sub"]),
            issuer=self._issuer,
            roles=_words(claims.get("roles")) or _words(_inner(claims, "realm_access", "roles")),
            sites=_words(claims.get("sites")),
            client_id=claims.get("client_id") or claims.get("azp"),
        )


def _bearer(header: str | None) -> str:
    scheme, _, token = (header or "").strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("no-token")
    if len(token) > _LONGEST_TOKEN:
        raise Unauthenticated("token-too-long")
    return token


def _words(value: object) -> frozenset[str]:
    """A claim that is a list of words, or one text with spaces between them."""
    if isinstance(value, str):
        return frozenset(value.split())
    if isinstance(value, Iterable):
        return frozenset(word for word in value if isinstance(word, str))
    return frozenset()


def _inner(claims: Mapping[str, Any], *path: str) -> object:
    value: object = claims
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _slug(error: Exception) -> str:
    """The kind of error as joserfc names it (`expired_token`), never its text: that can quote a claim."""
    return str(getattr(error, "error", "unreadable")).replace("_", "-")
