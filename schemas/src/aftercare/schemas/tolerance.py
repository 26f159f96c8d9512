"""What a reader does with an enum value that a newer producer made up (`architecture.md` 4).

A list forgets the unknown item, a field with `unknown` or `other` takes that, an optional field takes its default.
A required field without such an answer stays unreadable: acting on a guess would be worse than a dead letter.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from pydantic_core import ErrorDetails

_FALLBACKS: Final = ("unknown", "other")
Location = tuple[int | str, ...]


def without_unknown_values(data: bytes, errors: Sequence[ErrorDetails]) -> bytes | None:
    """The same message with unknown enum values replaced; `None` when something else is wrong with it."""
    if not errors or any(error["type"] != "enum" for error in errors):
        return None
    body = json.loads(data)
    for error in sorted(errors, key=lambda error: _last_first(error["loc"])):
        _replace(body, error["loc"], str(error.get("ctx", {}).get("expected", "")))
    return json.dumps(body).encode()


def _last_first(location: Location) -> tuple[int, ...]:
    """Items of a list are taken out from its end, so that the places of the others stay true."""
    return tuple(-step if isinstance(step, int) else 0 for step in location)


def _replace(body: Any, location: Location, expected: str) -> None:
    *way, last = location
    for step in way:
        body = body[step]
    fallback = next((word for word in _FALLBACKS if f"'{word}'" in expected), None)
    if isinstance(last, str) and fallback is not None:
        body[last] = fallback
    else:
        del body[last]
