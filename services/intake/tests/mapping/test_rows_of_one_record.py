"""An incident told in several rows, one per person: nobody who stands in one of them is lost."""

import itertools
from typing import Any

import pytest

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.facts import IncidentReport
from aftercare.intake.domain.mapping.plan import Mappings
from aftercare.intake.domain.mapping.trace import Trace
from aftercare.intake.domain.outcome import Reason
from aftercare.intake.domain.source import Sources

from .conftest import SOURCE, Examine, mapped, mapping_of, refused

EXPORT = """\
mapping: export
version: 1
input: csv
group: Nr
messages:
  - type: incident-reported
    record: {id: Nr}
    unit: Station
    harm: {value: Schaden, codes: {1: low, 2: severe}}
    staff: {each: 'rows[?Person]', value: Person}
    patients: {each: 'rows[?Patient]', value: Patient, harm: {value: Schaden, codes: {1: low, 2: severe}}}
"""
HEADER = "Nr;Station;Schaden;Person;Patient"
ROWS = ["A-1;Ward 7;1;N-1;P-1", "A-1;Ward 7;2;N-2;P-2", "A-1;;;N-3;"]
OTHER = "A-2;Ward 7;1;N-1;"
UNGROUPED = EXPORT.replace("group: Nr\n", "").replace("each: 'rows[?Person]', ", "").split("    patients")[0]


