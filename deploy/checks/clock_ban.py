"""One clock (H27): `now` is a parameter in the domain, a port in the service, `:now` in SQL.

Whoever reads another clock cannot be fast-forwarded, and decides differently on replay.
"""

import ast
import re
from collections.abc import Iterator
from typing import Final

from checks.source import Finding, Source, dotted, imported_names

RULE: Final = "one-clock"
ALLOWED: Final = "services/kit/src/aftercare/kit/clock.py"
_READERS: Final = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "time.time",
        "time.time_ns",
        "sqlalchemy.func.now",
        "sqlalchemy.func.current_timestamp",
        "sqlalchemy.sql.func.now",
    }
)
_SQL: Final = re.compile(
    r"\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp)\s*\(\s*\)"
    r"|\b(?:current_timestamp|current_date|localtimestamp)\b",
    re.IGNORECASE,
)
_LOOKS_LIKE_SQL: Final = re.compile(r"\b(?:select|insert|update|delete|where|default|create)\b", re.IGNORECASE)


def find(source: Source) -> Iterator[Finding]:
    """Every other clock in a file: called, or handed over to be called."""
    if source.path.as_posix() == ALLOWED:
        return
    names = imported_names(source.tree)
    docstrings = _docstrings(source.tree)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name | ast.Attribute) and dotted(node, names) in _READERS:
            yield source.finding(node, RULE, "take `now` as a parameter, or `tx.now`; only kit.clock reads the clock")
        elif isinstance(node, ast.Constant) and node not in docstrings and _is_sql_clock(node.value):
            yield source.finding(node, RULE, "bind `:now` instead of asking the database what time it is")


def _is_sql_clock(value: object) -> bool:
    return isinstance(value, str) and bool(_SQL.search(value)) and bool(_LOOKS_LIKE_SQL.search(value))


def _docstrings(tree: ast.Module) -> set[ast.Constant]:
    """String statements: they explain, they do not run."""
    statements = (node.value for node in ast.walk(tree) if isinstance(node, ast.Expr))
    return {value for value in statements if isinstance(value, ast.Constant)}
