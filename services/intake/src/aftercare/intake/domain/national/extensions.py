"""FHIR extensions by the last word of their address, however deep they lie and whichever version is written behind."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aftercare.intake.domain.json_values import JsonObject, identifier, objects, text

MAX_DEPTH = 6
Values = Mapping[str, Sequence[Any]]
"""The values of a complex extension by the plain names of its parts."""
_VERSION = re.compile(r"-\d+(?:\.\d+)*$")
_SIGNS = re.compile(r"[^a-z0-9]")


def plain_name(address: object) -> str:
    """`…/StructureDefinition/adverse-event-governance-5` and `AdverseEventGovernance` are the same."""
    last = (text(address) or "").rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    return _SIGNS.sub("", _VERSION.sub("", last).casefold())


def extensions(resource: JsonObject, depth: int = 0) -> Iterator[tuple[str, JsonObject]]:
    """All extensions of a resource with their plain names, those inside others after them."""
    for one in objects(resource.get("extension")):
        yield plain_name(one.get("url")), one
        if depth < MAX_DEPTH:
            yield from extensions(one, depth + 1)


Index = Mapping[str, Sequence[JsonObject]]
"""Extensions by their plain names."""


def index_of(resources: Sequence[JsonObject]) -> Index:
    """All extensions of these resources, looked for once."""
    found: dict[str, list[JsonObject]] = {}
    for resource in resources:
        for name, one in extensions(resource):
            found.setdefault(name, []).append(one)
    return found


def parts_of(index: Index, name: str) -> list[Values]:
    """Every extension of that plain name, with or without `adverse-event` before it, each as its parts."""
    return [_parts(one) for plain in (name, f"adverseevent{name}") for one in index.get(plain, ())]


def _parts(extension: JsonObject) -> Values:
    found: dict[str, list[Any]] = {}
    for name, one in extensions(extension):
        value = value_of(one)
        if value is not None:
            found.setdefault(name, []).append(value)
    return found


def value_of(extension: JsonObject) -> Any:
    """The `value[x]` of an extension; of a coded one its code, else the words that stand for one."""
    value = next((extension[key] for key in extension if key.startswith("value")), None)
    if not isinstance(value, dict):
        return value
    codings = [*objects(value.get("coding")), value]
    codes = (identifier(one.get("code")) for one in codings)
    words = (text(one.get(name)) for name in ("text", "display") for one in reversed(codings))
    return next((found for found in (*codes, *words) if found is not None), None)


_TRUTH = {
    **dict.fromkeys(("true", "y", "yes"), True),
    **dict.fromkeys(("false", "n", "no", "u", "unknown", "not known"), False),
}


def truth(value: Any) -> bool | None:
    """Yes or no, as booleans, letters or words; what is not said is a no. `None` for what says neither."""
    if value is None or isinstance(value, bool):
        return bool(value)
    return _TRUTH.get((text(value) or "").casefold())


def first(values: Values, name: str) -> Any:
    """The first value of a part, or nothing."""
    return next(iter(values.get(name, ())), None)
