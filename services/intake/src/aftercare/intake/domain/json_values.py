"""Looking into JSON that may have any shape: every look gives a value of one kind, or nothing."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

JsonObject = Mapping[str, Any]
_NOTHING: JsonObject = {}
MAX_IDENTIFIER = 512
_JOINERS = "\u200c\u200d"


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


def person_name(value: Any) -> str | None:
    """A name as somebody wrote it, on one line and without characters that nobody sees.

    Joiners stay: Persian and Malayalam names are written with them. Not so spaces that do not break, line ends and
    marks of direction, which come along when a name is copied.
    """
    words = " ".join((text(value) or "").split())
    plain = "".join(
        one for one in words if one in _JOINERS or unicodedata.category(one) not in ("Cc", "Cf", "Co", "Cs")
    )
    return plain if 0 < len(plain) <= MAX_IDENTIFIER else None


def body_hash(value: Any) -> str:
    """SHA-256 of the value, the same however it was indented and ordered."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
