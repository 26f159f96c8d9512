"""A mapping file as texts, with the place of each: what an engineer wrote is never turned into something else.

In YAML `no` and `on` can be yes-or-no and `2026-01-01` a date; here every scalar stays the text that stands there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

Step = str | int
Path = tuple[Step, ...]
MAX_CHARACTERS = 256 * 1024
MAX_NODES = 20_000
MAX_DEPTH = 20
_NOTHING = frozenset({"", "~", "null"})


@dataclass(frozen=True, slots=True)
class Place:
    """`line` and `column` count from 1. `words`: where the text itself begins, when it stands on one line."""

    line: int
    column: int
    words: int | None = None


@dataclass(slots=True)
class Page:
    """The content, and where each part of it stands."""

    content: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    problems: list[tuple[Path, str]] = field(default_factory=list)

    def place(self, path: Iterable[Step], column: int | None = None) -> Place:
        """The place of the nearest part that is there; `column` (from 0) looks into its text."""
        where: Path = ()
        for step in path:
            if (*where, step) in self.places:
                where = (*where, step)
        place = self.places.get(where, Place(1, 1))
        return place if column is None or place.words is None else Place(place.line, place.words + column)


class UnreadablePageError(ValueError):
    """No YAML, or too much of it."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.place = Place(line, column)


def read_page(text: str) -> Page:
    """The file's content and places. Raises `UnreadablePageError`."""
    if len(text) > MAX_CHARACTERS:
        raise UnreadablePageError(f"a mapping file has at most {MAX_CHARACTERS} characters")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        problem = error.problem or "something is not closed"
        advice = f"this is not valid YAML ({problem}); put quotes around an expression that begins with one of {_SIGNS}"
        raise UnreadablePageError(advice, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1) from None
    except yaml.YAMLError:
        raise UnreadablePageError("this is not valid YAML") from None
    page = Page()
    if node is not None:
        reader = _Reader(page)
        page.content = reader.read(node, ())
    return page


_SIGNS = "[ { * & ! | > ' \" % @ `"


@dataclass(slots=True)
class _Reader:
    page: Page
    nodes: int = 0

    def read(self, node: yaml.Node, where: Path) -> Any:
        self.nodes += 1
        if len(where) > MAX_DEPTH:
            raise UnreadablePageError(f"nested deeper than {MAX_DEPTH} levels", node.start_mark.line + 1)
        if self.nodes > MAX_NODES:
            raise UnreadablePageError(f"more than {MAX_NODES} parts", node.start_mark.line + 1)
        self.page.places.setdefault(where, _place(node))
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, where))
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, (*where, index)) for index, child in enumerate(node.value)]
        plain = isinstance(node, yaml.ScalarNode) and node.style is None
        return None if plain and node.value in _NOTHING else str(node.value)

    def _pairs(self, node: yaml.MappingNode, where: Path) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            path = (*where, name)
            if name in seen:
                self.page.problems.append((path, f"`{name}` stands twice; the second would take the first one's place"))
            seen.add(name)
            marked = _place(value)
            mark = key.start_mark
            self.page.places[path] = Place(mark.line + 1, mark.column + 1)
            if marked.words is not None:
                self.page.places[path] = marked
            yield name, self.read(value, path)


def _place(node: yaml.Node) -> Place:
    mark = node.start_mark
    if not isinstance(node, yaml.ScalarNode):
        return Place(mark.line + 1, mark.column + 1)
    if node.style in ("|", ">") or "\n" in node.value:
        return Place(mark.line + 2 if node.style else mark.line + 1, 1)
    words = mark.column + 1 + (1 if node.style else 0)
    return Place(mark.line + 1, mark.column + 1, words)
