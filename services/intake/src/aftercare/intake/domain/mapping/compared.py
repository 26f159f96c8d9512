"""Texts with which conditions compare a field, and which the field never was in all records that were looked at.

A condition that asks for `geloescht` where the system writes `deleted` never holds, or always: nothing else shows it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aftercare.intake.domain.json_values import items
from aftercare.intake.domain.mapping.alike import code_key
from aftercare.intake.domain.mapping.trees import end_of, leads_on

ENOUGH = 3
"""With fewer records, or values, nothing is said: a sample seldom has all."""
_FEW = 12
"""A field of more values is no list of codes."""
_LONGEST = 40


@dataclass(slots=True)
class Compared:
    """A field in a condition, and the texts of which it is wanted to be one."""

    wanted_by: str
    words: str
    path: str
    wanted: tuple[str, ...]
    """As codes are compared."""
    shown: str
    """As they stand in the mapping."""
    side: int
    """Which of the two that are compared is the field."""
    looks: int = 0
    held: bool = False
    others: dict[str, str] = field(default_factory=dict, repr=False)
    """What it was instead, as it is written: what records hold."""
    _many: bool = False

    def look(self, value: Any) -> None:
        """The field is this in a record, or in an item of one."""
        for one in items(value):
            key = code_key(one)
            if not key:
                continue
            self.looks += 1
            if key in self.wanted:
                self.held = True
            elif len(key) > _LONGEST or (key not in self.others and len(self.others) == _FEW):
                self._many = True
            else:
                self.others.setdefault(key, str(one).strip())

    @property
    def was_never(self) -> bool:
        """Whether the field has a few values, and these texts are none of them."""
        return self.looks >= ENOUGH and not self.held and not self._many


def comparisons_in(tree: Any, wanted_by: str, words: str) -> Mapping[int, Compared]:
    """All in an expression, by the identity of the node that compares."""
    return {
        id(node): Compared(wanted_by, words, path, tuple(map(_key, texts)), " or ".join(map(_shown, texts)), side)
        for node, before in _nodes(tree, "")
        for side, texts in _sides(node)
        if (path := end_of(node["children"][side], before))
    }


def _nodes(node: Any, before: str) -> Iterator[tuple[Any, str]]:
    yield node, before
    here = before
    for child in node["children"]:
        if isinstance(child, dict):
            yield from _nodes(child, here)
            here = end_of(child, here) if leads_on(node) else here


def _sides(node: Any) -> Iterator[tuple[int, list[Any]]]:
    """The side of the field, and the texts of the other side; nothing where there are no such sides."""
    compares = node["type"] == "comparator" and node["value"] in ("eq", "ne")
    within = node["type"] == "function_expression" and node["value"] == "contains"
    if not compares and not within:
        return
    for side, other in ((1, 0), (0, 1)) if compares else ((1, 0),):
        texts = _literals(node["children"][other])
        if texts and all(isinstance(one, str | int | float) and code_key(one) for one in texts):
            yield side, texts


def _literals(node: Any) -> list[Any]:
    """The texts and numbers that a node is: one, or a list of them. Empty for all else."""
    if node["type"] == "literal":
        return list(items(node["value"]))
    found = [_literals(child) for child in node["children"]] if node["type"] == "multi_select_list" else []
    return [one for inner in found for one in inner] if all(found) else []


def _key(literal: Any) -> str:
    return code_key(literal) or ""


def _shown(literal: Any) -> str:
    return f"'{literal}'" if isinstance(literal, str) else _key(literal)
