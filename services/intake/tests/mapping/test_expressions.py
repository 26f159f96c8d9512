"""An engineer's expressions over anybody's data: bounded in time and size, and silent about what they saw."""

import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.envelope import Payload
from aftercare.intake.domain.mapping.budget import Budget, TooCostlyError
from aftercare.intake.domain.mapping.expressions import (
    ExpressionError,
    NotApplicableError,
    parse,
)
from aftercare.intake.domain.mapping.plan import Input, SourceMapping
from aftercare.intake.domain.mapping.records import map_records
from aftercare.intake.domain.source import Source

from .conftest import WARDLOG, Examine, record, refused

values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=20,
)
EXPRESSIONS = [
    "a.b[0].c", "a[?b > `1`].c | [0]", "join(', ', a)", "split(a, b)", "list(a)[*].b", "lower(trim(a))",
    "to_number(a)", "sort(a)", "max_by(a, &b)", "*.a", "a[*].[b, c]", "{x: a, y: b}", "not_null(a, b, c)",
    "length(a) > `2`", "sum(a[*].b)", "keys(@)", "to_string(a)", "contains(a, b)", "a && b || !c", "reverse(a)[::-1]",
]  # fmt: skip


@given(st.sampled_from(EXPRESSIONS), values)
@settings(max_examples=150)
def test_an_expression_gives_something_or_says_that_it_can_not_be_applied(words: str, value: Any) -> None:
    expression = parse(words)
    with suppress(NotApplicableError):
        assert isinstance(expression.of(value, Budget()), object)


@given(st.text(alphabet="abc.[]?*&|!='`\"\\ ,(){}@:0123é\n", max_size=40))
@settings(max_examples=150)
def test_any_words_are_an_expression_or_are_refused_with_a_place_within_them(words: str) -> None:
    try:
        parse(words)
    except ExpressionError as error:
        refused = error
    else:
        return
    assert 0 <= refused.column <= len(words)
    assert str(refused)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("[@,@][] | " * 30 + "@", [1]),
        ("join('', [@,@]) | " * 40 + "@", "a"),
        ("a[*].{x: $.a}".replace("$.", "") + "[*].x[]", {"a": [{"a": [0] * 1000}] * 1000}),
        ("a[].b[].c[]", {"a": [{"b": [{"c": [0] * 100}] * 100}] * 1000}),
    ],
)
def test_expressions_that_grow_are_stopped(words: str, value: Any) -> None:
    began = time.perf_counter()
    with pytest.raises(TooCostlyError):
        parse(words).of(value, Budget())
    assert time.perf_counter() - began < 5


def test_a_record_that_costs_too_much_is_parked_and_the_next_one_is_read(examine: Examine) -> None:
    costly = WARDLOG.replace("unit: ward", "unit: people[].people[].people[].role | [0]").replace(
        "records: report", "records: reports"
    )
    people: Any = [{"role": "INV"}]
    for _ in range(2):
        people = [{"people": people}] * 260
    body = {"event": "report.saved", "reports": [record(people=people)["report"], record()["report"]]}
    first, second = examine(costly, body)
    assert refused(first).reason == "mapping-too-costly"
    assert second.ending.format == "mapping:wardlog@3"


def test_all_records_of_a_body_share_one_budget() -> None:
    mapping = SourceMapping("endless", 1, Input.JSON, (), ignore=(parse("a[].b.b.b.b.b.b.b.b.b.b | [0] == `9`"),))
    body = [{"a": [{"b": 1}] * 2_000}] * 75
    endings = map_records(mapping, Payload(body), lambda: Context(Source("s")))
    assert len(endings) == 75
    assert {one.reason for one in endings} == {"no-message-applies", "mapping-too-costly"}  # type: ignore[union-attr]


def test_a_failing_expression_says_nothing_of_what_it_saw(examine: Examine) -> None:
    failing = WARDLOG.replace("unit: ward", "unit: join(',', story)").replace("{id: no,", "{id: \"join(',', story)\",")
    [one] = examine(failing, record())
    assert "Ahorn" not in repr(refused(one))
