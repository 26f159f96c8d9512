"""Login tokens: how a signed-in person finds what is theirs, without anybody learning who they are elsewhere."""

import base64
import hashlib
import hmac
import json

from aftercare.kit.privacy.identifiers import decode_key


def login_key(setting: str) -> bytes:
    """The key from `AFTERCARE_LOGIN_KEY` (base64, at least 32 bytes). Raises `ValueError` without quoting it."""
    return decode_key(setting, "the login key")


def login_token(key: bytes, issuer: str, subject: str) -> str:
    """`login.v1.HMAC-SHA-256(JSON [issuer, subject])`: the same for the same sign-in, meaningless without the key."""
    content = json.dumps([issuer, subject], separators=(",", ":")).encode("ascii")
    mac = hmac.new(key, content, hashlib.sha256).digest()
    return f"login.v1.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"
