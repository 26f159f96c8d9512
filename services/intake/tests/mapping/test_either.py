"""An expression that names an old and a new shape is at home in both: what one of them lacks is no slip."""

from typing import Any

import pytest

from .conftest import Check, Examine, mapped

MAPPING = """\
mapping: ward
version: 1
messages:
  - type: incident-reported
    record: {id: nr}
    harm: {value: grading.harm || harm, codes: {A: severe}}
    staff:
      each: report.people || staff
      value: not_null(staffNo, no)
"""
OLD = {"nr": "A-1", "harm": "A", "staff": [{"no": "N-1"}]}
NEW = {"nr": "A-2", "grading": {"harm": "A"}, "report": {"people": [{"staffNo": "N-1"}]}}


def told(check: Check, mapping: str, *records: Any) -> list[str]:
    return [line.rsplit("/", 1)[-1] for line in check(mapping, *records).stderr.splitlines() if " is not in " in line]


@pytest.mark.parametrize("records", [(OLD,), (NEW,), (OLD, NEW)])
def test_either_shape_is_told_no_missing_name(check: Check, examine: Examine, records: Any) -> None:
    assert told(check, MAPPING, *records) == []
    assert [mapped(one).doubts for one in examine(MAPPING, list(records))] == [()] * len(records)


def test_an_empty_list_or_value_in_one_shape_is_no_doubt_about_the_other(examine: Examine) -> None:
    [one] = examine(MAPPING, OLD | {"harm": None, "staff": []})
    assert mapped(one).doubts == ()


def test_a_record_of_neither_shape_is_told(check: Check, examine: Examine) -> None:
    [one] = examine(MAPPING, {"nr": "A-3"})
    assert mapped(one).doubts == ("no-path:staff", "no-path:harm")
    names = [line.split("`")[1] for line in told(check, MAPPING, {"nr": "A-3"})]
    assert names == ["grading", "harm", "report", "staff"]


def test_a_name_beside_which_a_like_one_stands_is_a_slip_in_either_shape(check: Check) -> None:
    [line] = told(check, MAPPING.replace("grading.harm", "grading.hram"), NEW | {"harm": "A"})
    assert line == "ward.yaml:6: harm: `grading.hram` is not in the one record; there is `grading.harm`"


CSV = """\
mapping: ward
version: 1
input: csv
messages:
  - type: incident-reported
    record: {id: 'Nummer || Nr'}
    staff: {value: Person}
"""


def test_a_column_of_the_other_shape_is_not_missed(check: Check) -> None:
    result = check(CSV, body=b"Nr;Person\nA-1;N-1\nA-2;N-2\n")
    assert ("no-column" in result.stdout, result.stderr) == (False, "")
    neither = check(CSV, body=b"Id;Person\nA-1;N-1\nA-2;N-2\n")
    assert [line.split("`")[1] for line in neither.stderr.splitlines() if "no column" in line] == ["Nummer", "Nr"]
