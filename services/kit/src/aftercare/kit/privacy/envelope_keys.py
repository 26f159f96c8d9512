"""Field encryption under a key per person: destroy the key, and every copy of the field is gone (AES-256-GCM).

The key of a person is itself wrapped under a master key that lives elsewhere. What a value belongs to
(table, column, row) goes in as `context`, so that a ciphertext moved to another row does not open there.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aftercare.kit.privacy.identifiers import decode_key

_NONCE_BYTES = 12
_VERSION = b"\x01"


class CannotDecrypt(ValueError):  # noqa: N818 - it says what happened
    """The key or the context is not the one that this was encrypted with, or it was changed."""


def new_data_key() -> bytes:
    """A fresh random key of 32 bytes."""
    return secrets.token_bytes(32)


def master_key(setting: str) -> bytes:
    """A master key from a base64 setting. Raises `ValueError` without quoting it unless it has exactly 32 bytes."""
    key = decode_key(setting, "the master key")
    if len(key) != 32:
        raise ValueError(f"the master key has {len(key)} bytes; AES-256 needs exactly 32")
    return key


def encrypt(key: bytes, plain: bytes, context: str) -> bytes:
    """`version | nonce | ciphertext and tag`. `context` must be given again to decrypt."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def decrypt(key: bytes, stored: bytes, context: str) -> bytes:
    """The plain bytes. Raises `CannotDecrypt`."""
    if stored[:1] != _VERSION or len(stored) <= 1 + _NONCE_BYTES:
        raise CannotDecrypt("not something that this version has encrypted")
    nonce, ciphertext = stored[1 : 1 + _NONCE_BYTES], stored[1 + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, context.encode())
    except InvalidTag:
        raise CannotDecrypt("wrong key or wrong place") from None


def wrap_key(master: bytes, data_key: bytes, owner: str) -> bytes:
    """A data key, encrypted under the master key for its owner (an opaque reference)."""
    return encrypt(master, data_key, f"data-key:{owner}")


def unwrap_key(master: bytes, wrapped: bytes, owner: str) -> bytes:
    """The data key of `owner`. Raises `CannotDecrypt`."""
    return decrypt(master, wrapped, f"data-key:{owner}")
