"""Sealed letters: anybody with the public key can close one, only the owner of the private key can open it.

Compact JWE (RFC 7516), ECDH-ES+A256KW with A256GCM, over X25519 or P-256. The content is padded, so that
the length of a letter does not tell the length of a name.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey

Jwk: TypeAlias = str | Mapping[str, Any]
"""A JWK as JSON text (as an environment variable holds it) or as a mapping."""

_ALGORITHM, _ENCRYPTION = "ECDH-ES+A256KW", "A256GCM"
_ALLOWED = [_ALGORITHM, _ENCRYPTION]
_BLOCK = 256


class CannotOpen(ValueError):  # noqa: N818 - it says what happened
    """The letter was not closed for this key, or it was changed on the way."""


def new_key_pair(kid: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A fresh `(public, private)` pair of JWKs over X25519."""
    key = OKPKey.generate_key("X25519", {"kid": kid, "use": "enc"})
    return dict(key.as_dict(private=False)), dict(key.as_dict(private=True))


def seal(public_jwk: Jwk, content: Mapping[str, Any]) -> str:
    """Close `content` for the owner of `public_jwk`. Twice the same content gives two different letters."""
    key = _key(_parsed(public_jwk))
    header = {"alg": _ALGORITHM, "enc": _ENCRYPTION}
    if key.kid:
        header["kid"] = key.kid
    plain = json.dumps(dict(content), separators=(",", ":")).encode("ascii")
    padded = plain + b" " * (-len(plain) % _BLOCK)
    return jwe.encrypt_compact(header, padded, key, algorithms=_ALLOWED)


def open_sealed(private_jwk: Jwk, text: str) -> dict[str, Any]:
    """Open a letter. `private_jwk` may be a JWK Set while keys rotate; the letter's `kid` chooses.

    Raises `CannotOpen`, which never quotes the letter.
    """
    parsed = _parsed(private_jwk)
    try:
        key = KeySet([_key(each) for each in parsed["keys"]]) if "keys" in parsed else _key(parsed)
        plain = jwe.decrypt_compact(text, key, algorithms=_ALLOWED).plaintext
        content = json.loads(plain or b"")
    except (JoseError, ValueError, KeyError, TypeError):
        raise CannotOpen("the sealed identifier can't be opened with this key") from None
    if not isinstance(content, dict):
        raise CannotOpen("the sealed content is not an object")
    return content


def _parsed(jwk: Jwk) -> dict[str, Any]:
    try:
        return dict(json.loads(jwk) if isinstance(jwk, str) else jwk)
    except (ValueError, TypeError):
        raise ValueError("the key is not a JWK: it must be a JSON object") from None


def _key(parsed: Mapping[str, Any]) -> ECKey | OKPKey:
    try:
        if parsed.get("kty") == "OKP":
            return OKPKey.import_key(dict(parsed))
        if parsed.get("kty") == "EC":
            return ECKey.import_key(dict(parsed))
    except (JoseError, ValueError, KeyError, TypeError):
        raise ValueError("the JWK can't be read") from None
    raise ValueError("the JWK must be of type OKP (X25519) or EC (P-256)")
