"""Identifier tokens: `v1.<key id>.HMAC-SHA-256(JSON [system, kind, value])`, after normalisation (architecture 2).

Two services that hold the same keys make the same token of the same identifier, however it was typed;
who holds no key can't guess back, even in a small number space.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import unicodedata
from dataclasses import dataclass, field

_KEY_ID = re.compile(r"^[a-z0-9-]{1,16}$")
_MINIMUM_KEY_BYTES = 32
_FOLDED_SYSTEMS = frozenset({"username", "user", "login", "logon", "account", "upn", "mail", "email", "samaccountname"})
DISPLAY_NAME = "display-name"
REFERENCE = "reference"


def normalise(system: str, kind: str, value: str) -> str:
    """One spelling for all spellings of the same identifier in `system`.

    All kinds: Unicode NFKC, no control or invisible characters. `display-name`: runs of spaces become one,
    case is folded. `reference`: no spaces, case kept (FHIR ids differ by case). Others: no spaces; case is
    folded for what looks like an e-mail address and in systems of user names, else kept, since folding
    where case matters would take one person for another.

    Applying it twice changes nothing. Raises `ValueError` when nothing is left.
    """
    before, text = None, value
    while text != before:  # case folding can undo NFKC and the other way round; a fixed point comes in 2-3 rounds
        before = text
        text = _clean(unicodedata.normalize("NFKC", text), keep_words=kind == DISPLAY_NAME)
        if _folds(system, kind, text):
            text = text.casefold()
    if not text:
        raise ValueError("an identifier without any visible character")
    return text


def fhir_reference(base: str, reference: str) -> tuple[str, str]:
    """The `(system, value)` of a FHIR reference such as `Practitioner/7`, seen from the source at `base`.

    A relative reference and the absolute one that names the same resource give the same pair; a version
    (`/_history/2`) is not part of who is meant. Raises `ValueError` for a reference into the same
    document (`#…`): it means somebody else in every record.
    """
    text = reference.strip().split("/_history/")[0]
    if text.startswith("#"):
        raise ValueError("a reference inside the document names nobody outside it")
    if text.lower().startswith("urn:"):
        return "urn:ietf:rfc:3986", text
    if "://" in text:
        parts = text.rstrip("/").rsplit("/", 2)
        if len(parts) == 3:
            return normalise_system(parts[0]), f"{parts[1]}/{parts[2]}"
    return normalise_system(base), text.strip("/")


def normalise_system(system: str) -> str:
    """A system's name, as both sides must write it.

    Trimmed, composed, without the slash at the end; scheme and host of a URL in lower case (RFC 3986, 6.2.2.1).
    """
    name = unicodedata.normalize("NFC", system).strip().rstrip("/")
    scheme, separator, rest = name.partition("://")
    if not separator:
        return name
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}"


@dataclass(frozen=True, slots=True)
class IdentifierKeyring:
    """The keys in force, the current one first. While keys rotate, two stand side by side."""

    keys: tuple[tuple[str, bytes], ...] = field(repr=False)

    @classmethod
    def from_setting(cls, setting: str) -> "IdentifierKeyring":
        """Read `kid1:base64,kid2:base64`, as in `AFTERCARE_IDENTIFIER_KEYS`. The first is current.

        Raises `ValueError` that never quotes a key.
        """
        keys = tuple(_parse_key(number, part) for number, part in enumerate(setting.split(","), start=1))
        if len({kid for kid, _ in keys}) < len(keys):
            raise ValueError("two identifier keys have the same id")
        return cls(keys)

    def token(self, system: str, kind: str, value: str) -> str:
        """The token under the current key. Raises `ValueError` for a value with nothing visible in it."""
        return _token(self.keys[0], canonical(system, kind, value))

    def tokens(self, system: str, kind: str, value: str) -> tuple[str, ...]:
        """The tokens under every key in force, the current one first."""
        content = canonical(system, kind, value)
        return tuple(_token(key, content) for key in self.keys)


def canonical(system: str, kind: str, value: str) -> bytes:
    """What is hashed: a JSON array in ASCII, so that no two triples can be mistaken for each other."""
    name = normalise_system(system)
    return json.dumps([name, kind, normalise(name, kind, value)], separators=(",", ":")).encode("ascii")


def _clean(text: str, *, keep_words: bool) -> str:
    visible = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in {"Cc", "Cf"}
    )
    return (" " if keep_words else "").join(visible.split())


def _folds(system: str, kind: str, text: str) -> bool:
    if kind == DISPLAY_NAME:
        return True
    if kind == REFERENCE:
        return False
    words = re.split(r"[^a-z0-9]+", system.lower().replace("user-name", "username"))
    return "@" in text or not _FOLDED_SYSTEMS.isdisjoint(words)


def _token(key: tuple[str, bytes], content: bytes) -> str:
    kid, secret = key
    mac = hmac.new(secret, content, hashlib.sha256).digest()
    return f"v1.{kid}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _parse_key(number: int, part: str) -> tuple[str, bytes]:
    kid, separator, encoded = part.strip().partition(":")
    if not separator or not _KEY_ID.match(kid):
        raise ValueError(f"identifier key {number} must be written as ID:BASE64, ID of 1-16 of a-z, 0-9, '-'")
    return kid, decode_key(encoded, f"identifier key {number}")


def decode_key(encoded: str, what: str) -> bytes:
    """A secret of at least 32 bytes from base64. Raises `ValueError` that names `what`, never the value."""
    try:
        secret = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{what} is not base64") from None
    if len(secret) < _MINIMUM_KEY_BYTES:
        raise ValueError(f"{what} has {len(secret)} bytes; it needs at least {_MINIMUM_KEY_BYTES}")
    return secret
