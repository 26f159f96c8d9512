"""Reading roster files: what hospitals export, what Excel does to it, and what somebody does on purpose."""

import io
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aftercare.directory.adapters.roster_file import RosterFile
from aftercare.directory.domain.columns import COLUMNS, read_header
from aftercare.directory.domain.line import ReadLine, RosterLine, RosterRules, read_line
from aftercare.directory.domain.places import Places
from aftercare.directory.domain.reach import ChannelKind, email_address, phone_number
from aftercare.directory.domain.roles import RoleGroup, RoleTable
from aftercare.directory.domain.text import comparable, slug
from aftercare.directory.domain.values import identifiers
from aftercare.programme.loader import load_organisation
from aftercare.schemas import staff

RULES = RosterRules(
    Places(load_organisation("demo-organisation")), RoleTable(), frozenset(available_timezones()), "+44"
)
HEADER = "employee_number,given_name,family_name,email,site,unit\n"
ANNA = "1001,Zoë,Müller,zoe@hospital.example,Rivermouth North,icu\n"


def read(data: bytes | str, encoding: str | None = None) -> tuple[RosterFile, list[ReadLine]]:
    file = RosterFile(io.BytesIO(data.encode() if isinstance(data, str) else data), encoding)
    return file, [line for chunk in file.chunks(RULES, 100) for line in chunk]


def person(columns: dict[str, str]) -> ReadLine:
    stated = {"employee_number": "1", "family_name": "Quill", "email": "q@hospital.example"} | columns
    return read_line(2, list(stated.values()), read_header(list(stated)), RULES)


def codes(line: ReadLine) -> list[str]:
    return [issue.code for issue in line.issues]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_usual_export_reads_the_same(encoding: str, delimiter: str) -> None:
    _, [line] = read((HEADER + ANNA).replace(",", delimiter).encode(encoding))
    assert line.person is not None
    assert (line.person.given_name, line.person.family_name) == ("Zoë", "Müller")
    assert (line.person.site, line.person.unit, line.person.zone) == ("north", "north-icu", "Europe/London")


def test_a_guessed_character_set_is_said() -> None:
    file, _ = read((HEADER + ANNA).encode("cp1252"))
    assert [issue.code for issue in file.layout.issues] == ["encoding-guessed"]


def test_excels_separator_line_is_understood() -> None:
    _, [line] = read("sep=;\r\n" + (HEADER + ANNA).replace(",", ";").replace("\n", "\r\n"))
    assert (line.line, line.person is not None) == (3, True)


def test_german_headings_are_known() -> None:
    _, [line] = read("Personalnummer;Vorname;Nachname;E-Mail;Standort\n7;Jörg;Weiß;j@hospital.example;north\n")
    assert line.person is not None
    assert line.person.family_name == "Weiß"


def test_a_file_without_the_needed_headings_is_not_read() -> None:
    file, _ = read("a,b\n1,2\n")
    assert [issue.code for issue in file.layout.issues if issue.is_error] == ["column-missing", "column-missing"]


@pytest.mark.parametrize("data", [b"", b"\n\n\n", b"\x00\x01\x02", b"PK\x03\x04" + bytes(range(256)), b'"' * 5000])
def test_what_is_no_roster_is_refused_and_nothing_breaks(data: bytes) -> None:
    file, lines = read(data)
    assert not file.layout.is_readable
    assert [line for line in lines if line.person] == []


def test_a_quotation_mark_that_is_not_closed_is_found_at_its_line() -> None:
    _, lines = read(
        HEADER + ANNA + '1002,"Bo,Tarn,b@hospital.example,north,\n' + "1003,Cy,Oak,c@hospital.example,north,\n"
    )
    assert lines[0].person is not None
    assert lines[1].person is None
    assert (lines[1].line, codes(lines[1])) == (3, ["line-break"])


def test_a_file_that_ends_inside_a_giant_value_is_cut_off_there() -> None:
    file, lines = read(HEADER + ANNA + '1002,"' + "x" * 200_000)
    assert file.cut_off is not None
    assert file.cut_off.line == 3
    assert [line.line for line in lines if line.person] == [2]


def test_more_values_than_columns_are_an_error() -> None:
    _, [line] = read(HEADER + ANNA.strip() + ",surplus\n")
    assert codes(line) == ["too-many-values"]


def test_a_line_break_in_an_address_never_gets_through() -> None:
    _, [line] = read(HEADER + '1,A,Quill,"q@hospital.example\nBcc: all@hospital.example",north,\n')
    assert line.person is None


@pytest.mark.parametrize("column", sorted(set(COLUMNS) - {"employee_number"}))
@pytest.mark.parametrize("poison", ["\x00", "\x1b[31m", "\u2028", "x" * 501])
def test_unreadable_values_are_refused_in_every_column(column: str, poison: str) -> None:
    line = person({column: f"a{poison}b"})
    assert line.person is None
    assert line.issues[0].column == column


def test_a_spelling_that_the_pack_does_not_know_costs_nobody_their_place() -> None:
    line = person({"site": "Atlantis", "unit": "ICU", "role": "Wizard", "zone": "Mars/Base", "language": "klingon!"})
    assert line.person is not None
    assert line.person.role_group is RoleGroup.OTHER
    assert sorted(codes(line)) == ["not-a-language", "not-a-zone", "role-unknown", "site-unknown"]


def test_issues_never_show_a_value_unless_it_is_asked_for() -> None:
    line = person({"email": "not an address", "mobile": "12", "status": "perhaps"})
    told = " ".join(issue.sentence() for issue in line.issues) + repr(line.issues)
    assert "not an address" not in told
    assert "perhaps" not in told.replace("Write active or leaver", "")
    assert {issue.value for issue in line.issues} - {None} == {"not an address", "12", "perhaps"}


