"""One transaction per message, committed at the edge (H16): inbox, state, outbox and timers stand or fall together.

A `commit()` in a service would let half of them stand. Only the kit's store commits.
"""

import ast
from collections.abc import Iterator
from typing import Final

from checks.source import Finding, Source

RULE: Final = "no-commit"
EXCEPTIONS: Final = {
    "services/directory/src/aftercare/directory/adapters/contact_keys.py": (
        "keys live in a database of their own, and must be there before the contact that they lock"
    ),
}
"""Files that may, each with the reason."""
_BANNED: Final = frozenset({"commit", "rollback", "begin", "begin_nested", "autocommit"})
_SQL: Final = frozenset({"commit", "rollback", "begin"})


def find(source: Source) -> Iterator[Finding]:
    """Transactions that a service begins or ends by itself."""
    if source.package == "kit" or "migrations" in source.path.parts or source.path.as_posix() in EXCEPTIONS:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _ends_a_transaction(node):
            yield source.finding(node, RULE, "leave the transaction to the unit of work of the kit")


def _ends_a_transaction(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute) and call.func.attr in _BANNED:
        return not call.args  # `cases.begin(desk, case)` begins something else
    return any(
        isinstance(argument, ast.Constant) and isinstance(argument.value, str) and _first_word(argument.value) in _SQL
        for argument in call.args
    )


def _first_word(text: str) -> str:
    return text.strip().rstrip(";").partition(" ")[0].lower() if len(text) < 40 else ""
