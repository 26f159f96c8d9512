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
