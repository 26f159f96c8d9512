"""A path that is misspelt, or that a source renamed, is told: by `check` over samples, and beside each record."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from .conftest import MELDE, Check, Examine, mapped

MAPPING = """\
mapping: ward
version: 1
messages:
  - type: incident-reported
    when: state != 'deleted'
    record: {id: nr}
    occurred: {date: day, time: hour}
    staff:
      each: staff.involved[?part == 'INV']
      value: id
    flags: {sentinel: marks.sentinel}
"""
RECORD = {
    "nr": "A-1",
    "state": "open",
    "day": "2026-03-01",
    "hour": None,
    "staff": {"involved": [{"part": "INV", "id": "N-1"}, {"part": "WIT"}]},
    "marks": {"sentinel": "no"},
}


def told(result: Result) -> list[str]:
    """What is said on standard error of names that are nowhere, without the folder."""
    assert result.exit_code == 0
    lines = [line.rsplit("/", 1)[-1] for line in result.stderr.splitlines()]
    others = ("no expression reads", " took ", " none of ", " state none themselves")
    return [line for line in lines if not any(other in line for other in others)]


def test_a_mapping_that_finds_all_its_names_is_told_nothing(check: Check) -> None:
    assert told(check(MAPPING, RECORD, RECORD | {"staff": {"involved": []}})) == []


NOT_THERE = "is not in any of 3 records"


@pytest.mark.parametrize(
    ("right", "wrong", "where", "missing", "nearest"),
    [
        ("staff.involved", "staff.invloved", "9: staff.each", "staff.invloved", "staff.involved"),
        ("each: staff", "each: Staf", "9: staff.each", "Staf", "staff"),
        ("?part", "?prat", "9: staff.each", "staff.involved.prat", "staff.involved.part"),
        ("value: id", "value: number", "10: staff.value", "number", None),
        ("when: state", "when: stat", "5: when", "stat", "state"),
        ("time: hour", "time: huor", "7: occurred", "huor", "hour"),
        ("marks.sent", "marks.senn", "11: flags.sentinel", "marks.senninel", "marks.sentinel"),
    ],
)
def test_a_name_that_no_record_has_is_told_with_its_line_and_the_name_that_may_be_meant(
    check: Check, right: str, wrong: str, where: str, missing: str, nearest: str | None
) -> None:
    hint = f"; there is `{nearest}`" if nearest else ""
    said = told(check(MAPPING.replace(right, wrong), RECORD, RECORD, RECORD))
    assert said == [f"ward.yaml:{where}: `{missing}` {NOT_THERE}{hint}"]


def test_a_name_that_one_of_many_records_has_is_no_slip(check: Check) -> None:
    without = {name: one for name, one in RECORD.items() if name != "staff"}
    assert told(check(MAPPING, without, without, RECORD)) == []
    assert told(check(MAPPING, without)) == ["ward.yaml:9: staff.each: `staff` is not in the one record"]


def test_the_mappings_of_a_source_are_looked_at_too(check: Check, tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text("sources:\n  - {name: ward, mapping: ward.yaml}\n")
    of_source = ("--sources", str(tmp_path / "sources.yaml"), "--source", "ward")
    [line] = told(check(MAPPING.replace("value: id", "value: ids"), RECORD, options=of_source))
    assert line == "ward.yaml:10: staff.value: `ids` is not in the one record; there is `id`"


def test_an_element_of_xml_is_told_likewise(check: Check) -> None:
    mapping = MELDE.replace("Beteiligte.Person", "Beteiligte.Persson")
    people = b"<Person nr='N-1' rolle='arzt'/><Person nr='N-2' rolle='pflege'/>"
    body = b"<Meldung><Nr>A-1</Nr><Station>Ward 7</Station><Beteiligte>%b</Beteiligte></Meldung>" % people
    said = "`Meldung.Beteiligte.Persson` is not in the one record; there is `Meldung.Beteiligte.Person`"
    assert told(check(mapping, body=body)) == [f"ward.yaml:9: staff.each: {said}"]


@pytest.mark.parametrize(
    ("record", "doubts"),
    [
        (RECORD, ()),
        (RECORD | {"staff": {"involved": []}}, ()),
        (RECORD | {"staff": {"involved": None}}, ()),
        (RECORD | {"staff": {}}, ("no-path:staff",)),
        (RECORD | {"staff": {"Involved": RECORD["staff"]}}, ("no-path:staff",)),
        ({name: one for name, one in RECORD.items() if name != "staff"}, ("no-path:staff",)),
    ],
)
def test_at_run_time_a_list_of_people_that_is_not_there_is_a_doubt(examine: Examine, record: Any, doubts: Any) -> None:
    [one] = examine(MAPPING, record)
    assert mapped(one).doubts == doubts


GRAVE = """\
mapping: ward
version: 1
messages:
  - type: incident-reported
    record: {id: nr}
    harm: {value: severity, codes: {A: severe}}
    staff: {each: people, value: no, display: name}
    patients: {each: patients, value: mrn}
"""
STATED: dict[str, Any] = {"nr": "A-1", "severity": "A", "people": [{"no": "N-1", "name": "Anna Ahorn"}], "patients": []}


@pytest.mark.parametrize(
    ("changed", "doubts"),
    [
        ({}, ()),
        ({"severity": None}, ()),
        ({"severity": ...}, ("no-path:harm",)),
        ({"people": [{"staffNo": "N-1", "name": "Anna Ahorn"}]}, ("no-path:staff.value",)),
        ({"people": [{"no": None, "name": "Anna Ahorn"}]}, ()),
        ({"people": [{"name": "Anna Ahorn"}, {"no": "N-2"}]}, ()),
        ({"patients": [{"number": "P-1"}]}, ("person-without-identity:patients",)),
    ],
)
def test_at_run_time_harm_or_a_staff_number_under_a_new_name_is_a_doubt_and_an_empty_one_is_none(
    examine: Examine, changed: dict[str, Any], doubts: tuple[str, ...]
) -> None:
    record = {name: value for name, value in (STATED | changed).items() if value is not ...}
    [one] = examine(GRAVE, record)
    assert mapped(one).doubts == doubts
