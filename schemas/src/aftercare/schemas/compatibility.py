"""FULL_TRANSITIVE compatibility of two JSON Schemas: each side reads what the other writes.

Readers here are tolerant: they ignore fields and types that they do not know, and `registry.decode` replaces an
unknown enum value where there is a safe answer. So an optional field may come or go, and an enum may grow where it is
optional, an item of a list, or has an `unknown` or `other`. Everything else that changes is a break, in one direction
or the other, and needs a new version beside the old one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aftercare.schemas.documents import Document

_FALLBACKS: Final = frozenset({"unknown", "other"})
_SAID_ELSEWHERE: Final = frozenset({"title", "description", "examples", "$defs", "$schema", "$ref", "required"})
_COMPARED: Final = frozenset({"properties", "items", "enum", "const", "anyOf"})
_LOWER_BOUNDS: Final = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems"})
_UPPER_BOUNDS: Final = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems"})
_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Break:
    """One reason why a reader of one revision cannot read the other. `rule` is a fixed word, `where` a path."""

    rule: str
    where: str

    def __str__(self) -> str:
        return f"{self.rule} at {self.where}"


@dataclass(frozen=True, slots=True)
class _Node:
    """A schema, its document (for references), and where it stands."""

    document: Document
    schema: Document
    tolerant: bool = False
    """An unknown enum value at this place does no harm."""

    def to(self, schema: Document, *, tolerant: bool = False) -> "_Node":
        return _Node(self.document, _resolved(self.document, schema), tolerant)


def breaking_changes(old: Document, new: Document) -> list[Break]:
    """Why `old` and `new` cannot stand for each other; empty when they can."""
    return list(_compare(_Node(old, old), _Node(new, new), "$"))


def breaking_against_all(revisions: Iterable[Document], new: Document) -> list[Break]:
    """The transitive form: `new` against every released revision, without doubles."""
    found = (problem for old in revisions for problem in breaking_changes(old, new))
    return list(dict.fromkeys(found))


def _compare(old: _Node, new: _Node, where: str) -> Iterator[Break]:
    yield from _compare_keywords(old.schema, new.schema, where)
    yield from _compare_enums(old, new, where)
    yield from _compare_alternatives(old, new, where)
    yield from _compare_fields(old, new, where)
    if "items" in old.schema or "items" in new.schema:
        items = old.to(old.schema.get("items", {}), tolerant=True), new.to(new.schema.get("items", {}), tolerant=True)
        yield from _compare(*items, f"{where}[]")


def _compare_keywords(old: Mapping[str, Any], new: Mapping[str, Any], where: str) -> Iterator[Break]:
    """Everything that is one value: type, pattern, format, bounds, defaults, and keywords nobody thought of."""
    for keyword in sorted((old.keys() | new.keys()) - _SAID_ELSEWHERE - _COMPARED):
        before, after = old.get(keyword, _ABSENT), new.get(keyword, _ABSENT)
        if before == after and type(before) is type(after):
            continue
        yield Break(_rule(keyword, before, after), where)


def _rule(keyword: str, before: Any, after: Any) -> str:
    if keyword in _LOWER_BOUNDS or keyword in _UPPER_BOUNDS:
        return f"{keyword}-{'tightened' if _is_tighter(keyword, before, after) else 'loosened'}"
    return f"{keyword}-changed"


def _is_tighter(keyword: str, before: Any, after: Any) -> bool:
    if before is _ABSENT or after is _ABSENT:
        return before is _ABSENT
    return bool(after > before) if keyword in _LOWER_BOUNDS else bool(after < before)


def _compare_enums(old: _Node, new: _Node, where: str) -> Iterator[Break]:
    before, after = _values(old.schema), _values(new.schema)
    if before is None and after is None:
        return
    if before is None or after is None:
        yield Break("enum-changed", where)
        return
    if before - after:
        yield Break("enum-narrowed", where)
    if after - before and not (old.tolerant or before & _FALLBACKS):
        yield Break("enum-grew-without-fallback", where)


def _values(schema: Document) -> frozenset[Any] | None:
    if "const" in schema:
        return frozenset({schema["const"]})
    return frozenset(schema["enum"]) if "enum" in schema else None


def _compare_alternatives(old: _Node, new: _Node, where: str) -> Iterator[Break]:
    """`anyOf` in the one form that our models make: something, or null. Any other change of it is a break."""
    before, after = old.schema.get("anyOf"), new.schema.get("anyOf")
    if before is None and after is None:
        return
    if before is None or after is None or len(before) != len(after):
        yield Break("nullable-changed", where)
        return
    for left, right in zip(before, after, strict=True):
        yield from _compare(old.to(left, tolerant=old.tolerant), new.to(right, tolerant=new.tolerant), where)


def _compare_fields(old: _Node, new: _Node, where: str) -> Iterator[Break]:
    before, after = old.schema.get("properties", {}), new.schema.get("properties", {})
    needed, needs = set(old.schema.get("required", ())), set(new.schema.get("required", ()))
    for name in sorted(before.keys() | after.keys()):
        path = f"{where}.{name}"
        if name in before and name in after:
            yield from _compare_need(name in needed, name in needs, path)
            optional = name not in needed
            yield from _compare(old.to(before[name], tolerant=optional), new.to(after[name], tolerant=optional), path)
        elif name in needed:
            yield Break("required-field-removed", path)
        elif name in needs:
            yield Break("required-field-added", path)


def _compare_need(needed: bool, needs: bool, path: str) -> Iterator[Break]:  # noqa: FBT001 - a pair of facts
    if needs and not needed:
        yield Break("field-became-required", path)
    if needed and not needs:
        yield Break("field-became-optional", path)


def _resolved(document: Document, schema: Document) -> Document:
    """The schema with a reference into `$defs` replaced by what it points to; words beside the reference win."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    target = document["$defs"][str(reference).removeprefix("#/$defs/")]
    beside = {keyword: value for keyword, value in schema.items() if keyword != "$ref"}
    return _resolved(document, {**target, **beside})
