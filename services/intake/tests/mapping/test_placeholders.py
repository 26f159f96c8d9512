"""What stands in place of a person is nobody: no offer goes to it, and people are asked who it was."""

import json
from typing import Any

import pytest

from aftercare.intake.domain.facts import IncidentReport
from aftercare.intake.domain.mapping.placeholders import is_placeholder

from .conftest import Check, Examine, mapped, refused

MAPPING = """\
mapping: ward
version: 1
nobody: [Pool, "9999"]
messages:
  - type: incident-reported
    when: kind != 'talk'
    record: {id: nr}
    staff: {each: people, value: no, display: name, relation: {value: part, codes: {INV: involved, REP: reporter}}}
    reporter: {value: by.no, display: by.name, also_involved: by.helped}
    patients: {each: patients, value: mrn}
  - type: rca-interview-held
    when: kind == 'talk'
    alone: true
    rca: {id: nr}
    interviewee: {display: who}
"""
RECORD: dict[str, Any] = {"nr": "A-1", "people": [], "patients": [], "by": {"no": None, "name": None, "helped": "N"}}


def report(examine: Examine, **changes: Any) -> tuple[IncidentReport, tuple[str, ...]]:
    [one] = examine(MAPPING, RECORD | changes)
    fact = mapped(one).fact
    assert isinstance(fact, IncidentReport)
    return fact, mapped(one).doubts


@pytest.mark.parametrize(
    "words",
    [
        "anonym", "Anonymous", "UNBEKANNT", "unknown", "n.a.", "N.N.", "k.A.", "?", "---", "***", "xxx", "XXXX", "000",
        "(unbekannt)", "<anonymous>", "Unbekannt, Unbekannt", "keine Angabe", "not known", "inconnu", "desconocido",
        "Anonym Anonym", "ｕｎｋｎｏｗｎ", "pool", "9999", "Name unbekannt",
    ],
)  # fmt: skip
def test_a_word_that_stands_for_a_person_is_nobody_and_people_are_asked_who_it_was(
    examine: Examine, words: str
) -> None:
    for person in ({"name": words}, {"no": words, "name": None}, {"no": words, "name": words}):
        fact, doubts = report(examine, people=[person, {"no": "N-1", "part": "INV"}])
        assert [one.person.value for one in fact.staff] == ["N-1"]
        assert fact.unnamed_staff == 1
        assert "person-without-identity:staff" in doubts
        assert [one for one in doubts if one.startswith("placeholder:staff.")]


@pytest.mark.parametrize(
    "words", ["N-1", "Anna Ahorn", "Ann Unknown-Smith", "X. Xu", "Nun", "Anonyma", "0017", "A", "李", "Na Li", "10"]
)
def test_a_name_is_no_placeholder(words: str) -> None:
    assert not is_placeholder(words, frozenset())


def test_a_person_with_a_number_that_says_nothing_goes_by_the_name(examine: Examine) -> None:
    fact, doubts = report(examine, people=[{"no": "000", "name": "Anna Ahorn", "part": "INV"}])
    assert ([one.person.value for one in fact.staff], fact.unnamed_staff) == (["Anna Ahorn"], 0)
    assert doubts == ("placeholder:staff.value",)


def test_a_person_who_has_a_number_needs_no_name(examine: Examine) -> None:
    fact, doubts = report(examine, people=[{"no": "N-1", "name": "unbekannt", "part": "INV"}])
    assert ([one.person.value for one in fact.staff], doubts) == (["N-1"], ())


def test_who_stands_in_a_role_without_a_name_is_asked_for_and_an_empty_row_is_nobody(examine: Examine) -> None:
    named = {"no": "N-1", "part": "INV"}
    for empty in ("-", "n/a", "", None):
        row, _ = report(examine, people=[named, {"no": empty, "name": empty}])
        assert row.unnamed_staff == 0
        role, doubts = report(examine, people=[named, {"no": empty, "name": empty, "part": "INV"}])
        assert (role.unnamed_staff, doubts) == (1, ("person-without-identity:staff",))


def test_an_anonymous_reporter_is_nobody_and_stays_so(examine: Examine) -> None:
    fact, doubts = report(examine, by={"no": None, "name": "anonym", "helped": "N"})
    assert (fact.staff, fact.unnamed_staff, doubts) == ((), 0, ())
    listed, _ = report(examine, people=[{"no": "N-1", "part": "INV"}, {"name": "anonym", "part": "REP"}])
    assert (len(listed.staff), listed.unnamed_staff) == (1, 0)


def test_an_anonymous_reporter_who_was_involved_is_one_of_whom_people_are_asked(examine: Examine) -> None:
    fact, doubts = report(examine, by={"no": None, "name": "anonym", "helped": "Y"})
    assert (fact.staff, fact.unnamed_staff, doubts) == ((), 1, ("person-without-identity:reporter",))
    nameless, _ = report(examine, by={"no": None, "name": None, "helped": "Y"})
    assert nameless.unnamed_staff == 1


def test_two_unknown_patients_are_not_one(examine: Examine) -> None:
    fact, doubts = report(examine, patients=[{"mrn": "unbekannt"}, {"mrn": "P-1"}])
    assert [one.value for one in fact.patients] == ["P-1"]
    assert doubts == ("placeholder:patients.value", "person-without-identity:patients")


def test_an_interview_with_nobody_is_parked_with_its_reason(examine: Examine) -> None:
    [one] = examine(MAPPING, {"nr": "A-1", "kind": "talk", "who": "unbekannt"})
    assert refused(one).detail == "interviewee names nobody who can be read"


def test_an_engineer_sees_it(check: Check) -> None:
    result = check(MAPPING, RECORD | {"people": [{"name": "unbekannt"}]}, options=("--strict",))
    line = json.loads(result.stdout)
    assert (line["unnamed_staff"], result.exit_code) == (1, 1)
    assert "placeholder:staff.display" in line["doubts"]
    assert "unbekannt" not in result.output
