"""A message that no sample is told as, a word that no sample has: a slip there sends a deleted report on as live."""

from typing import Any

import pytest
from typer.testing import Result

from .conftest import Check

MAPPING = """\
mapping: ward
version: 1
messages:
  - type: incident-reported
    when: state != 'geloescht'
    record: {id: nr}
    staff: {each: "people[?part != 'PAT']", value: no}
  - type: incident-withdrawn
    when: state == 'geloescht'
    record: {id: nr}
"""
RIGHT = MAPPING.replace("geloescht", "Deleted")
INTERVIEWS = """\
  - type: rca-interview-held
    each: interviews[?state == 'held']
    rca: {id: parent.nr}
    event_id: id
    interviewee: {value: who}
"""


def records(*states: Any, part: str = "INV") -> list[dict[str, Any]]:
    people = [{"no": "N-1", "part": part}, {"no": "P-1", "part": "PAT"}]
    return [{"nr": f"A-{number}", "state": state, "people": people} for number, state in enumerate(states)]


SAMPLES = records("open", "closed", "deleted", "open")


def told(result: Result) -> list[str]:
    lines = [line.rsplit("/", 1)[-1] for line in result.stderr.splitlines()]
    return [line for line in lines if " none of " in line]


NEVER = "ward.yaml:9: when: message 2 (incident-withdrawn) applied to none of 4 records"
WORD = "ward.yaml:5: when: `state` was 'geloescht' none of 4 times: it has 3 other values"


def test_a_deleted_report_that_would_go_out_as_a_live_one_is_told(check: Check) -> None:
    assert told(check(MAPPING, *SAMPLES)) == [NEVER, f"{WORD} (--trace shows them)"]
    assert told(check(RIGHT, *SAMPLES)) == []


def test_what_records_hold_is_shown_where_the_trace_shows_it_anyway(check: Check) -> None:
    result = check(MAPPING, *SAMPLES, options=("--trace",))
    assert told(result)[-1] == f"{WORD}: 'open', 'closed', 'deleted'"
    assert "deleted" not in check(MAPPING, *SAMPLES).stderr


def test_two_records_are_too_few_to_say_so(check: Check) -> None:
    assert told(check(MAPPING, *SAMPLES[:2])) == []
    assert told(check(MAPPING, *SAMPLES[:3])) != []


def test_a_field_of_many_values_may_have_any_and_one_that_says_nothing_has_none(check: Check) -> None:
    assert told(check(MAPPING, *records(*(f"s{number}" for number in range(20))))) == [NEVER.replace("4", "20")]
    assert told(check(MAPPING, *records(None, None, None, "-"))) == [NEVER]


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("'PAT'", "'PATIENT'", "7: staff.each: `people.part` was 'PATIENT' none of 6 times: it has 2 other values"),
("state == 'Deleted'", "contains(['void', 'x'], state)", "9: when: `state` was 'void' or 'x' none of 4"),
        ("state == 'Deleted'", "contains(`[3]`, state)", "9: when: `state` was 3 none of 4 times"),
        ("state == 'Deleted'", "state == `7`", "9: when: `state` was 7 none of 4 times: it has 3 other values"),
    ],
)  # fmt: skip
def test_the_word_of_any_condition_is_looked_for(check: Check, right: str, wrong: str, said: str) -> None:
    lines = told(check(RIGHT.replace(right, wrong), *SAMPLES))
    assert [line for line in lines if line.startswith(f"ward.yaml:{said}")]


def test_a_message_whose_list_finds_nothing_in_any_record_is_told_with_the_line_of_its_list(check: Check) -> None:
    planned = [record | {"interviews": [{"id": "I", "state": "planned", "who": "N-1"}]} for record in SAMPLES]
    assert told(check(RIGHT + INTERVIEWS, *planned)) == [
        "ward.yaml:12: each: message 3 (rca-interview-held) applied to none of 4 records",
        "ward.yaml:12: each: `interviews.state` was 'held' none of 4 times: it has 1 other value (--trace shows it)",
    ]


def test_a_word_of_records_to_ignore_is_looked_for_and_they_count_for_no_message(check: Check) -> None:
    ignoring = RIGHT.replace("messages:", "ignore:\n  - state == 'closed'\nmessages:")
    assert told(check(ignoring, *SAMPLES)) == []
    assert told(check(ignoring, *records("closed", "closed", "open", "open"))) == []
    [line] = told(check(ignoring.replace("closed", "shut"), *SAMPLES))
    assert line.startswith("ward.yaml:4: ignore: `state` was 'shut' none of 4 times")


def test_a_strict_check_fails_where_a_message_was_never_tried(check: Check) -> None:
    assert check(MAPPING, *SAMPLES, options=("--strict",)).exit_code == 1
    assert check(RIGHT, *SAMPLES, options=("--strict",)).exit_code == 0
    only_words = RIGHT.replace("'PAT'", "'PATIENT'")
    assert check(only_words, *SAMPLES, options=("--strict",)).exit_code == 0
