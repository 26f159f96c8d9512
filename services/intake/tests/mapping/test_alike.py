"""Conditions compare values as `codes` do: who writes `Deleted` for `deleted` must not send a deleted report on."""

from typing import Any

import pytest

from aftercare.intake.domain.mapping.budget import Budget, TooCostlyError
from aftercare.intake.domain.mapping.expressions import parse

from .conftest import WARDLOG, Examine, mapped, record


def gives(words: str, value: Any) -> Any:
    return parse(words).of(value, Budget())


@pytest.mark.parametrize("written", ["deleted", "Deleted", "DELETED", " deleted "])
def test_a_deleted_report_is_taken_back_however_its_state_is_written(examine: Examine, written: str) -> None:
    [one] = examine(WARDLOG, record(state=written))
    assert type(mapped(one).fact).__name__ == "IncidentWithdrawal"


@pytest.mark.parametrize(
    ("words", "value", "holds"),
    [
        ("a == '2'", {"a": 2}, True),
        ("a == `2`", {"a": "2"}, True),
        ("a == `2`", {"a": 2.0}, True),
        ("a == 'true'", {"a": True}, True),
        ("a == `1`", {"a": True}, False),
        ("a != 'Ja'", {"a": "JA"}, False),
        ("a == 'straße'", {"a": "STRASSE"}, True),
        ("a == b", {"a": "X", "b": "x"}, True),
        ("a == `null`", {}, True),
        ("a == ''", {}, False),
        ("a == `[1]`", {"a": [1]}, True),
        ("a == 'x'", {"a": ["x"]}, False),
        ("contains(a, 'b')", {"a": ["A", "B"]}, True),
        ("contains(`[1, 2]`, a)", {"a": "2"}, True),
        ("contains(a, 'b')", {"a": "ABC"}, True),
        ("contains(a, 'd')", {"a": ["A", "B"]}, False),
        ("starts_with(a, 'del')", {"a": "Deleted"}, True),
        ("ends_with(a, 'ED')", {"a": "Deleted"}, True),
        ("ends_with(a, 'es')", {"a": "Deleted"}, False),
    ],
)
def test_values_are_compared_without_case_and_a_number_is_its_text(words: str, value: Any, holds: bool) -> None:
    assert gives(words, value) is holds


def test_a_condition_chooses_people_without_case_too() -> None:
    people = {"people": [{"part": "inv"}, {"part": "Pat"}]}
    assert gives("people[?part == 'INV']", people) == [{"part": "inv"}]
    assert gives("people[?part != 'PAT']", people) == [{"part": "inv"}]


def test_a_long_text_is_compared_as_it_stands_so_that_no_comparison_is_costly() -> None:
    assert gives("a == b", {"a": "x" * 5000, "b": "x" * 5000})
    assert not gives("a == b", {"a": "x" * 5000, "b": "X" * 5000})


def test_to_look_for_something_in_a_long_list_costs_what_it_takes() -> None:
    with pytest.raises(TooCostlyError):
        gives("items[?contains(@.parent, 'x')]", {"items": [{"parent": ["y"] * 50_000}] * 20})
