"""A roster on real databases: what is imported, what is published, who leaves."""

from typing import Any

import pytest

pytestmark = pytest.mark.real
World = Any

HEADER = "employee_number,given_name,family_name,email,mobile,language,role,site,unit,manager,identifiers,status\n"
ANNA = "1001,Anna,Quill,anna.quill@hospital.example,07700 900123,en,Staff nurse,north,ICU,2001,inc|A-1,active\n"
BO = "1002,Bo,Tarn,bo.tarn@hospital.example,,de,Resident,north,ICU,2001,inc|A-2;inc|A-3,active\n"
BOSS = "2001,Mo,Field,mo.field@hospital.example,,en,Ward manager,north,ICU,,,active\n"
ALL = HEADER + ANNA + BO + BOSS


async def test_everybody_on_the_roster_is_described_without_name_or_address(world: World) -> None:
    report = await world.roster(ALL)
    events = await world.published()
    assert (report.state, report.counts.added, report.counts.refused) == ("done", 3, 0)
    by_person = {key: value for kind, key, value in events if kind == "described"}
    anna = by_person[await world.token_of("1001")]
    assert anna["manager"] == await world.token_of("2001")
    assert (anna["role_group"], anna["site"], anna["unit"]) == ("nurse", "north", "north-icu")
    assert (anna["zone"], anna["languages"], anna["revision"]) == ("Europe/London", ["en"], 1)
    assert anna["channels"] == ["email", "sms", "call"]
    assert len(by_person[await world.token_of("1002")]["identifiers"]) == 2


async def test_the_same_file_again_publishes_nothing(world: World) -> None:
    await world.roster(ALL)
    await world.published()
    again = await world.roster(ALL)
    assert (again.counts.unchanged, again.counts.changed, again.counts.added) == (3, 0, 0)
    assert await world.published() == []


async def test_a_new_address_changes_the_contact_and_publishes_nothing(world: World) -> None:
    await world.roster(ALL)
    await world.published()
    report = await world.roster(ALL.replace("anna.quill@", "anna.marsh@"))
    assert report.counts.changed == 1
    assert await world.published() == []


async def test_who_is_missing_from_a_full_file_leaves(world: World) -> None:
    await world.roster(ALL)
    gone = await world.token_of("1002")
    await world.published()
    report = await world.roster(HEADER + ANNA + BOSS, full=True, allow_mass_leave=True)
    assert report.counts.left_count == 1
    assert await world.published() == [("removed", gone, None)]


async def test_a_cut_off_full_file_makes_nobody_leave(world: World) -> None:
    await world.roster(ALL)
    await world.published()
    report = await world.roster(HEADER + ANNA, full=True)
    assert report.state == "refused"
    assert "mass-leave" in report.by_code
    assert await world.published() == []


async def test_a_full_file_with_an_unreadable_line_makes_nobody_leave(world: World) -> None:
    await world.roster(ALL)
    await world.published()
    report = await world.roster(HEADER + ANNA + BOSS + ",Bo,Tarn,,,,,,,,,\n", full=True, allow_mass_leave=True)
    assert report.counts.left_count == 0
    assert await world.published() == []


async def test_a_line_in_error_is_not_a_person_who_left(world: World) -> None:
    await world.roster(ALL)
    await world.published()
    report = await world.roster(HEADER + ANNA + BO.replace("active", "perhaps") + BOSS, full=True)
    assert (report.counts.refused, report.counts.left_count) == (1, 0)
    assert await world.published() == []


async def test_who_comes_back_is_the_same_person_with_a_higher_revision(world: World) -> None:
    await world.roster(ALL)
    bo = await world.token_of("1002")
    await world.roster(HEADER + BO.replace("active", "leaver"), allow_mass_leave=True)
    await world.published()
    await world.roster(HEADER + BO)
    [(kind, key, value)] = await world.published()
    assert (kind, key) == ("described", bo)
    assert value is not None
    assert value["revision"] == 2


async def test_good_lines_are_imported_although_others_are_bad(world: World) -> None:
    bad = "1003,Cy,,cy@hospital.example,,en,Nurse,north,ICU,,,active\n"
    report = await world.roster(HEADER + ANNA + bad + BOSS)
    assert (report.counts.added, report.counts.refused) == (2, 1)
    [issue] = [issue for issue in report.issues if issue.is_error]
    assert (issue.line, issue.column) == (3, "family_name")


async def test_strict_imports_nothing_when_one_line_is_bad(world: World) -> None:
    report = await world.roster(HEADER + ANNA + BO.replace("1002", "1001"), strict=True)
    assert report.state == "refused"
    assert await world.rows("select 1 from person") == []


async def test_a_dry_run_changes_nothing(world: World) -> None:
    report = await world.roster(ALL, dry_run=True)
    assert report.counts.added == 3
    assert await world.rows("select 1 from person") == []
    assert await world.published() == []


async def test_two_people_with_one_identifier_are_both_named_and_not_imported(world: World) -> None:
    report = await world.roster(HEADER + ANNA + BO.replace("A-2", "A-1") + BOSS)
    found = [(issue.line, issue.lines) for issue in report.issues if issue.code == "identifier-twice"]
    assert found == [(2, (3,)), (3, (2,))]
    assert report.counts.added == 1


async def test_an_identifier_moves_when_the_file_gives_it_to_another(world: World) -> None:
    await world.roster(ALL)
    await world.published()
    report = await world.roster(HEADER + ANNA.replace("A-1", "A-2") + BO.replace("A-2;", "") + BOSS)
    assert report.counts.refused == 0
    events = {key: value for _, key, value in await world.published()}
    anna, bo = await world.token_of("1001"), await world.token_of("1002")
    assert len(events[anna]["identifiers"]) == len(events[bo]["identifiers"]) == 1
    assert events[anna]["identifiers"] != events[bo]["identifiers"]


async def test_an_identifier_of_somebody_else_is_refused(world: World) -> None:
    await world.roster(ALL)
    stolen = "1009,Di,Moss,di@hospital.example,,en,Nurse,north,ICU,,inc|A-1,active\n"
    report = await world.roster(HEADER + stolen)
    assert [issue.code for issue in report.issues] == ["identifier-taken"]


async def test_a_contract_that_ends_today_still_counts_today(world: World, clock: Any) -> None:
    header = HEADER.replace("status", "status,valid_until")
    await world.roster(header + ANNA.strip() + ",2026-03-02\n")
    [(kind, *_)] = await world.published()
    assert kind == "described"
