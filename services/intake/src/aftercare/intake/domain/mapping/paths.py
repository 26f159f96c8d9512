"""Which names of a mapping's expressions were never there, in all records that were looked at.

A misspelt path gives nothing, as one of a field that is empty does. Only over many records, and beside the names that
are there, a slip can be told from an empty field.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from aftercare.intake.domain.mapping.compared import ENOUGH, Compared, comparisons_in
from aftercare.intake.domain.mapping.expressions import Expression
from aftercare.intake.domain.mapping.noted import Noted
from aftercare.intake.domain.mapping.plan import Each, Flags, Input, Join, Moment, Node, Parts, SourceMapping
from aftercare.intake.domain.mapping.trees import either_in, end_of, names_in
from aftercare.intake.domain.mapping.unread import Chosen, Unread, choices_of

_MOST_NAMES = 500
_Fields = Iterator[tuple[str, Expression | None]]


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
    instead: list[list["Wanted"]] = field(default_factory=list, repr=False)
    """The names of each other shape that the expression takes as well."""

    @property
    def nearest(self) -> str | None:
        """The path that may be meant."""
        before, dot, name = self.path.rpartition(".")
        folded = {one.casefold(): one for one in reversed(self.names)}
        close = get_close_matches(name.casefold(), folded, 1, 0.7)
        return f"{before}{dot}{folded[close[0]]}" if close else None

    @property
    def is_missing(self) -> bool:
        """Whether it was looked for and never there. A shape beside which another was whole may be the old one."""
        if not self.asked or self.found:
            return False
        return self.nearest is not None or not any(all(one.found for one in shape) for shape in self.instead)


@dataclass(slots=True)
class Applied:
    """A message of the mapping, and in how many records its `when` held, and something was told by it."""

    number: int
    """Its place in the file, from 0."""
    type: str
    chooses: bool
    """Whether it is not for every record."""
    held: int = 0
    told: int = 0


@dataclass(slots=True)
class Paths:
    """Of one mapping. Watches its expressions while they look at records."""

    mapping: str
    wanted: Mapping[int, Wanted]
    """By the identity of the node of the expression."""
    unread: Unread
    compared: Mapping[int, Compared] = field(default_factory=dict)
    """Fields that conditions compare with a text, by the identity of the node."""
    applied: Sequence[Applied] = ()
    columns: bool = False
    """Whether names are those of columns, which are told when one file lacks them."""
    records: int = 0
    bodies: int = 0
    noted: Noted = field(default_factory=Noted)
    tried: int = 0
    """Records that were to be told as something: all but those to ignore."""

    @classmethod
    def of(cls, mapping: SourceMapping) -> "Paths":
        wanted: dict[int, Wanted] = {}
        for name, expression in (("records", mapping.records), *_expressions(mapping)):
            if expression is not None:
                for node, path in names_in(expression.tree, ""):
                    wanted[id(node)] = Wanted(name, expression.words, path)
                _join_shapes(expression.tree, wanted)
        return cls(
            mapping.name,
            wanted,
            Unread(_written(mapping), mapping.group is not None, _choices(mapping)),
            _compared(mapping),
            [
                Applied(number, one.type, one.when is not None or one.each is not None)
                for number, one in enumerate(mapping.messages)
            ],
            mapping.input is Input.CSV,
        )

    def next_record(self) -> None:
        """The next record."""
        self.records += 1
        self.unread.next_record()
        self.noted.next_record()

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

    def compare(self, node: Any, one: Any, other: Any) -> None:
        compared = self.compared.get(id(node))
        if compared is not None:
            compared.look((one, other)[compared.side])

    def apply(self, due: Iterable[int], told: Iterable[int]) -> None:
        """A record: the messages, by their numbers, whose `when` held, and those that it was told as."""
        self.tried += 1
        for number in frozenset(due):
            self.applied[number].held += 1
        for number in frozenset(told):
            self.applied[number].told += 1

    def never_applied(self) -> list[Applied]:
        """Messages that are for some records and were for none of several."""
        return [one for one in self.applied if one.chooses and not one.told and self.tried >= ENOUGH]

    def never_there(self) -> list[Compared]:
        """Texts that a field never was; each once, however often it stands in the mapping."""
        never = [one for one in self.compared.values() if one.was_never]
        return list({(one.path, one.wanted): one for one in reversed(never)}.values())[::-1]

    def missing(self) -> list[Wanted]:
        """Names that were looked for and were never there."""
        return [one for one in self.wanted.values() if one.is_missing and not self.columns]


def _join_shapes(tree: Any, wanted: Mapping[int, Wanted]) -> None:
    """Let each name know the shapes in which it isn't looked for."""
    for one, others in either_in(tree):
        shapes = [[wanted[id(node)] for node, _ in names_in(other, "")] for other in others]
        for node, _ in names_in(one, ""):
            wanted[id(node)].instead.extend(shape for shape in shapes if shape)


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
        written.update(path for start in {"", item, base} for _, path in names_in(expression.tree, start))
        if name == "each":
            item = base = end_of(expression.tree, "")
        elif name.endswith(".each"):
            base = end_of(expression.tree, item)
    return frozenset(written)


def _compared(mapping: SourceMapping) -> Mapping[int, Compared]:
    return {
        node: one
        for name, expression in _expressions(mapping)
        if expression is not None
        for node, one in comparisons_in(expression.tree, name, expression.words).items()
    }


def _choices(mapping: SourceMapping) -> Mapping[int, Chosen]:
    """What leaves items out, in all that gives a field its value."""
    return {
        id(node): Chosen(name, expression.words, told=name == "each" or name.endswith(".each"))
        for name, expression in _expressions(mapping)
        if expression is not None and name not in ("ignore", "when")
        for node in choices_of(expression.tree)
    }
