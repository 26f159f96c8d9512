"""What a mapping leaves lying is seen: lists nobody mapped, people whom a condition drops, staff nobody names."""

import json
from typing import Any

import pytest
from typer.testing import Result

from .conftest import Check

MAPPING = """\
mapping: ward
version: 1
messages:
  - type: incident-reported
    record: {id: nr}
    staff:
      each: people
      value: no
      relation: {value: part, codes: {INV: involved, REP: reporter}}
"""
PEOPLE = [{"no": "N-1", "part": "INV"}, {"no": "N-2", "part": "REP"}, {"no": "N-3", "part": "INV"}]
RECORD: dict[str, Any] = {"nr": "A-1", "people": PEOPLE}
INTERVIEW = """\
  - type: rca-interview-held
    rca: {id: nr}
    interviewee: {value: 'interviews[].who'}
"""


def told(result: Result) -> list[str]:
    return [line.rsplit("/", 1)[-1] for line in result.stderr.splitlines()]


def test_fields_that_no_expression_reads_are_told_by_name_and_never_by_value(check: Check) -> None:
    seen = RECORD | {"alsoThere": {"nurses": 2}, "calls": [{"who": "Anna Ahorn"}], "empty": [], "none": None}
    people = [*PEOPLE, {"no": "N-4", "part": "INV", "phone": "020"}]
    assert told(check(MAPPING, seen, RECORD | {"people": people})) == [
        "ward.yaml: no expression reads `alsoThere`, `calls`, `people[].phone`"
    ]
    assert told(check(MAPPING, RECORD)) == []


def test_what_our_reader_of_xml_adds_is_no_field_of_the_record(check: Check) -> None:
    mapping = MAPPING.replace("messages:", "input: xml\nmessages:").replace("nr}", "M.nr}").replace("people", "M.p")
    body = b"<M xmlns='urn:m' nr='x'><nr>A-1</nr><p><no>N-1</no><part>INV</part></p></M>"
    assert told(check(mapping, body=body)) == ["ward.yaml: no expression reads `M.@nr`"]


def test_a_field_that_an_expression_names_is_none_of_them_though_no_record_gave_cause_to_look(check: Check) -> None:
    mapping = MAPPING.replace("{id: nr}", "{id: 'nr || old.nr'}") + "    unit: wards[?open] | [0].name\n"
    assert told(check(mapping, RECORD | {"old": {"nr": "B-1"}, "wards": [{"name": "W", "open": False}]})) == []


def test_of_many_fields_a_dozen_are_told(check: Check) -> None:
    [line] = told(check(MAPPING, RECORD | {f"f{number}": 1 for number in range(15)}))
    assert line.endswith("`f11` and 3 more")


@pytest.mark.parametrize(
    ("each", "took"), [("people[?part == 'REP']", "1 of 3"), ("people[0]", "1 of 3"), ("people[:2]", "2 of 3")]
)
def test_people_whom_a_condition_or_an_index_leaves_out_are_counted(check: Check, each: str, took: str) -> None:
    [line] = told(check(MAPPING.replace("each: people", f"each: {each}"), RECORD))
    assert line == f"ward.yaml:7: staff.each: `{each}` took {took}; no other list takes the rest"


def test_nobody_is_left_out_whom_another_list_takes(check: Check) -> None:
    lists = """\
    staff:
      - {each: "people[?part == 'INV']", value: no}
      - {each: "people[?part != 'INV']", value: no}
"""
    assert told(check(MAPPING[: MAPPING.index("    staff:")] + lists, RECORD)) == []


def test_the_line_of_a_record_says_how_many_of_the_staff_it_leaves_unnamed(check: Check) -> None:
    counting = MAPPING + "    staff_count: count\n"
    some, all_named = map(json.loads, check(counting, *_counted(4, 2)).stdout.splitlines())
    assert some["unnamed_staff"] == 2, "who only reported it is none of those who were involved"
    assert "unnamed_staff" not in all_named


def _counted(*counts: int) -> list[dict[str, Any]]:
    return [RECORD | {"nr": f"A-{number}", "count": count} for number, count in enumerate(counts)]


def test_a_strict_check_fails_on_whatever_is_to_be_looked_at_and_on_nothing_else(check: Check) -> None:
    def code(mapping: str, *records: Any) -> int:
        assert check(mapping, *records).exit_code == 0
        traced = check(mapping, *records, options=("--strict", "--trace")).exit_code
        strict = check(mapping, *records, options=("--strict",)).exit_code
        assert traced == strict
        return strict

    assert code(MAPPING, RECORD) == 0
    assert code(MAPPING, RECORD | {"more": 1}) == 0, "what nothing reads may be right"
    assert code(MAPPING, {"people": PEOPLE}) == 1, "parked"
    assert code(MAPPING, RECORD | {"people": [{"part": "INV"}]}) == 1, "a doubt"
    assert code(MAPPING + "    numbers: nummer\n", RECORD) == 1, "a name that is nowhere"
    ignoring = MAPPING.replace("messages:", "ignore:\n  - test\nmessages:")
    assert code(ignoring, RECORD | {"test": True}, RECORD | {"nr": "A-2"}) == 0, "the mapping says to ignore it"


def test_several_values_for_a_field_of_one_are_told_as_a_slip_of_the_mapping(check: Check) -> None:
    interviews = [{"who": "N-1"}, {"who": "N-2"}]
    *_, line = map(json.loads, check(MAPPING + INTERVIEW, RECORD | {"interviews": interviews}).stdout.splitlines())
    said = "mapping-misfit: interviewee.value: its expression gave 2 values, this field takes one; correct"
    assert (line["outcome"], line["reason"][: len(said)]) == ("parked", said)


def test_records_that_are_not_found_are_told_with_the_line_of_the_mapping_and_the_name_that_may_be_meant(
    check: Check,
) -> None:
    result = check(
        MAPPING.replace("messages:", "records: itmes\nmessages:"), body=json.dumps({"items": [RECORD]}).encode()
    )
    assert json.loads(result.stdout)["reason"].startswith("mapping-misfit: records: the mapping's expression finds no")
    assert told(result) == ["ward.yaml:3: records: `itmes` is not in the one body; there is `items`"]
