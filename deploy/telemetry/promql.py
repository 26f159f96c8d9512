"""What an expression looks at: its metrics, what it asks of their labels, and by which labels it groups."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import promql_parser


class ExpressionError(ValueError):
    """Not PromQL. The text says where."""


@dataclass(frozen=True, slots=True)
class Selector:
    """One metric in an expression, with the labels that it is chosen by: `(label, operator, value)`."""

    metric: str
    matchers: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """All that an expression names."""

    selectors: tuple[Selector, ...]
    grouped_by: frozenset[str]


def parse(expression: str) -> Any:
    """The tree of an expression. Raises `ExpressionError`."""
    try:
        return promql_parser.parse(expression)
    except ValueError as error:
        raise ExpressionError(str(error)) from None


def pretty(expression: str) -> str:
    """The same expression over as many lines as it needs."""
    return str(parse(expression).prettify())


def looked_at(expression: str) -> Looked:
    """Everything that the expression names. Raises `ExpressionError`."""
    selectors: list[Selector] = []
    grouped: set[str] = set()

    def visit(node: Any) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            selectors.append(Selector(str(node.name), tuple(_matchers(node))))
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
            grouped.update(map(str, node.modifier.labels))

    promql_parser.walk(parse(expression), visit)
    return Looked(tuple(selectors), frozenset(grouped))


def _matchers(node: Any) -> Iterable[tuple[str, str, str]]:
    for one in node.matchers.matchers:
        yield str(one.name), str(one.op), str(one.value)