def test_a_person_is_not_shown_by_accident() -> None:
    line = person({"given_name": "Secret", "mobile": "+447700900123", "identifiers": "inc|A-1"}).person
    assert line is not None
    for word in ("Secret", "Quill", "7700900123", "A-1", "q@hospital"):
        assert word not in repr(line)


@pytest.mark.parametrize(
    ("title", "group"),
    [
        ("Staff Nurse, ICU", RoleGroup.NURSE),
        ("Student nurse", RoleGroup.STUDENT),
        ("Assistenzärztin Chirurgie", RoleGroup.RESIDENT),
        ("Resident Physician", RoleGroup.RESIDENT),
        ("Pharmacy Technician", RoleGroup.TECHNICIAN),
        ("Oberärztin", RoleGroup.DOCTOR),
        ("facilities", RoleGroup.FACILITIES),
    ],
)
def test_titles_fall_into_coarse_groups(title: str, group: RoleGroup) -> None:
    assert RoleTable().group(title) is group


def test_the_hospital_can_add_titles() -> None:
    assert RoleTable({"Wizard": "technician"}).group("Senior wizard") is RoleGroup.TECHNICIAN
    with pytest.raises(ValueError, match="sorcerer"):
        RoleTable({"Wizard": "sorcerer"})


def test_words_of_the_domain_are_the_contracts_words() -> None:
    assert {each.value for each in RoleGroup} == {each.value for each in staff.RoleGroup}
    assert {each.value for each in ChannelKind} == {each.value for each in staff.ChannelKind}


def test_channels_stand_in_the_persons_order_without_what_they_opted_out_of() -> None:
    line = person({"mobile": "07700 900123", "channels": "sms; email", "opt_out": "call"}).person
    assert line is not None
    assert line.channels() == (ChannelKind.SMS, ChannelKind.EMAIL)


@pytest.mark.parametrize(
    ("stated", "number"),
    [
        ("07700 900123", "+447700900123"),
        ("+44 (0)7700 900-123", "+447700900123"),
        ("0049 30 12345678", "+493012345678"),
        ("900123", None),
        ("+12", None),
    ],
)
def test_phone_numbers_are_made_ones_that_can_be_called(stated: str, number: str | None) -> None:
    assert phone_number(stated, "+44") == number


def test_a_national_number_is_not_guessed_without_a_country() -> None:
    assert phone_number("07700 900123", None) is None


@pytest.mark.parametrize("address", ["a@b", "a b@c.de", "a@b.de,c@d.de", "a@b.de\n", "<a@b.de>", "@b.de", "a@-b.de"])
def test_what_no_mail_server_takes_is_no_address(address: str) -> None:
    assert email_address(address) is None


def test_identifiers_may_hold_bars_in_their_system() -> None:
    found, _ = identifiers("urn:a|b|7; https://fhir.example|Practitioner/7")
    assert found is not None
    assert [(each.system, each.kind, each.value) for each in found] == [
        ("urn:a|b", "identifier", "7"),
        ("https://fhir.example", "reference", "Practitioner/7"),
    ]


@given(st.text(max_size=60))
@example("𝕊")
@example("ẞ")
@example("İ")
def test_folding_a_name_twice_changes_nothing(name: str) -> None:
    once = comparable(name)
    assert comparable(once) == once
    assert slug(name) is None or slug(slug(name) or "") == slug(name)


@settings(max_examples=150)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    _, lines = read(HEADER.encode() + data)
    assert all(line.person or line.issues for line in lines)


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(sorted(COLUMNS)), CELL))
def test_every_line_ends_as_a_person_or_with_a_reason(cells: dict[str, str]) -> None:
    line = read_line(2, list(cells.values()), read_header(list(cells)), RULES)
    assert line.person is not None or any(issue.is_error for issue in line.issues)
    assert all(issue.line == 2 and issue.what and issue.do for issue in line.issues)


NAME = st.text(st.characters(categories=["L"], codec="utf-8"), min_size=1, max_size=20)


@settings(max_examples=100)
@given(NAME, NAME, st.sampled_from(",;\t|"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_names_come_through_every_export_unchanged(given_: str, family: str, delimiter: str, encoding: str) -> None:
    text = f"employee_number{delimiter}given_name{delimiter}family_name\n1{delimiter}{given_}{delimiter}{family}\n"
    _, [line] = read(text.encode(encoding))
    assert isinstance(line.person, RosterLine)
    assert (line.person.given_name, line.person.family_name) == (given_, family)


def test_the_example_roster_is_good_and_shows_what_it_should() -> None:
    file = RosterFile((Path(__file__).parents[1] / "examples" / "roster.csv").open("rb"))
    lines = [line for chunk in file.chunks(RULES, 100) for line in chunk]
    people = [line.person for line in lines if line.person]
    assert [issue.sentence() for line in lines for issue in line.issues] == []
    assert len(people) == 60
    assert {one.site for one in people} == {"north", "south"}
    assert {one.language for one in people} == {"en", "de"}
    assert {one.email.rpartition("@")[2] for one in people if one.email} == {"hospital.example"}
    assert sum((one.email or "").startswith("bounce") for one in people) == 1
    icu = [one.role_group for one in people if one.unit == "north-icu"]
    assert icu.count(RoleGroup.NURSE) >= 2
    assert RoleGroup.RESIDENT in icu
    assert [one for one in people if one.leaver]
