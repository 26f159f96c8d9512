"""Links and confirmations: what the page believes, without keeping anything that could be used.

A link's token is random (256 bits) and exists in the mail alone; the database has its SHA-256. A confirmation's
nonce is made from the token, so choosing writes nothing anywhere.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aftercare.outreach.domain.vocabulary import Choice

TOKEN_BYTES = 32
NONCE_VALID = timedelta(hours=1)
_TOKEN = re.compile(r"^[A-Za-z0-9_-]{43}$")
_NONCE = re.compile(r"^(\d{1,12})\.([0-9a-f]{32})\.([0-9a-f]{64})$")


def is_token(text: str) -> bool:
    """Whether it could be a token at all."""
    return _TOKEN.fullmatch(text) is not None


def token_hash(token: str) -> bytes:
    """What is kept of a token. No salt: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class Nonce:
    """Proof that the confirm page was shown for this very choice. Good once, for an hour."""

    text: str

    @property
    def mark(self) -> bytes:
        """What is kept once it has been used."""
        return hashlib.sha256(self.text.encode()).digest()


def make_nonce(token: str, choice: Choice, now: datetime, salt: str) -> Nonce:
    """A nonce for `choice`; `salt` is 32 random hex digits."""
    issued = str(int(now.timestamp()))
    return Nonce(f"{issued}.{salt}.{_seal(token, choice, issued, salt)}")


def check_nonce(text: str, token: str, choice: Choice, now: datetime) -> Nonce | None:
    """The nonce if it was made for this link and this choice within the last hour, else `None`."""
    match = _NONCE.fullmatch(text)
    if match is None:
        return None
    issued, salt, seal = match.groups()
    if not hmac.compare_digest(seal, _seal(token, choice, issued, salt)):
        return None
    age = now - datetime.fromtimestamp(int(issued), UTC)
    return Nonce(text) if -NONCE_VALID <= age <= NONCE_VALID else None


def _seal(token: str, choice: Choice, issued: str, salt: str) -> str:
    key = hashlib.sha256(b"aftercare confirm " + token.encode()).digest()
    return hmac.new(key, f"{choice}.{issued}.{salt}".encode(), hashlib.sha256).hexdigest()
