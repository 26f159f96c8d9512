"""A pack that would leave somebody without help is refused, with line and field."""

import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from aftercare.programme import PackError, load_organisation, load_programme, shipped_packs
from aftercare.programme import loader as loader_module
from aftercare.programme.clock_loader import shipped_clock_packs
from aftercare.programme.reading import read_page

PACKS = Path(loader_module.__file__).parent / "packs"


def generic() -> dict[str, Any]:
    pack: dict[str, Any] = yaml.safe_load((PACKS / "generic.yaml").read_text())
    return pack


def organisation() -> dict[str, Any]:
    pack: dict[str, Any] = yaml.safe_load((PACKS / "demo-organisation.yaml").read_text())
    return pack


def refused(tmp_path: Path, pack: dict[str, Any]) -> str:
    path = tmp_path / "pack.yaml"
    path.write_text(yaml.safe_dump(pack, sort_keys=False))
    with pytest.raises(PackError) as caught:
        (load_organisation if "sites" in pack else load_programme)(path)
    return str(caught.value)


def test_the_shipped_packs_load() -> None:
    assert shipped_packs() == ["clock-scenarios-organisation", "demo-organisation", "generic"]
    assert load_programme("generic").name == "generic"
    assert len(load_organisation("demo-organisation").sites) == 2


def test_the_default_ladder_is_mail_then_sms_then_a_human() -> None:
    outreach = load_programme("generic").outreach
    offer = [(rung.channel.value, rung.after.total_seconds() / 60) for rung in outreach.offer.rungs]
    assert offer == [("email", 0), ("sms", 60)]
    assert outreach.offer.human_after.total_seconds() == 2 * 3600
    urgent = [(rung.channel.value, rung.after.total_seconds()) for rung in outreach.urgent.rungs]
    assert urgent == [("email", 0), ("sms", 0)]
    assert outreach.urgent.human_after.total_seconds() == 600


def test_no_number_of_our_own_claims_to_be_verified() -> None:
    matching = load_programme("generic").matching
    for promise in (matching.accept_by_day, matching.accept_by_night):
        assert promise.source
        assert not promise.verified


def test_every_coordinators_address_in_the_demo_is_nobodys() -> None:
    demo = load_organisation("demo-organisation")
    assert len(demo.coordinators) == 3
    assert all(one.email.endswith("@example.org") for one in demo.coordinators)


@pytest.mark.parametrize("site", ["north", "south", "somewhere-else", None])
def test_somebody_is_always_on_call(site: str | None) -> None:
    assert load_organisation("demo-organisation").ladder(site)


def test_a_ladder_without_rungs_is_refused(tmp_path: Path) -> None:
    pack = generic()
    pack["outreach"]["offer"]["rungs"] = []
    assert "outreach.offer.rungs: a ladder needs at least one rung" in refused(tmp_path, pack)


def test_a_human_before_the_last_rung_is_refused(tmp_path: Path) -> None:
    pack = generic()
    pack["outreach"]["offer"]["human_after"] = "PT10M"
    assert "outreach.offer.human_after" in refused(tmp_path, pack)


def test_a_language_without_crisis_line_or_title_is_refused(tmp_path: Path) -> None:
    pack = generic()
    pack["languages"].append("fr")
    told = refused(tmp_path, pack)
    assert "title: add the title in fr" in told
    assert "crisis_lines.0.label: add the label in fr" in told


def test_a_night_longer_than_the_watch_on_unsent_offers_is_refused(tmp_path: Path) -> None:
    pack = generic()
    pack["coordination"]["unsent_after"] = "PT6H"
    assert "coordination.unsent_after" in refused(tmp_path, pack)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("zone", "Europe/Atlantis", "sites.0.zone: Europe/Atlantis is not an IANA time zone"),
        ("holidays", "XX-YY", "sites.0.holidays: XX-YY is not a known calendar"),
        ("code", "south", "south is the site code twice"),
        ("code", "Not A Slug", "sites.0.code"),
        (
            "jurisdiction",
            "atlantis",
            "sites.0.jurisdiction: there is no clock pack atlantis: write your own beside this",
        ),
        ("jurisdiction", "englnd", "or use one of canada, candor, code-lavender, crp-metrics, england, "),
    ],
)
def test_a_site_that_cannot_be_is_refused(tmp_path: Path, field: str, value: str, told: str) -> None:
    pack = organisation()
    pack["sites"][0][field] = value
    assert told in refused(tmp_path, pack)


def test_a_site_that_nobody_is_on_call_for_is_refused(tmp_path: Path) -> None:
    pack = organisation()
    pack["coordinators"] = [one for one in pack["coordinators"] if one.get("sites") == ["north"]]
    assert "nobody is on call for site south" in refused(tmp_path, pack)


def test_two_units_that_sources_would_write_alike_are_refused(tmp_path: Path) -> None:
    pack = organisation()
    pack["sites"][0]["units"][1]["known_as"] = ["i c u"]
    assert "icu is the name of a unit twice" in refused(tmp_path, pack)


def test_an_error_names_the_line_it_stands_on(tmp_path: Path) -> None:
    lines = (PACKS / "generic.yaml").read_text().splitlines()
    number = next(index for index, line in enumerate(lines) if "load_cap" in line)
    lines[number] = "  load_cap: many"
    path = tmp_path / "own.yaml"
    path.write_text("\n".join(lines))
    with pytest.raises(PackError, match=rf"own\.yaml line {number + 1}, matching\.load_cap: "):
        load_programme(path)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    pack = organisation()
    for site in pack["sites"]:
        site["zone"] = "Nowhere"
    assert len(refused(tmp_path, pack).splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: generic\nname: twice\n", "this key stands twice"),
        ("name: [generic\n", "line 2: this is not valid YAML"),
        ("", "line 1"),
        ("surprise: 1\n", "line 1, surprise"),
        ("name: &loop [*loop]\n", "line 1, name"),
        ("name: \0\n", "line 1: this is no text in UTF-8"),
        ("a: b\n---\nc: d\n", "line 2: this is not valid YAML"),
    ],
)
def test_a_file_that_is_no_pack_says_so(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text)
    with pytest.raises(PackError, match=told):
        load_programme(path)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_bytes("name: Häuser".encode("latin-1"))
    with pytest.raises(PackError, match="no text in UTF-8"):
        load_programme(path)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("on", "on"),
        ("no", "no"),
        ("10:30", "10:30"),
        ("2026-02-30", "2026-02-30"),
        ("01632960001", "01632960001"),
        ("0", 0),
        ("-12", -12),
        ("1.5", 1.5),
        ("true", True),
        ("~", None),
        ("", None),
        ("'12'", "12"),
    ],
)
def test_words_are_words_and_numbers_are_numbers(tmp_path: Path, written: str, read: object) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"on: {written}\n")
    assert read_page(path).raw == {"on": read}


def test_a_name_that_is_no_pack_lists_those_that_are() -> None:
    with pytest.raises(PackError, match="generic"):
        load_programme("no-such-pack")


def test_the_packs_are_in_the_wheel(tmp_path: Path) -> None:
    from hatchling.builders.wheel import WheelBuilder  # noqa: PLC0415 # a tool of the build, for this test alone

    project = next(folder for folder in Path(__file__).parents if (folder / "pyproject.toml").exists())
    (wheel,) = WheelBuilder(str(project)).build(directory=str(tmp_path), versions=["standard"])
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"aftercare/programme/packs/{pack}.yaml" for pack in shipped_packs()} <= set(names)
    assert {f"aftercare/programme/packs/clocks/{pack}.yaml" for pack in shipped_clock_packs()} <= set(names)
