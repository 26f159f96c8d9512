"""What an engineer's slip could lose in silence is refused when the file is read, or told as a doubt."""

from typing import Any

import pytest

from aftercare.intake.adapters.mapping.problems import MappingError
from aftercare.intake.domain.facts import IncidentReport

from .conftest import MELDE, Examine, mapped, mapping_of

BETEILIGTE = (
    '<Person rolle="arzt" nr="N-1">Anna Ahorn</Person>',
    '<Person rolle="pflege" nr="N-2">Bruno Buche</Person>',
    '<Person rolle="patient">Berta Beispiel</Person>',
)


def xml(*people: str, station: str = "<Station>Ward 7</Station>") -> bytes:
    joined = "".join(people)
    return f"<Meldung><Nr>A-1</Nr>{station}<Beteiligte>{joined}</Beteiligte></Meldung>".encode()


def report_of(one: Any) -> IncidentReport:
    fact = mapped(one).fact
    assert isinstance(fact, IncidentReport)
    return fact


def named(one: Any) -> list[str]:
    return [each.person.value for each in report_of(one).staff]


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (
            'Status != "storniert"',
            """6:21: messages.0.when: "storniert" is a field of that name; did you mean the text""",
        ),
        ('Tags[?@ == "x y"]', "did you mean the text 'x y'?"),
        ('contains(Tags, "storniert")', "did you mean the text 'storniert'?"),
        ('starts_with(Status, "st")', "did you mean the text 'st'?"),
        ("'\"storniert\" == Status'", "did you mean the text 'storniert'?"),
    ],
)
def test_a_name_where_a_text_is_meant_is_refused_before_it_can_take_a_record_for_another(
    words: str, advice: str
) -> None:
    with pytest.raises(MappingError) as told:
        mapping_of(MELDE.replace("    record:", f"    when: {words}\n    record:"))
    assert advice in str(told.value)


@pytest.mark.parametrize(
    "words",
    ["'\"staff no\" == ''N-1'''", "'Melder.\"staff no\" == `1`'", "'contains(\"staff no\", ''N'')'", 'Nr == @."x y"'],
)
def test_a_name_that_needs_its_quotes_keeps_them(words: str) -> None:
    assert mapping_of(MELDE.replace("    record:", f"    when: {words}\n    record:")).messages[0].when is not None


@pytest.mark.parametrize("count", [0, 1, 2])
def test_of_an_xml_list_every_person_is_found_though_one_alone_is_no_list(examine: Examine, count: int) -> None:
    [one] = examine(MELDE, xml(*BETEILIGTE[:count]))
    assert named(one) == ["N-1", "N-2"][:count]
    [alike] = examine(MELDE, xml(*BETEILIGTE[:count], BETEILIGTE[2]))
    assert named(alike) == named(one)


@pytest.mark.parametrize("each", ["Person[*]", "Person[]", "Person", "Person[:5]", 'Person | [?"@nr"]', "[Person][]"])
def test_every_way_to_go_through_a_list_goes_through_one_thing_too(examine: Examine, each: str) -> None:
    mapping = MELDE.replace("Person[?\"@rolle\" != 'patient']", each)
    [one] = examine(mapping, xml(BETEILIGTE[0]))
    assert named(one) == ["N-1"]
    [two] = examine(mapping, xml(*BETEILIGTE[:2]))
    assert named(two) == ["N-1", "N-2"]


def test_people_below_an_element_that_stands_twice_are_found_in_both(examine: Examine) -> None:
    again = f"</Beteiligte><Beteiligte>{BETEILIGTE[1]}"
    [one] = examine(MELDE, xml(BETEILIGTE[0], again))
    assert named(one) == ["N-1", "N-2"]


def test_a_form_field_that_stands_once_is_a_list_of_one(examine: Examine) -> None:
    form = MELDE.replace("input: xml", "input: form").replace("Meldung.Nr", "Nr").replace("Meldung.Station", "Station")
    form = form.replace("each: Meldung.Beteiligte.Person[?\"@rolle\" != 'patient']", "each: Person[?@ != 'N-9']")
    form = form.replace("'\"@nr\"'", '"@"').replace("      display: '\"#text\"'\n", "")
    for body, people in ((b"Nr=A-1&Person=N-1", ["N-1"]), (b"Nr=A-1&Person=N-1&Person=N-2", ["N-1", "N-2"])):
        [one] = examine(form, body, content_type="application/x-www-form-urlencoded")
        assert named(one) == people


def test_text_is_text_whether_or_not_attributes_stand_beside_it(examine: Examine) -> None:
    bare = MELDE.replace("[?\"@rolle\" != 'patient']", "")
    [one] = examine(bare, xml("<Person>Anna Ahorn</Person>", '<Person rolle="arzt">Bruno Buche</Person>'))
    assert named(one) == ["Anna Ahorn", "Bruno Buche"]


def test_somebody_of_whom_neither_identifier_nor_name_comes_out_is_a_doubt(examine: Examine) -> None:
    [one] = examine(MELDE, xml(BETEILIGTE[0], '<Person rolle="pflege"/>'))
    assert (named(one), "person-without-identity:staff" in mapped(one).doubts) == (["N-1"], True)
    [nobody] = examine(MELDE, xml('<Person rolle="pflege"/>'))
    assert (named(nobody), mapped(nobody).doubts) == ([], ("person-without-identity:staff",))
    [whole] = examine(MELDE, xml(*BETEILIGTE[:2]))
    assert mapped(whole).doubts == ()


