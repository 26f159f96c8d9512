"""Identifiers: time-ordered for events and references, random where the moment of making must not show."""

import secrets
import uuid

import uuid_utils


def new_event_id() -> str:
    """A UUIDv7, unique per event."""
    return str(uuid_utils.uuid7())


def new_reference(prefix: str) -> str:
    """An opaque reference such as `cas_0192…`: the prefix says what it names, the rest nothing."""
    return f"{prefix}_{uuid_utils.uuid7().hex}"


def random_reference(prefix: str) -> str:
    """A reference that does not even say when it was made."""
    return f"{prefix}_{secrets.token_hex(16)}"


def derived_reference(prefix: str, *parts: str) -> str:
    """The same reference for the same parts, whoever computes it: for work that must be done once in effect."""
    return f"{prefix}_{uuid.uuid5(uuid.NAMESPACE_URL, chr(31).join(parts)).hex}"
