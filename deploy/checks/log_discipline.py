"""Logs are read by people who may not know who was helped (H33): fixed words and references, nothing else.

A name reaches a log as an f-string, as a whole payload, or as the text of somebody else's exception. A traceback
(`exc_info`) may be logged: the kit's formatter writes its places and types, never its values.
"""

import ast
from collections.abc import Iterator
from typing import Final

from checks.source import Finding, Source

RULE: Final = "log-discipline"
_METHODS: Final = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
_LOGGERS: Final = frozenset({"log", "_log", "logger", "_logger", "logging", "LOG", "LOGGER", "_LOG", "_LOGGER"})
_NEVER: Final = frozenset(
    {
        "address", "body", "contact", "content", "data", "display", "email", "error", "exc", "exception", "family_name",
        "first_name", "given_name", "headers", "identifier", "last_name", "line", "message", "name", "narrative",
        "payload", "person_name", "phone", "raw", "record", "request", "response", "row", "text", "token", "url",
        "value",
    }
)  # fmt: skip
_SAFE_OWNERS: Final = frozenset({"self", "settings", "runtime", "service", "consumer", "step", "background", "topic"})
"""`service.name` or `step.name` is a word of ours."""


def find(source: Source) -> Iterator[Finding]:
    """Log calls whose words are not fixed, or which hand over something that can name a person."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _is_log_call(node):
            yield from _faults(source, node)


def _is_log_call(call: ast.Call) -> bool:
    function = call.func
    if not isinstance(function, ast.Attribute) or function.attr not in _METHODS:
        return False
    owner = function.value
    name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
    return name in _LOGGERS


def _faults(source: Source, call: ast.Call) -> Iterator[Finding]:
    words, values = _split(call)
    if not _is_fixed(words):
        yield source.finding(call, RULE, "write fixed words, with `%s` for references")
    for value in values:
        if _can_name_somebody(value, in_kit=source.package == "kit"):
            yield source.finding(call, RULE, f"`{ast.unparse(value)}` can name a person; log a reference or a type")


def _split(call: ast.Call) -> tuple[ast.expr | None, list[ast.expr]]:
    """The words of a log call, and everything that goes in or beside them."""
    level = isinstance(call.func, ast.Attribute) and call.func.attr == "log"
    positional = call.args[1:] if level else call.args
    extra = [word.value for word in call.keywords if word.arg == "extra"]
    beside = [value for part in extra if isinstance(part, ast.Dict) for value in part.values]
    return (positional[0] if positional else None), [*positional[1:], *beside]


def _is_fixed(words: ast.expr | None) -> bool:
    """A text written in place, or a constant of the module."""
    if isinstance(words, ast.IfExp):
        return _is_fixed(words.body) and _is_fixed(words.orelse)
    if isinstance(words, ast.Name):
        return words.id.isupper()
    return isinstance(words, ast.Constant) and isinstance(words.value, str)


def _can_name_somebody(node: ast.expr, *, in_kit: bool) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="str" | "repr"), args=[inner, *_]):
            return _can_name_somebody(inner, in_kit=in_kit)
        case ast.Name(id=name):
            return name in _NEVER and not (in_kit and name == "name")
        case ast.Attribute(value=owner, attr="name"):
            return _last_word(owner) not in _SAFE_OWNERS
        case ast.Attribute(attr=name):
            return name in _NEVER
        case _:
            return isinstance(node, ast.JoinedStr)


def _last_word(node: ast.expr) -> str:
    """`consumer` of `self.consumer`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
