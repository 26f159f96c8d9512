"""The checker sees every kind of breaking change, and lets the harmless ones pass."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from aftercare.schemas.compatibility import breaking_against_all, breaking_changes
from aftercare.schemas.documents import message_schema, models

Schema = dict[str, Any]
Change = Callable[[Schema], object]

BASE: Schema = {
    "$id": "urn:test:v1",
    "x-topic": "aftercare.answer",
    "type": "object",
    "required": ["person", "choice", "seen", "amount", "inner"],
    "$defs": {
        "Choice": {"type": "string", "enum": ["talk", "no"]},
        "Role": {"type": "string", "enum": ["nurse", "other"]},
        "Inner": {
            "type": "object",
            "required": ["code"],
            "properties": {"code": {"type": "string", "pattern": "^[a-z]$"}, "note": {"type": "integer"}},
        },
    },
    "properties": {
        "person": {"type": "string", "pattern": "^per_[0-9a-f]{4}$"},
        "choice": {"$ref": "#/$defs/Choice"},
        "role": {"$ref": "#/$defs/Role", "default": "other"},
        "second": {"anyOf": [{"$ref": "#/$defs/Choice"}, {"type": "null"}], "default": None},
        "wishes": {"type": "array", "items": {"$ref": "#/$defs/Choice"}, "default": [], "maxItems": 5},
        "seen": {"type": "string", "format": "date-time"},
        "amount": {"type": "integer", "minimum": 1, "maximum": 9},
        "label": {"type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 8},
        "inner": {"$ref": "#/$defs/Inner"},
        "urgent": {"type": "boolean", "default": False},
    },
}


def _set(*path: str, to: Any) -> Change:
    def change(schema: Schema) -> None:
        for step in path[:-1]:
            schema = schema[step]
        schema[path[-1]] = to

    return change


def _drop(*path: str) -> Change:
    def change(schema: Schema) -> None:
        for step in path[:-1]:
            schema = schema[step]
        del schema[path[-1]]

    return change


def _field(name: str, keyword: str, value: Any) -> Change:
    return _set("properties", name, keyword, to=value)


def _needs(*names: str) -> Change:
    return _set("required", to=[*names])


GROWS_BACKWARDS = [_field("wishes", "items", {"type": "string", "enum": ["talk"]})]
"""The one break that is none when read the other way round: items of a list may grow."""

BREAKS: list[tuple[str, str, list[Change]]] = [
    ("a required field is gone", "required-field-removed", [_drop("properties", "person")]),
    (
        "a new field is required",
        "required-field-added",
        [
            _set("properties", "extra", to={"type": "integer"}),
            _needs("person", "choice", "seen", "amount", "inner", "extra"),
        ],
    ),
    (
        "a field becomes required",
        "field-became-required",
        [_needs("person", "choice", "seen", "amount", "inner", "label")],
    ),
    ("a field becomes optional", "field-became-optional", [_needs("person", "choice", "seen", "inner")]),
    ("an enum loses a word", "enum-narrowed", [_set("$defs", "Choice", "enum", to=["talk"])]),
    (
        "an enum that nobody can guess grows",
        "enum-grew-without-fallback",
        [_set("$defs", "Choice", "enum", to=["talk", "no", "later"])],
    ),
    ("an enum is no enum any more", "enum-changed", [_drop("$defs", "Choice", "enum")]),
    ("a type changes", "type-changed", [_field("amount", "type", "string")]),
    ("a type goes", "type-changed", [_drop("properties", "amount", "type")]),
    ("a pattern changes", "pattern-changed", [_field("person", "pattern", "^per_[0-9a-f]{8}$")]),
    ("a pattern comes", "pattern-changed", [_field("seen", "pattern", "^2")]),
    ("a pattern goes", "pattern-changed", [_drop("properties", "person", "pattern")]),
    ("a format changes", "format-changed", [_field("seen", "format", "date")]),
    ("a lower bound rises", "minimum-tightened", [_field("amount", "minimum", 2)]),
    ("a lower bound falls", "minimum-loosened", [_field("amount", "minimum", 0)]),
    ("a lower bound goes", "minimum-loosened", [_drop("properties", "amount", "minimum")]),
    ("an upper bound falls", "maximum-tightened", [_field("amount", "maximum", 8)]),
    ("an upper bound rises", "maximum-loosened", [_field("amount", "maximum", 10)]),
    ("a bound comes", "exclusiveMaximum-tightened", [_field("amount", "exclusiveMaximum", 9)]),
    ("a text may be shorter", "minLength-loosened", [_field("label", "minLength", 1)]),
    ("a text must be shorter", "maxLength-tightened", [_field("label", "maxLength", 7)]),
    ("a list must be shorter", "maxItems-tightened", [_field("wishes", "maxItems", 4)]),
    ("a list must hold something", "minItems-tightened", [_field("wishes", "minItems", 1)]),
    ("a default changes", "default-changed", [_field("urgent", "default", True)]),
    ("a default of another type", "default-changed", [_field("urgent", "default", 0)]),
    (
        "a field may no longer be null",
        "nullable-changed",
        [_set("properties", "second", to={"$ref": "#/$defs/Choice", "default": None})],
    ),
    (
        "a field may be null from now on",
        "nullable-changed",
        [_set("properties", "label", to={"anyOf": [BASE["properties"]["label"], {"type": "null"}]})],
    ),
    ("items of a list change their type", "type-changed", [_field("wishes", "items", {"type": "integer"})]),
    ("items lose a word", "enum-narrowed", GROWS_BACKWARDS),
    ("a field inside changes", "pattern-changed", [_set("$defs", "Inner", "properties", "code", "pattern", to="^.$")]),
    ("a field inside is gone", "required-field-removed", [_drop("$defs", "Inner", "properties", "code")]),
    ("unknown fields are refused", "additionalProperties-changed", [_set("additionalProperties", to=False)]),
    ("a keyword nobody thought of", "multipleOf-changed", [_field("amount", "multipleOf", 2)]),
    ("the topic changes", "x-topic-changed", [_set("x-topic", to="aftercare.outreach")]),
    ("the name changes", "$id-changed", [_set("$id", to="urn:test:v2")]),
]

HARMLESS: list[tuple[str, list[Change]]] = [
    ("nothing", []),
    ("an optional field comes", [_set("properties", "extra", to={"type": "integer", "default": 0})]),
    ("an optional field goes", [_drop("properties", "label")]),
    ("words change", [_set("title", to="New"), _set("description", to="new"), _field("person", "title", "P")]),
    ("the order of fields changes", [lambda s: s["required"].reverse()]),
    ("an enum with a fallback grows", [_set("$defs", "Role", "enum", to=["nurse", "doctor", "other"])]),
    (
        "an enum grows where it is optional",
        [
            _set("$defs", "More", to={"type": "string", "enum": ["talk", "no", "later"]}),
            _set("properties", "second", "anyOf", to=[{"$ref": "#/$defs/More"}, {"type": "null"}]),
        ],
    ),
    ("an enum grows in a list", [_field("wishes", "items", {"type": "string", "enum": ["talk", "no", "later"]})]),
    ("a definition is written in place", [_set("properties", "choice", to=BASE["$defs"]["Choice"])]),
    ("an optional field inside comes", [_set("$defs", "Inner", "properties", "more", to={"type": "boolean"})]),
]


def changed(changes: list[Change]) -> Schema:
    schema = copy.deepcopy(BASE)
    for change in changes:
        change(schema)
    return schema


@pytest.mark.parametrize(("rule", "changes"), [case[1:] for case in BREAKS], ids=[case[0] for case in BREAKS])
def test_a_breaking_change_is_found(rule: str, changes: list[Change]) -> None:
    found = {problem.rule for problem in breaking_changes(BASE, changed(changes))}
    assert rule in found


@pytest.mark.parametrize("changes", [case[2] for case in BREAKS], ids=[case[0] for case in BREAKS])
def test_a_break_is_a_break_in_both_directions(changes: list[Change]) -> None:
    if changes is GROWS_BACKWARDS:
        assert breaking_changes(changed(changes), BASE) == []
    else:
        assert breaking_changes(changed(changes), BASE)


@pytest.mark.parametrize("changes", [case[1] for case in HARMLESS], ids=[case[0] for case in HARMLESS])
def test_a_harmless_change_passes(changes: list[Change]) -> None:
    assert breaking_changes(BASE, changed(changes)) == []


@pytest.mark.parametrize("changes", [case[1] for case in HARMLESS], ids=[case[0] for case in HARMLESS])
def test_what_passes_is_really_read_by_the_other_side(changes: list[Change]) -> None:
    """Said by another judge: a message without the news validates on both sides."""
    schema = changed(changes)
    message = {
        "person": "per_0a1b",
        "choice": "talk",
        "wishes": ["no"],
        "seen": "2026-03-02T00:00:00Z",
        "amount": 3,
        "inner": {"code": "a"},
    }
    Draft202012Validator(BASE).validate(message)
    Draft202012Validator(schema).validate(message)


def test_a_break_says_where() -> None:
    schema = changed([_set("$defs", "Inner", "properties", "code", "pattern", to="^.$")])
    assert [str(problem) for problem in breaking_changes(BASE, schema)] == ["pattern-changed at $.inner.code"]


def test_every_released_revision_counts_not_only_the_last() -> None:
    """A field goes, harmless; then it comes again as something else: the first revision's data would be misread."""
    without = changed([_drop("properties", "label")])
    again = changed([_set("properties", "label", to={"type": "integer"})])
    assert breaking_changes(without, again) == []
    assert {str(p) for p in breaking_against_all([BASE, without], again)} >= {"type-changed at $.label"}


@pytest.mark.parametrize("model", models(), ids=lambda model: model.type)
def test_every_required_field_of_every_real_type_is_guarded(model: Any) -> None:
    schema = message_schema(model)
    assert breaking_changes(schema, copy.deepcopy(schema)) == []
    for name in schema["required"]:
        broken = json.loads(json.dumps(schema))
        del broken["properties"][name]
        broken["required"].remove(name)
        assert [str(problem) for problem in breaking_changes(schema, broken)] == [f"required-field-removed at $.{name}"]


def test_released_revisions_are_numbered_one_to_n(repository: Path) -> None:
    for folder in (repository / "schemas" / "history").iterdir():
        names = {file.name for file in folder.iterdir()}
        assert names == {f"r{number}.schema.json" for number in range(1, len(names) + 1)}
