"""A record that is told by what stands beside an incident, and whose incident no message tells, is never silent."""

import pytest

from .conftest import Examine, mapped

MAPPING = """\
mapping: ward
version: 1
messages:
  - type: incident-reported
    when: op == 'C'
    record: {id: no}
  - type: incident-withdrawn
    when: op == 'D'
    record: {id: no}
  - type: disclosure-milestone-reached
    when: talk
    incident: no
    milestone: {always: meeting-held}
"""
TALK = "  - type: disclosure-milestone-reached\n"


@pytest.mark.parametrize(("op", "doubts"), [("C", ()), ("D", ()), ("X", ("no-incident-told",))])
def test_a_step_told_of_an_incident_that_no_message_tells_is_a_doubt(
    examine: Examine, op: str, doubts: tuple[str, ...]
) -> None:
    found = examine(MAPPING, {"no": "A-1", "op": op, "talk": {"at": "2026-01-01"}})
    assert {mapped(one).doubts for one in found} == {doubts}


def test_a_message_that_is_meant_to_stand_alone_is_no_doubt(examine: Examine) -> None:
    meant = MAPPING.replace(TALK, f"{TALK}    alone: true\n")
    [one] = examine(meant, {"no": "A-1", "op": "X", "talk": "yes"})
    assert mapped(one).doubts == ()


def test_a_mapping_that_tells_no_incidents_at_all_is_no_doubt(examine: Examine) -> None:
    steps = MAPPING[: MAPPING.index("  - type: incident-reported")] + MAPPING[MAPPING.index(TALK) :]
    [one] = examine(steps, {"no": "A-1", "op": "X", "talk": "yes"})
    assert mapped(one).doubts == ()