def test_staff_who_stand_there_unnamed_are_counted_so_that_people_are_asked_who_they_were(examine: Examine) -> None:
    reporting = MELDE + "    reporter: {value: Meldung.Melder}\n"
    [one] = examine(reporting, xml('<Person rolle="pflege"/>' * 2, station="<Melder>N-9</Melder>"))
    assert (named(one), report_of(one).unnamed_staff) == (["N-9"], 2)
    [some] = examine(reporting, xml(BETEILIGTE[0], '<Person rolle="x"/>', station="<Melder>N-9</Melder>"))
    assert (named(some), report_of(some).unnamed_staff) == (["N-1", "N-9"], 1)
    [alone] = examine(reporting, xml(station="<Melder>N-9</Melder>"))
    assert (named(alone), report_of(alone).unnamed_staff) == (["N-9"], 0)


def test_a_count_that_is_greater_than_those_named_says_that_there_were_others(examine: Examine) -> None:
    counting = MELDE + "    staff_count: Meldung.Anzahl\n"
    for anzahl, unnamed in (("3", 2), ("1", 0), ("0", 0)):
        [one] = examine(counting, xml(BETEILIGTE[0], station=f"<Anzahl>{anzahl}</Anzahl>"))
        assert report_of(one).unnamed_staff == unnamed
    [words] = examine(counting, xml(BETEILIGTE[0], station="<Anzahl>some</Anzahl>"))
    assert (report_of(words).unnamed_staff, mapped(words).doubts) == (0, ("unknown-code:staff_count",))


def test_each_patient_of_a_record_may_have_harm_of_their_own(examine: Examine) -> None:
    codes = "codes: {1: low, 2: severe}"
    mapping = MELDE + (
        "    harm: {value: Meldung.Patient.Schaden, " + codes + "}\n"
        "    patients: {each: Meldung.Patient, value: Nr, kind: {always: patient}, harm: {value: Schaden, "
        + codes
        + "}}\n"
    )
    patients = "<Patient><Nr>P-1</Nr><Schaden>1</Schaden></Patient><Patient><Nr>P-2</Nr><Schaden>2</Schaden></Patient>"
    [one] = examine(mapping, xml(station=patients))
    report = report_of(one)
    assert [(each.value, each.harm) for each in report.patients] == [("P-1", "low"), ("P-2", "severe")]
    assert report.details.harm == "severe"


@pytest.mark.parametrize(
    ("wrong", "exact"),
    [("#text", """'"#text"'"""), ("@nr", """'"@nr"'"""), ('"@nr"', """'"@nr"'"""), ('"staff no"', """'"staff no"'""")],
)
def test_a_name_that_yaml_or_jmespath_takes_for_something_else_is_told_as_it_must_be_written(
    wrong: str, exact: str
) -> None:
    with pytest.raises(MappingError) as told:
        mapping_of(MELDE.replace("""display: '"#text"'""", f"display: {wrong}"))
    assert "melde" not in str(told.value)
    assert str(told.value).startswith("wardlog.yaml:11:")
    assert f"write {exact}" in str(told.value)


@pytest.mark.parametrize(
    ("line", "exact"),
    [
        ("""unit: "staff no" == 'N'""", """write '"staff no" == ''N'''"""),
        ("unit: @.Station", "write '@.Station'"),
        ("unit: Person.@nr", """write 'Person."@nr"'"""),
        ("unit: Gefährdung", """write '"Gefährdung"'"""),
    ],
)
def test_expressions_that_need_quotes_are_told_with_them(line: str, exact: str) -> None:
    with pytest.raises(MappingError) as told:
        mapping_of(MELDE.replace("unit: Meldung.Station", line))
    assert exact in str(told.value)


@pytest.mark.parametrize("empty", ["", " ~", " null"])
def test_an_empty_expression_is_refused_with_its_line(empty: str) -> None:
    with pytest.raises(MappingError) as told:
        mapping_of(MELDE.replace("unit: Meldung.Station", f"unit:{empty}"))
    assert str(told.value).startswith("wardlog.yaml:7:")
    assert "messages.0.unit: nothing stands here" in str(told.value)
    assert len(str(told.value).splitlines()) == 1


def test_a_list_of_one_is_its_value_and_a_list_of_more_is_a_doubt(examine: Examine) -> None:
    reporting = MELDE + "    reporter: {value: 'Meldung.Melder[].Nr'}\n"
    melder = "<Melder><Nr>N-8</Nr></Melder>"
    [one] = examine(reporting, xml(station=melder))
    assert named(one) == ["N-8"]
    [several] = examine(reporting, xml(station=melder * 2))
    assert (named(several), mapped(several).doubts) == ([], ("gave-a-list:reporter.value",))
    [places] = examine(MELDE, xml(station="<Station>Ward 7</Station><Station>Ward 8</Station>"))
    assert mapped(places).doubts == ("gave-a-list:unit",)
    [inner] = examine(MELDE, xml(station="<Station><Name>Ward 7</Name></Station>"))
    assert mapped(inner).doubts == ("gave-an-object:unit",)
