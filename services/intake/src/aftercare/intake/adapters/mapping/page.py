"""A mapping file as texts, with the place of each: what an engineer wrote is never turned into something else.

In YAML `no` and `on` can be yes-or-no and `2026-01-01` a date; here every scalar stays the text that stands there.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from aftercare.intake.domain.mapping.hints import in_yaml

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

    def at(self, path: Iterable[Step]) -> Any:
        """What stands there; `None` for nothing."""
        found = self.content
        for step in path:
            if isinstance(found, dict):
                found = found.get(step)
            elif isinstance(found, list) and isinstance(step, int) and step < len(found):
                found = found[step]
            else:
                return None
        return found

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
        raise _no_yaml(text, error) from None
    except yaml.YAMLError:
        raise UnreadablePageError("this is not valid YAML") from None
    page = Page()
    if node is not None:
        reader = _Reader(page, text.splitlines())
        page.content = reader.read(node, ())
    return page


def _no_yaml(text: str, error: yaml.MarkedYAMLError) -> UnreadablePageError:
    mark = error.problem_mark
    problem = error.problem or "something is not closed"
    advice = f"put quotes around an expression that begins with one of {_SIGNS}"
    if any(sign in problem for sign in _OF_INDENTATION):
        advice = "is it indented as its neighbours are? Use spaces, as many as the field above, and no tabs"
    if mark is None:
        return UnreadablePageError(f"this is not valid YAML ({problem}); {advice}")
    lines = text.splitlines()
    exact = _in_quotes(lines[mark.line], mark.column) if mark.line < len(lines) else None
    advice = f"write {exact}" if exact else advice
    return UnreadablePageError(f"this is not valid YAML ({problem}); {advice}", mark.line + 1, mark.column + 1)


def _in_quotes(line: str, column: int) -> str | None:
    """What a line with an expression should say, when the expression begins with a sign that YAML takes for its own."""
    if line[column : column + 1] == "@":
        name = _ATTRIBUTE.match(line[column:])
        words = f'"{name[1]}"' if name else re.split(r"\s*[,}]|\s+#", line[column:])[0].strip()
        return in_yaml(words)
    value = _QUOTED_HEAD.search(line)
    return in_yaml(value[1]) if value and value.start(1) < column else None


_ATTRIBUTE = re.compile(r"(@\w[\w-]*)\s*(?:$|[,}]|#)")
_QUOTED_HEAD = re.compile(r"""(?:^|[:-] )\s*("[^"]*"[^'{}]*(?:'[^']*'[^'{}]*)*|'[^']*'\s*[^\s,'"}][^{}]*)$""")
_LOST = re.compile(r"\s*(#[\w-]+)")
_OF_INDENTATION = ("mapping values are not allowed", "expected <block end>", "'\\t'")
_CUT_BY_A_COMMA = "a comma within { } ends the expression before it: put the whole of that one into single quotes"
_SIGNS = "[ { * & ! | > ' \" % @ `"


@dataclass(slots=True)
class _Reader:
    page: Page
    lines: Sequence[str]
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
        if not plain or node.value not in _NOTHING:
            return str(node.value)
        if where:
            is_rest = str(where[-1]).count(")") > str(where[-1]).count("(")
            self.page.problems.append((where, _CUT_BY_A_COMMA if is_rest else self._nothing(node.start_mark)))
        return None

    def _nothing(self, mark: yaml.Mark) -> str:
        """Why there is nothing where something was written: the reader of YAML leaves comments out."""
        line = self.lines[mark.line] if mark.line < len(self.lines) else ""
        lost = _LOST.match(line[mark.column :])
        if lost is None:
            return "nothing stands here: write an expression, or leave the line out"
        exact = in_yaml(f'"{lost[1]}"')
        return f"nothing stands here, since # begins a comment in YAML: for a field of this name write {exact}"

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
