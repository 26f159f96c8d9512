"""What a mapping left lying in the records that it told: fields that no expression reads, items that no list takes.

A list that nobody mapped, and people whom a condition leaves out, are missing without any sign of it. Only names of
fields and numbers are kept, never what stands in them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aftercare.intake.domain.mapping.groups import ROWS

_MOST_FIELDS = 500
_CHOICES = frozenset({"filter_projection", "index", "slice"})
_OF_READERS = frozenset({"@format", "@row", "@root", "@xmlns"})
"""What a reader adds to a body, and nobody sent."""
_NOTHING: tuple[Any, ...] = (None, "", [], {})


@dataclass(slots=True)
class Chosen:
    """A condition, index or slice within an expression that finds people. Counts are of all records together."""

    wanted_by: str
    words: str
    told: bool = True
    """Whether it goes through a list of people; another one only takes an item from those left."""
    took: int = 0
    total: int = 0
    left: int = 0
    """Items that neither this nor any other expression takes."""


@dataclass(slots=True)
class Unread:
    """Of one mapping. `next_record` and `end` stand around each record."""

    written: frozenset[str]
    """The paths that stand in its expressions, also where a record gave no cause to look."""
    grouped: bool = False
    """Whether records are made of rows: a column read in either is read."""
    choices: Mapping[int, Chosen] = field(default_factory=dict)
    """By the identity of the node of the expression."""
    there: dict[str, None] = field(default_factory=dict, repr=False)
    read: set[str] = field(default_factory=set, repr=False)
    _looks: set[tuple[int, str]] = field(default_factory=set, repr=False)
    _taken: set[int] = field(default_factory=set, repr=False)
    _lists: dict[int, tuple[Chosen, list[Any]]] = field(default_factory=dict, repr=False)

    def next_record(self) -> None:
        self._looks, self._taken, self._lists = set(), set(), {}

    def look(self, name: str, value: Mapping[str, Any]) -> None:
        """An expression looked for a name in an object."""
        self._looks.add((id(value), name))

    def take(self, items: Iterable[Any]) -> None:
        """A list of people took these items."""
        self._taken.update(map(id, items))

    def choose(self, node: Any, items: list[Any], taken: list[Any]) -> None:
        """A node of an expression chose some items of a list."""
        chosen = self.choices.get(id(node))
        if chosen is None:
            return
        self.take(taken)
        if chosen.told and id(items) not in self._lists:
            self._lists[id(items)] = (chosen, items)
            chosen.took += len(taken)

    def end(self, record: Any) -> None:
        """A record was told, and this is all of it."""
        for found, name, inside in _fields(record, ""):
            path = found.removeprefix(f"{ROWS}[].") if self.grouped else found
            if (id(inside), name) in self._looks:
                self.read.add(path)
            elif len(self.there) < _MOST_FIELDS:
                self.there[path] = None
        for chosen, items in self._lists.values():
            there = [one for one in items if one is not None]
            chosen.total += len(there)
            chosen.left += sum(id(one) not in self._taken for one in there)

    def fields(self) -> list[str]:
        """Fields with something in them that no expression reads; of those inside each other the outermost."""
        unread = {path: None for path in self.there if path not in self.read and not self._is_written(path)}
        if self.grouped:
            unread.pop(ROWS, None)
        return [path for path in unread if not any(outer in unread for outer in _outer(path))]

    def left_out(self) -> list[Chosen]:
        """Lists of people of which items are left."""
        return [one for one in self.choices.values() if one.left]

    def _is_written(self, path: str) -> bool:
        plain = path.replace("[]", "")
        return plain in self.written or (self.grouped and f"{ROWS}.{plain}" in self.written)


def choices_of(tree: Any) -> Iterator[Any]:
    """The nodes of an expression that leave items out; not those within conditions."""
    if tree["type"] in _CHOICES:
        yield tree
    children = tree["children"][:2] if tree["type"] == "filter_projection" else tree["children"]
    for child in children:
        if isinstance(child, dict):
            yield from choices_of(child)


def _fields(value: Any, path: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Each field that holds something: its path, its name, and the object in which it stands."""
    if isinstance(value, list):
        for one in value:
            yield from _fields(one, f"{path}[]")
    elif isinstance(value, dict):
        for name, one in value.items():
            inner = f"{path}.{name}" if path else name
            if one not in _NOTHING and inner not in _OF_READERS:
                yield inner, name, value
                yield from _fields(one, inner)


def _outer(path: str) -> Iterator[str]:
    """The paths of all that a field stands in: of `people[].name` that of `people`."""
    for at, sign in enumerate(path):
        if sign == ".":
            yield path[:at].removesuffix("[]")
