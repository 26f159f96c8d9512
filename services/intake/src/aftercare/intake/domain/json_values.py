"""Looking into JSON that may have any shape: every look gives a value of one kind, or nothing."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

JsonObject = Mapping[str, Any]
_NOTHING: JsonObject = {}
MAX_IDENTIFIER = 512


def obj(value: Any) -> JsonObject:
    """The object, or an empty one. Of a list that should be an object (half-migrated data) the first."""
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, dict) else _NOTHING


def items(value: Any) -> Sequence[Any]:
    """The list; an object that should be a list counts as a list of one."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def objects(value: Any) -> list[JsonObject]:
    """The objects of a list."""
    return [item for item in items(value) if isinstance(item, dict)]


def text(value: Any) -> str | None:
    """The text without spaces around it, or nothing when it is empty or no text."""
    if not isinstance(value, str):
        return None
    return value.strip() or None


def identifier(value: Any) -> str | None:
    """A text that can serve as an identifier: of sane length and without control characters. Numbers count."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    words = text(value)
    if words is None or len(words) > MAX_IDENTIFIER or not words.isprintable():
        return None
    return words


def body_hash(value: Any) -> str:
    """SHA-256 of the value, the same however it was indented and ordered."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
