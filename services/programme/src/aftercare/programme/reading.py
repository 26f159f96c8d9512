"""Reads one YAML file into a model, and tells everything that is wrong with it by line and field."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any, ClassVar, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from aftercare.programme.validation import Path, Problem

M = TypeVar("M", bound=BaseModel)
Lines = dict[Path, int]
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PackError(ValueError):
    """A pack can't be used. The text has one line per problem: file, line, field, what to do."""


class _Loader(_Base):  # type: ignore[misc] # which of the two it is depends on the machine
    """YAML as 1.2 has it: `on` and `no` are words, 10:30 and 010 no numbers; a date is read by its field."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


_PLAIN = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    "float": (r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+", list("-+0123456789")),
    "merge": (r"<<", ["<"]),
}
for _tag, (_text, _first) in _PLAIN.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_text})$"), _first)


@dataclass(frozen=True, slots=True)
class Page:
    """One file: what stands in it, and where."""

    name: str
    raw: object
    lines: Lines
    twice: list[Problem]
    """Keys that stand twice: the second would silently take the place of the first."""

    def tell(self, problems: Iterable[Problem]) -> list[str]:
        """Each problem with file, line and field."""
        return [_tell(self.name, self.lines, problem) for problem in problems]


def read_page(file: Traversable) -> Page:
    """The file's content. Raises `PackError` if it is no YAML."""
    try:
        loader = _Loader(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        raise PackError(f"{file.name} line 1: this is no text in UTF-8") from None
    try:
        node = loader.get_single_node()
        raw = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PackError(f"{file.name} line {line}: this is not valid YAML ({error.problem})") from None
    except yaml.YAMLError:
        raise PackError(f"{file.name} line 1: this is no text in UTF-8") from None
    finally:
        loader.dispose()
    lines: Lines = {(): 1}
    twice: list[Problem] = []
    if node is not None:
        for where, line, repeated in _walk(node, (), frozenset()):
            if repeated:
                twice.append(Problem(where, f"this key stands twice (again on line {line})"))
            lines.setdefault(where, line)
    return Page(file.name, raw, lines, twice)


def parse(page: Page, model: type[M], check: Callable[[M], list[Problem]]) -> M:
    """The page as a model. Raises `PackError` with all problems at once."""
    try:
        pack = model.model_validate(page.raw)
    except ValidationError as error:
        problems = [Problem(item["loc"], item["msg"]) for item in error.errors(include_url=False, include_input=False)]
    else:
        problems = check(pack)
        if not problems and not page.twice:
            return pack
    raise PackError("\n".join(page.tell([*page.twice, *problems])))


def _walk(node: yaml.Node, where: Path, around: frozenset[int]) -> Iterator[tuple[Path, int, bool]]:
    """Each field with its line, and whether the same key stood there before. Nothing that is `around` it again."""
    if id(node) in around:
        return
    around |= {id(node)}
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            yield (*where, key.value), key.start_mark.line + 1, key.value in seen
            seen.add(key.value)
            yield from _walk(value, (*where, key.value), around)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*where, index), value.start_mark.line + 1, False
            yield from _walk(value, (*where, index), around)


def _tell(file: str, lines: Lines, problem: Problem) -> str:
    where = problem.where
    nearest = next(where[:end] for end in range(len(where), -1, -1) if where[:end] in lines)
    field = ".".join(str(step) for step in where) or "file"
    return " ".join(f"{file} line {lines[nearest]}, {field}: {problem.what}".split())
