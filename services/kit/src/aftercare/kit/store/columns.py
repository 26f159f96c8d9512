"""Columns whose text is an enum or a pattern, so that no sentence can ever be stored in them (`architecture.md` 2)."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, Column, DateTime, Text, false

INSTANT = DateTime(timezone=True)
SLUG = "^[a-z0-9][a-z0-9._-]{0,63}$"


def text(name: str, *, null: bool = True, key: bool = False) -> "Column[str]":
    """A text column. Its table adds one of the checks below."""
    return Column(name, Text, nullable=null and not key, primary_key=key)


def flag(name: str) -> "Column[bool]":
    """A flag that is down unless somebody raises it."""
    return Column(name, Boolean, nullable=False, server_default=false())


def reference(column: str, prefix: str) -> CheckConstraint:
    """The column holds one of our opaque references."""
    return pattern(column, f"^{prefix}_[0-9a-f]{{32}}$")


def pattern(column: str, expression: str) -> CheckConstraint:
    """The column matches a regular expression."""
    return CheckConstraint(f"\"{column}\" ~ '{expression}'", name=f"{column}_pattern")


def one_of(column: str, words: type[StrEnum] | Iterable[str]) -> CheckConstraint:
    """The column holds a word of an enum."""
    return CheckConstraint(f'"{column}" in ({_quoted(words)})', name=f"{column}_words")


def all_of(column: str, words: type[StrEnum] | Iterable[str]) -> CheckConstraint:
    """The array column holds words of an enum only."""
    return CheckConstraint(f'"{column}" <@ array[{_quoted(words)}]::text[]', name=f"{column}_words")


def each_matches(column: str, expression: str) -> CheckConstraint:
    """Each item of the array column matches."""
    whole = f"^({expression}(,{expression})*)?$"
    return CheckConstraint(f"array_to_string(\"{column}\", ',') ~ '{whole}'", name=f"{column}_pattern")


def _quoted(words: type[StrEnum] | Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
