"""The table of sizes counts right, and a cap is a cap."""

from pathlib import Path

import pytest

from checks.sizes import Spread, find, table
from checks.source import Source


def source(text: str, path: str = "services/support/src/aftercare/support/x.py") -> Source:
    return Source.parse(Path(path), text)


def function_of(lines: int) -> str:
    return "def f():\n" + "    pass\n" * (lines - 1)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], "0/0/0"),
        ([7], "7/7/7"),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "5/9/10"),
        ([3, 1, 2], "2/3/3"),
        ([1] * 9 + [100], "1/1/100"),
    ],
)
def test_median_and_p90_are_by_nearest_rank(sizes: list[int], expected: str) -> None:
    assert str(Spread.of(sizes)) == expected


def test_a_file_over_the_cap_is_found_and_one_at_the_cap_is_fine() -> None:
    assert list(find(source("\n" * 350))) == []
    assert "351 lines" in str(next(iter(find(source("\n" * 351)))))


def test_a_function_over_the_cap_is_found_decorators_do_not_count() -> None:
    assert list(find(source(function_of(50)))) == []
    assert list(find(source("@a\n@b\n" + function_of(50)))) == []
    assert "51 lines" in str(next(iter(find(source(function_of(51))))))


def test_a_function_inside_a_class_or_a_function_counts_too() -> None:
    inside = "class A:\n    async def f(self):\n" + "        pass\n" * 50
    assert len(list(find(source(inside)))) == 1


def test_seven_parameters_are_too_many_and_self_is_none() -> None:
    assert list(find(source("class A:\n    def f(self, a, b, c, /, d, *, e, f): ...\n"))) == []
    assert "7 parameters" in str(next(iter(find(source("def f(a, b, c, /, d, *, e, f, g): ...\n")))))


def test_the_options_of_a_command_are_not_counted() -> None:
    assert list(find(source("@app.command('x')\ndef f(a, b, c, d, e, f, g): ...\n"))) == []
    assert list(find(source("@app.route('x')\ndef f(a, b, c, d, e, f, g): ...\n")))


def test_a_test_may_tell_a_long_story_but_not_a_long_file() -> None:
    assert list(find(source(function_of(60)), test=True)) == []
    assert list(find(source("\n" * 351), test=True))


def test_the_table_has_a_row_for_each_package() -> None:
    rows = table(
        [
            source("def f(a): ...\n"),
            source("x = 1\n\n\n", "services/support/src/aftercare/support/y.py"),
            source("x = 1\n", "schemas/src/aftercare/schemas/z.py"),
        ]
    )
    assert [(row.package, row.files, row.lines, row.functions) for row in rows] == [
        ("schemas", 1, 1, 0),
        ("support", 2, 4, 1),
    ]
    assert str(rows[1].parameters) == "1/1/1"
