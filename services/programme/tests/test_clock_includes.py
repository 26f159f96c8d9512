"""Packs that include others: what comes along, what is replaced, and what is said when it can't be."""

from pathlib import Path

import pytest

from aftercare.programme import PackError, load_organisation
from aftercare.programme.clock_loader import load_clock_pack, packs_of, shipped_clock_packs

from .clock_pack_files import a_rule, refused, write

SITE = "{code: hill, name: Hill Hospital, zone: Europe/London, jurisdiction: JURISDICTION}"
ORGANISATION = (
    f"name: Hill\nsites: [{SITE}]\n" + "coordinators: [{code: one, name: Somebody, email: somebody@example.org}]\n"
)


def organisation(folder: Path, jurisdiction: str) -> Path:
    path = folder / "hill-organisation.yaml"
    path.write_text(ORGANISATION.replace("JURISDICTION", jurisdiction))
    return path


def test_the_rules_of_included_packs_come_along(tmp_path: Path) -> None:
    ids = [rule.id for rule in load_clock_pack(write(tmp_path, a_rule(), includes=["england", "trim"])).rules]
    assert {"s-02-first-response", "d-05-contract-notice", "s-14-trauma-interview", "letter"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_scenarios_of_included_packs_stay_with_them(tmp_path: Path) -> None:
    assert load_clock_pack(write(tmp_path, includes=["england"])).scenarios == ()


def test_a_rule_of_the_same_id_takes_the_place_of_the_included_one(tmp_path: Path) -> None:
    ours = a_rule(id="d-07-letter", catalogue="D-07", standing="local")
    rules = load_clock_pack(write(tmp_path, ours, includes=["wales"])).rules
    (letter,) = [rule for rule in rules if rule.id == "d-07-letter"]
    assert letter.title == "The letter is sent within five days"


def test_no_promise_is_replaced_by_one_that_happens_to_have_its_id(tmp_path: Path) -> None:
    told = refused(write(tmp_path, a_rule(id="d-07-letter"), includes=["wales"]))
    assert "rules.0.id: wales has a rule d-07-letter of another row or subject: choose another id" in told


def test_all_shipped_packs_can_be_included_together(tmp_path: Path) -> None:
    names = shipped_clock_packs()
    every = {rule.id for name in names for rule in load_clock_pack(name).rules}
    assert {rule.id for rule in load_clock_pack(write(tmp_path, includes=names)).rules} == every


def test_what_is_not_wanted_does_not_come_along(tmp_path: Path) -> None:
    rules = load_clock_pack(write(tmp_path, includes=["wales"], without=["s-19-findings-told-to-staff"])).rules
    assert "s-19-findings-told-to-staff" not in {rule.id for rule in rules}
    assert "d-07-letter" in {rule.id for rule in rules}


def test_a_pack_beside_the_file_can_be_included(tmp_path: Path) -> None:
    write(tmp_path, a_rule(), name="group")
    assert [rule.id for rule in load_clock_pack(write(tmp_path, includes=["group"])).rules] == ["letter"]


def test_two_packs_that_say_the_same_otherwise_are_told_apart_by_ours(tmp_path: Path) -> None:
    write(tmp_path, a_rule(), name="east")
    write(tmp_path, a_rule(title="The letter is sent some day"), name="west")
    assert "west and east both have a rule letter, not the same: write yours here" in refused(
        write(tmp_path, includes=["east", "west"])
    )
    ours = a_rule(title="The letter is sent by us")
    (letter,) = load_clock_pack(write(tmp_path, ours, includes=["east", "west"])).rules
    assert letter.title == "The letter is sent by us"


def test_packs_that_include_each_other_are_refused(tmp_path: Path) -> None:
    write(tmp_path, a_rule(id="there"), name="there", includes=["own"])
    told = refused(write(tmp_path, a_rule(), includes=["there"]))
    assert told.startswith("there.yaml line ")
    assert told.endswith("includes.0: these packs include each other: own > there > own")


def test_a_pack_that_does_not_exist_is_told_with_line_and_those_that_do(tmp_path: Path) -> None:
    told = refused(write(tmp_path, a_rule(), includes=["generic", "atlantis"]))
    assert "own.yaml line " in told
    assert "includes.1: there is no clock pack atlantis" in told
    assert "victoria, wales" in told


def test_what_is_wrong_in_an_included_pack_is_told_with_its_own_line(tmp_path: Path) -> None:
    write(tmp_path, a_rule(stop={"on": []}), name="group")
    told = refused(write(tmp_path, a_rule(id="ours", side="support"), includes=["group"])).splitlines()
    assert [line.split(" ")[0] for line in told] == ["own.yaml", "group.yaml"]


@pytest.mark.parametrize(
    ("without", "told"),
    [
        ("letter", "without.0: letter is one of the rules here"),
        ("no-such-rule", "without.0: no included pack has a rule no-such-rule"),
    ],
)
def test_leaving_out_what_is_not_there_is_refused(tmp_path: Path, without: str, told: str) -> None:
    assert told in refused(write(tmp_path, a_rule(), includes=["wales"], without=[without]))


def test_no_file_takes_the_name_of_a_shipped_pack(tmp_path: Path) -> None:
    assert "name: england is a shipped pack's name: choose another" in refused(
        write(tmp_path, a_rule(), name="england")
    )


def test_a_name_that_is_no_pack_lists_those_that_are() -> None:
    with pytest.raises(PackError, match=r"no such file.*'generic'.*'wales'"):
        load_clock_pack("atlantis")


def test_a_site_has_the_pack_of_its_jurisdiction(tmp_path: Path) -> None:
    path = organisation(tmp_path, "scotland")
    assert packs_of(load_organisation(path))["hill"] == load_clock_pack("scotland")


def test_a_site_that_says_nothing_has_the_generic_one(tmp_path: Path) -> None:
    path = organisation(tmp_path, "generic")
    path.write_text(path.read_text().replace(", jurisdiction: generic", ""))
    assert packs_of(load_organisation(path))["hill"] == load_clock_pack("generic")


def test_a_site_can_have_a_pack_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, a_rule(), name="hill", includes=["wales"])
    loaded = load_organisation(organisation(tmp_path, "hill"))
    assert packs_of(loaded, tmp_path)["hill"].name == "hill"
    with pytest.raises(PackError, match="site hill: there is no clock pack hill"):
        packs_of(loaded)


def test_a_site_whose_pack_is_nowhere_is_told_at_the_load_of_the_organisation(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"line 2, sites\.0\.jurisdiction: there is no clock pack hill.* generic, "):
        load_organisation(organisation(tmp_path, "hill"))


def test_a_file_that_calls_itself_otherwise_is_not_the_pack(tmp_path: Path) -> None:
    write(tmp_path, a_rule(), name="group").rename(tmp_path / "other.yaml")
    assert "the file other.yaml calls itself group" in refused(write(tmp_path, includes=["other"]))
