"""Every text column is an enum or a pattern, so that no sentence can ever be stored here (`architecture.md` 2)."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import CheckConstraint

SLUG = "^[a-z0-9][a-z0-9._-]{0,63}$"
ZONE = "^[A-Za-z_]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}$"
IDENTIFIER = "^v1[.][a-z0-9-]{1,16}[.][A-Za-z0-9_-]{43}$"
LOGIN = "^login[.]v1[.][A-Za-z0-9_-]{43}$"
ACTOR = "^(system|directory|outreach|intake|login[.]v1[.][A-Za-z0-9_-]{43})$"
SUBJECT = "^(obl|cas|asg|tsk|req|crd|per)_[0-9a-f]{32}$"
REGARDING = "^(cas|asg|tsk)_[0-9a-f]{32}$"
LANGUAGE = "[a-z]{2,3}(-[A-Z]{2})?"


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
