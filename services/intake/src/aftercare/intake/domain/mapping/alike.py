"""When two values mean the same: alike in `codes`, in conditions, and wherever an expression looks for a text.

An engineer who writes `Deleted` where the system sends `deleted` must not thereby send a deleted report on.
"""

from typing import Any

_LONG = 1000
"""A longer text is no code."""


def code_key(value: object) -> str | None:
    """A code as it is compared: without case and spaces around it; 2, 2.0 and "2" are one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int | float):
        return str(value)
    return value.strip().casefold() if isinstance(value, str) else None


def alike(one: Any, other: Any) -> bool:
    """Whether two values are the same code; what is none, such as a list, must be equal."""
    if _is_long(one) or _is_long(other):
        return bool(one == other)
    key = code_key(one)
    return bool(one == other) if key is None else key == code_key(other)


def holds_one_like(items: list[Any], wanted: Any) -> bool:
    key = None if _is_long(wanted) else code_key(wanted)
    return wanted in items or (key is not None and any(not _is_long(one) and code_key(one) == key for one in items))


def _is_long(value: Any) -> bool:
    return isinstance(value, str) and len(value) > _LONG
