"""Signing tokens. They keep wall time, whatever the test clock says."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey

from aftercare.kit.clock import SystemClock


@dataclass(frozen=True)
class Claims:
    """What a token says about its bearer."""

    subject: str
    audience: str
    roles: Iterable[str] = ()
    sites: Iterable[str] = ("*",)
    client_id: str | None = None


class Mint:
    """Signs tokens of one issuer."""

    def __init__(self, issuer: str, key: ECKey) -> None:
        self._issuer = issuer
        self._key = key

    @classmethod
    def open(cls, issuer: str, key: Path) -> "Mint":
        return cls(issuer, ECKey.import_key(json.loads(key.read_text())))

    def token(self, claims: Claims, *, seconds: int = 3600) -> str:
        """A signed JWT, good for so many seconds from now."""
        now = int(SystemClock().now().timestamp())
        content: dict[str, Any] = {
            "iss": self._issuer,
            "sub": claims.subject,
            "aud": str(claims.audience),
            "iat": now,
            "exp": now + seconds,
            "jti": uuid4().hex,
            "roles": sorted(claims.roles),
            "sites": sorted(claims.sites),
        }
        if claims.client_id is not None:
            content["client_id"] = claims.client_id
        return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": self._key.kid}, content, self._key)

    def public_keys(self) -> dict[str, Any]:
        """The JWKS document."""
        return {"keys": [self._key.as_dict(private=False) | {"use": "sig", "alg": "ES256"}]}


def new_signing_key(file: Path) -> None:
    """Draw a key and write it, readable by its owner alone."""
    key = ECKey.generate_key("P-256", {"kid": uuid4().hex[:8]}, private=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(key.as_dict(private=True)))
