"""Which names of a mapping's expressions were never there, in all records that were looked at.

A misspelt path gives nothing, as one of a field that is empty does. Only over many records, and beside the names that
are there, a slip can be told from an empty field.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from aftercare.intake.domain.mapping.expressions import Expression
from aftercare.intake.domain.mapping.plan import Each, Flags, Input, Join, Moment, Node, Parts, SourceMapping
from aftercare.intake.domain.mapping.unread import Chosen, Unread, choices_of

_MOST_NAMES = 500
_Fields = Iterator[tuple[str, Expression | None]]
_CHAINS = frozenset({"subexpression", "index_expression", "projection", "value_projection", "pipe", "flatten"})


@dataclass(slots=True)
class Wanted:
    """A name within an expression. `path` is all that leads to it there."""

    wanted_by: str
    words: str
    path: str
    asked: bool = False
    found: bool = False
    names: dict[str, None] = field(default_factory=dict, repr=False)
    """Those that stood where this one was looked for."""

    @property
    def nearest(self) -> str | None:
        """The path that may be meant."""
        before, dot, name = self.path.rpartition(".")
        folded = {one.casefold(): one for one in reversed(self.names)}
        close = get_close_matches(name.casefold(), folded, 1, 0.7)
        return f"{before}{dot}{folded[close[0]]}" if close else None


@dataclass(slots=True)
class Paths:
    """Of one mapping. Watches its expressions while they look at records."""

    mapping: str
    wanted: Mapping[int, Wanted]
    """By the identity of the node of the expression."""
    unread: Unread
    columns: bool = False
    """Whether names are those of columns, which are told when one file lacks them."""
    records: int = 0
    bodies: int = 0

    @classmethod
    def of(cls, mapping: SourceMapping) -> "Paths":
        wanted: dict[int, Wanted] = {}
        for name, expression in (("records", mapping.records), *_expressions(mapping)):
            if expression is not None:
                for node, path in _names(expression.tree, ""):
                    wanted[id(node)] = Wanted(name, expression.words, path)
        return cls(
            mapping.name,
            wanted,
            Unread(_written(mapping), mapping.group is not None, _choices(mapping)),
            mapping.input is Input.CSV,
        )

    def next_record(self) -> None:
        """The next record."""
        self.records += 1
        self.unread.next_record()

    def choose(self, node: Any, items: list[Any], taken: list[Any]) -> None:
        self.unread.choose(node, items, taken)

    def take(self, items: Sequence[Any]) -> None:
        self.unread.take(items)

    def look(self, node: Any, value: Mapping[str, Any]) -> None:
        self.unread.look(node["value"], value)
        one = self.wanted.get(id(node))
        if one is None:
            return
        one.asked = True
        if node["value"] in value:
            one.found = True
        elif len(one.names) < _MOST_NAMES:
            one.names.update(dict.fromkeys(value))

    def missing(self) -> list[Wanted]:
        """Names that were looked for and were never there."""
        return [one for one in self.wanted.values() if one.asked and not one.found and not self.columns]


def _expressions(mapping: SourceMapping) -> _Fields:
    yield "group", mapping.group
    yield from (("ignore", condition) for condition in mapping.ignore)
    for message in mapping.messages:
        yield "when", message.when
        yield "each", message.each
        yield from _of(message.fields, "")
        if message.occasion is not None:
            yield "event_id", message.occasion.expression


def _of(node: Node, path: str) -> _Fields:
    match node:
        case Parts():
            for name, inner in node.fields.items():
                yield from _of(inner, f"{path}.{name}" if path else name)
        case Each():
            yield f"{path}.each", node.expression
            yield from _of(node.parts, path)
        case Join():
            for one in node.lists:
                yield from _of(one, path)
        case Flags():
            for name, truth in node.conditions:
                yield f"{path}.{name}", truth.take.expression
        case _:
            yield path, node.take.expression
            if isinstance(node, Moment):
                yield path, node.time


def _written(mapping: SourceMapping) -> frozenset[str]:
    """All paths that stand in the mapping, as they lead on from the record."""
    of_body = [] if mapping.records is not None else [("recognise", one) for one in mapping.recognise]
    written: set[str] = set()
    item = base = ""
    for name, expression in (*of_body, *_expressions(mapping)):
        if name == "when":
            item = base = ""
        if expression is None:
            continue
        written.update(path for start in {"", item, base} for _, path in _names(expression.tree, start))
        if name == "each":
            item = base = _end(expression.tree, "")
        elif name.endswith(".each"):
            base = _end(expression.tree, item)
    return frozenset(written)


def _choices(mapping: SourceMapping) -> Mapping[int, Chosen]:
    """What leaves items out, in all that gives a field its value."""
    return {
        id(node): Chosen(name, expression.words, told=name == "each" or name.endswith(".each"))
        for name, expression in _expressions(mapping)
        if expression is not None and name not in ("ignore", "when")
        for node in choices_of(expression.tree)
    }


def _names(node: Any, before: str) -> Iterator[tuple[Any, str]]:
    """All names in a tree, each with the path that leads to it."""
    if node["type"] == "field":
        yield node, _joined(before, node["value"])
        return
    here = before
    for child in node["children"]:
        if not isinstance(child, dict):
            continue
        yield from _names(child, here)
        if node["type"] in _CHAINS or node["type"] == "filter_projection":
            here = _end(child, here)


def _end(node: Any, before: str) -> str:
    """Where a part of a path leads to: what follows is looked for there."""
    if node["type"] == "field":
        return _joined(before, node["value"])
    if node["type"] in _CHAINS or node["type"] == "filter_projection":
        for child in node["children"][:2]:
            before = _end(child, before) if isinstance(child, dict) else before
    elif node["type"] == "function_expression" and node["children"]:
        return _end(node["children"][0], before)
    return before


def _joined(before: str, name: str) -> str:
    return f"{before}.{name}" if before else name