def csv(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def report_of(one: Any) -> IncidentReport:
    fact = mapped(one).fact
    assert isinstance(fact, IncidentReport)
    return fact


def named(one: Any) -> list[str]:
    return sorted(each.person.value for each in report_of(one).staff)


def test_everybody_of_an_incident_in_several_rows_is_in_its_one_record(examine: Examine) -> None:
    one, other = examine(EXPORT, csv(*ROWS, OTHER))
    assert (named(one), named(other)) == (["N-1", "N-2", "N-3"], ["N-1"])
    assert [(each.value, each.harm) for each in report_of(one).patients] == [("P-1", "low"), ("P-2", "severe")]
    assert (mapped(one).doubts, mapped(other).doubts) == ((), ())


def test_rows_that_differ_give_all_their_values_and_the_worst_harm_counts(examine: Examine) -> None:
    [one] = examine(EXPORT, csv(*ROWS))
    details = report_of(one).details
    assert (details.unit, details.harm) == ("ward-7", "severe")
    [two_places] = examine(EXPORT, csv(ROWS[0], "A-1;Ward 8;1;N-2;"))
    assert mapped(two_places).doubts == ("gave-a-list:unit",)
    assert named(two_places) == ["N-1", "N-2"]


@pytest.mark.parametrize("order", list(itertools.permutations([*ROWS, OTHER]))[1::5])
def test_rows_of_one_record_are_found_wherever_they_stand_and_are_the_same_version(
    examine: Examine, order: tuple[str, ...]
) -> None:
    told = {mapped(one).identity.id: one for one in examine(EXPORT, csv(*order))}
    sorted_one, _ = examine(EXPORT, csv(*ROWS, OTHER))
    assert {name: named(one) for name, one in told.items()} == {"A-1": ["N-1", "N-2", "N-3"], "A-2": ["N-1"]}
    assert mapped(told["A-1"]).body_hash == mapped(sorted_one).body_hash


def test_another_person_in_a_row_is_another_version(examine: Examine) -> None:
    [one] = examine(EXPORT, csv(*ROWS))
    [more] = examine(EXPORT, csv(*ROWS, "A-1;;;N-4;"))
    assert mapped(one).body_hash != mapped(more).body_hash


def test_a_row_that_can_not_be_told_to_a_record_is_kept_and_told(examine: Examine) -> None:
    lost, one = examine(EXPORT, csv(ROWS[0], ";Ward 7;1;N-9;"))
    assert (refused(lost).reason, refused(lost).detail) == (
        Reason.MISSING_FIELD,
        "group: the expression gives nothing in this record",
    )
    assert named(one) == ["N-1"]


def test_records_of_a_list_are_grouped_by_several_fields_too(examine: Examine) -> None:
    mapping = EXPORT.replace("input: csv\ngroup: Nr", "records: all\ngroup: '[Haus, Nr]'")
    mapping = mapping.replace("{id: Nr}", "{id: \"join('-', [Haus, Nr])\"}")
    rows = [{"Haus": haus, "Nr": "1", "Person": who} for haus, who in (("A", "N-1"), ("B", "N-2"), ("A", "N-3"))]
    one, other = examine(mapping, {"all": rows})
    assert (mapped(one).identity.id, named(one)) == ("A-1", ["N-1", "N-3"])
    assert (mapped(other).identity.id, named(other)) == ("B-1", ["N-2"])


def test_lines_of_json_are_grouped_like_rows(examine: Examine) -> None:
    lines = b'{"Nr": "A-1", "Person": "N-1"}\n{"Nr": "A-2", "Person": "N-2"}\n{"Nr": "A-1", "Person": "N-3"}\n'
    one, other = examine(EXPORT.replace("input: csv\n", ""), lines)
    assert (named(one), named(other)) == (["N-1", "N-3"], ["N-2"])


def test_columns_that_are_not_there_are_told_within_rows_too(examine: Examine) -> None:
    [one] = examine(EXPORT.replace("value: Person", "value: Persn"), csv(*ROWS))
    assert mapped(one).doubts == ("no-column:staff.value", "person-without-identity:staff")
    [lost] = examine(EXPORT.replace("group: Nr", "group: Nummer"), csv(ROWS[0]))
    assert refused(lost).reason is Reason.MISSING_FIELD


def test_a_record_that_comes_twice_in_one_body_is_never_silent(examine: Examine) -> None:
    one, two, other = examine(UNGROUPED, csv(ROWS[0], ROWS[1], OTHER))
    assert [mapped(each).doubts for each in (one, two, other)] == [(), ("repeated-record",), ()]
    listed = UNGROUPED.replace("input: csv\n", "")
    first, again = examine(listed, [{"Nr": "A-1", "Schaden": "2", "Person": one} for one in ("N-1", "N-2")])
    assert [mapped(each).doubts for each in (first, again)] == [(), ("repeated-record",)]


def test_the_same_row_twice_and_versions_of_a_record_are_no_doubt(examine: Examine) -> None:
    assert [mapped(each).doubts for each in examine(UNGROUPED, csv(ROWS[0], ROWS[0]))] == [(), ()]
    versions = UNGROUPED.replace("{id: Nr}", "{id: Nr, version: Schaden}")
    assert [mapped(each).doubts for each in examine(versions, csv(ROWS[0], ROWS[1]))] == [(), ()]


def test_the_trace_of_a_repeated_record_stays_with_it() -> None:
    trace = Trace()
    door = Door(Sources((SOURCE,)), mappings=Mappings({"wardlog": [mapping_of(UNGROUPED)]}), trace=trace)
    first, again = door.examine(Delivery(csv(ROWS[0], ROWS[1]), source="wardlog"))
    became = [{line.name: line.became for line in trace.of(one.ending)} for one in (first, again)]
    assert [names["staff[0].value"] for names in became] == ["N-1", "N-2"]


def test_a_cell_with_several_people_is_split_in_each_of_the_rows(examine: Examine) -> None:
    both = EXPORT.replace("each: 'rows[?Person]', value: Person", "each: \"split(Person, '/')\", value: '@'")
    [one] = examine(both, csv("A-1;;;N-1/N-2;", "A-1;;;N-3;"))
    assert named(one) == ["N-1", "N-2", "N-3"]


def test_the_same_person_added_by_two_rows_that_differ_elsewhere_is_no_doubt(examine: Examine) -> None:
    adding = UNGROUPED.replace("incident-reported", "staff-involved-added").replace("record: {id: Nr}", "incident: Nr")
    adding = adding[: adding.index("    unit:")] + "    staff: {value: Person}\n"
    found = examine(adding, csv("A-1;Ward 7;1;N-1;P-1", "A-1;Ward 7;1;N-1;P-2"))
    assert [mapped(one).doubts for one in found] == [(), ()]


def test_several_people_where_a_mapping_looks_for_one_are_asked_for_and_not_forgotten(examine: Examine) -> None:
    single = EXPORT.replace("each: 'rows[?Person]', ", "") + "    reporter: {value: Melder}\n"
    [one] = examine(single, csv(*(f"{row};N-9" for row in ROWS)).replace(b"Patient", b"Patient;Melder", 1))
    assert named(one) == ["N-9"]
    assert mapped(one).doubts == ("gave-a-list:staff.value", "person-without-identity:staff")
    assert report_of(one).unnamed_staff == 1
