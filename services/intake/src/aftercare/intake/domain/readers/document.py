"""What every reader gives: documents, as values of the kinds that JSON knows.

What was no JSON bears the mark `FORMAT` under its first key, so that a mapping knows what it holds: `xml`, `hl7v2`,
`csv` or `form`.
"""

from dataclasses import dataclass
from typing import Any

FORMAT = "@format"


@dataclass(frozen=True, slots=True)
class Document:
    """One record-like value of a body. `index` counts from 0 in what its reader read."""

    index: int
    value: Any


def format_of(value: object) -> str | None:
    """What a value was written in, when that was not JSON."""
    if not isinstance(value, dict):
        return None
    mark = value.get(FORMAT)
    return mark if isinstance(mark, str) and mark in _FORMATS else None


_FORMATS = frozenset({"xml", "hl7v2", "csv", "form"})
