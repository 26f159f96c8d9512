"""Reads packs. Everything wrong is told at once, each with its line and field."""

from collections.abc import Callable, Iterator
from functools import partial
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from aftercare.programme.model import Organisation, Programme
from aftercare.programme.validation import Problem, organisation_problems, programme_problems

M = TypeVar("M", bound=BaseModel)
Where = tuple[str | int, ...]
Lines = dict[Where, int]


class PackError(ValueError):
    """A pack can't be used. The text has one line per problem: file, line, field, what to do."""


def load_programme(name_or_path: str | Path) -> Programme:
    """A shipped pack by its name (`generic`), or any pack by its path. Raises `PackError`."""
    return _load(_find(name_or_path), Programme, programme_problems)


def load_organisation(path: str | Path, *, calendars: bool = True) -> Organisation:
    """An organisation by its path; `demo-organisation` is shipped. Raises `PackError`.

    A service that counts no working days leaves out `calendars` of public holidays: they take 12 MB of its memory.
    """
    return _load(_find(path), Organisation, partial(organisation_problems, calendars=calendars))


def shipped_packs() -> list[str]:
    """The names of the packs that come with the package."""
    names = [entry.name for entry in _packs().iterdir() if entry.name.endswith(".yaml")]
    return sorted(name.removesuffix(".yaml") for name in names)


def _packs() -> Traversable:
    return resources.files("aftercare.programme") / "packs"


def _find(name_or_path: str | Path) -> Traversable:
    name = str(name_or_path)
    if name in shipped_packs():
        return _packs() / f"{name}.yaml"
    path = Path(name_or_path)
    if not path.is_file():
        raise PackError(f"{name}: no such file, and no shipped pack of that name (there are: {shipped_packs()})")
    return path


def _load(file: Traversable, model: type[M], check: Callable[[M], list[Problem]]) -> M:
    raw, lines, twice = _read(file)
    try:
        pack = model.model_validate(raw)
    except ValidationError as error:
        problems = [Problem(item["loc"], item["msg"]) for item in error.errors(include_url=False, include_input=False)]
    else:
        problems = check(pack)
        if not problems and not twice:
            return pack
    raise PackError("\n".join(_tell(file.name, lines, problem) for problem in [*twice, *problems]))


def _read(file: Traversable) -> tuple[object, Lines, list[Problem]]:
    text = file.read_text(encoding="utf-8")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        raw = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PackError(f"{file.name} line {line}: this is not valid YAML ({error.problem})") from None
    lines: Lines = {(): 1}
    twice: list[Problem] = []
    if node is not None:
        for where, line, repeated in _walk(node, ()):
            if repeated:
                twice.append(Problem(where, f"this key stands twice (again on line {line})"))
            lines.setdefault(where, line)
    return raw, lines, twice


def _walk(node: yaml.Node, where: Where) -> Iterator[tuple[Where, int, bool]]:
    """Each field with its line, and whether the same key stood there before."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            yield (*where, key.value), key.start_mark.line + 1, key.value in seen
            seen.add(key.value)
            yield from _walk(value, (*where, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*where, index), value.start_mark.line + 1, False
            yield from _walk(value, (*where, index))


def _tell(file: str, lines: Lines, problem: Problem) -> str:
    where = problem.where
    nearest = next(where[:end] for end in range(len(where), -1, -1) if where[:end] in lines)
    field = ".".join(str(step) for step in where) or "file"
    return f"{file} line {lines[nearest]}, {field}: {problem.what}"
