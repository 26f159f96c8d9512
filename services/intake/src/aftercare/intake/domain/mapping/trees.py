"""Ways through the tree of an expression: its names, each with the path that leads to it."""

from collections.abc import Iterator
from typing import Any

_CHAINS = frozenset(
    {"subexpression", "index_expression", "projection", "value_projection", "pipe", "flatten", "filter_projection"}
)


def names_in(node: Any, before: str) -> Iterator[tuple[Any, str]]:
    """All names in a tree, each with the path that leads to it."""
    if node["type"] == "field":
        yield node, _joined(before, node["value"])
        return
    here = before
    for child in node["children"]:
        if not isinstance(child, dict):
            continue
        yield from names_in(child, here)
        if leads_on(node):
            here = end_of(child, here)


def either_in(node: Any) -> Iterator[tuple[Any, list[Any]]]:
    """Each of several shapes that an expression names (`a || b`), with the others."""
    if node["type"] == "or_expression" or (node["type"] == "function_expression" and node["value"] == "not_null"):
        for one in node["children"]:
            yield one, [other for other in node["children"] if other is not one]
    for child in node["children"]:
        if isinstance(child, dict):
            yield from either_in(child)


def end_of(node: Any, before: str) -> str:
    """Where a part of a path leads to: what follows is looked for there."""
    if node["type"] == "field":
        return _joined(before, node["value"])
    if leads_on(node):
        for child in node["children"][:2]:
            before = end_of(child, before) if isinstance(child, dict) else before
    elif node["type"] == "function_expression" and node["children"]:
        return end_of(node["children"][0], before)
    return before


def leads_on(node: Any) -> bool:
    """Whether each part of it is looked for in what the part before it gave."""
    return node["type"] in _CHAINS


def _joined(before: str, name: str) -> str:
    return f"{before}.{name}" if before else name
