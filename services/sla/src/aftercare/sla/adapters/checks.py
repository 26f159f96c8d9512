"""Every text column is an enum or a pattern, so that no sentence can ever be stored here (`architecture.md` 2)."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import CheckConstraint

SLUG = "^[a-z0-9][a-z0-9._-]{0,63}$"
HAPPENING = "^[a-z]{2,20}(-[a-z]{2,20}){1,3}$"
"""A word of `programme/happenings.py`: their list grows without a migration."""
SUBJECT = "^(inc|pat|rca|obl|cas|asg|sup)_[0-9a-f]{32}$"


def reference(column: str, prefix: str) -> CheckConstraint:
    """The column holds one of our opaque references."""
    return pattern(column, f"^{prefix}_[0-9a-f]{{32}}$")


def subject(column: str) -> CheckConstraint:
    """The column holds what a clock can be for."""
    return pattern(column, SUBJECT)


def pattern(column: str, expression: str) -> CheckConstraint:
    """The column matches a regular expression."""
    return CheckConstraint(f"\"{column}\" ~ '{expression}'", name=f"{column}_pattern")


def one_of(column: str, words: type[StrEnum] | Iterable[str]) -> CheckConstraint:
    """The column holds a word of an enum."""
    return CheckConstraint(f'"{column}" in ({_quoted(words)})', name=f"{column}_words")


def all_of(column: str, words: type[StrEnum] | Iterable[str]) -> CheckConstraint:
    """The array column holds words of an enum only."""
    return CheckConstraint(f'"{column}" <@ array[{_quoted(words)}]::text[]', name=f"{column}_words")


def _quoted(words: type[StrEnum] | Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
