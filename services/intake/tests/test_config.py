"""Settings and the file of sources: what is wrong is said in one sentence, without any secret."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from aftercare.intake.bootstrap import wire
from aftercare.intake.config import IntakeSettings, SourcesError, load_sources, places_of
from aftercare.intake.entrypoints.cli import app
from aftercare.kit.settings import SettingsError, load
from aftercare.programme.loader import load_organisation


def test_the_service_is_wired_from_its_environment(settings_environment: dict[str, str], monkeypatch: Any) -> None:
    for name, value in settings_environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AFTERCARE_SOURCE_TOPICS", "aftercare.source, ward.incidents")
    monkeypatch.setenv("AFTERCARE_ORGANISATION", "demo-organisation")
    settings = load(IntakeSettings)
    assert settings.topics == ("aftercare.source", "ward.incidents")
    assert wire(settings).intake.door.places.sites


@pytest.mark.parametrize("name", ["AFTERCARE_RAW_KEY", "AFTERCARE_PATIENT_KEY", "AFTERCARE_IDENTIFIER_KEYS"])
def test_a_key_that_is_none_is_told_without_being_quoted(
    name: str, settings_environment: dict[str, str], monkeypatch: Any
) -> None:
    for each, value in (settings_environment | {name: "k1:hunter2"}).items():
        monkeypatch.setenv(each, value)
    with pytest.raises(SettingsError, match=name) as refused:
        load(IntakeSettings)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("sources: [", "line 1"),
        ("sources:\n  - {name: a, zone: Mars/Olympus}", "IANA"),
        ("sources:\n  - {name: a, harm_scale: sac}", "must be one of"),
        ("sources:\n  - {name: a, colour: red}", "colour"),
        ("sources:\n  - {name: a}\n  - {name: a}", "name of its own"),
        ("sources:\n  - {name: nomination}", "name of its own"),
        ("sources:\n  - {name: Hill Hospital}", "name"),
    ],
)
def test_a_wrong_file_of_sources_is_told_with_its_place(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(content)
    with pytest.raises(SourcesError, match=words):
        load_sources(path)


def test_the_shipped_example_of_sources_is_valid() -> None:
    assert load_sources(Path(__file__).parents[1] / "sources.example.yaml").known


def test_places_are_known_by_every_way_of_writing_them() -> None:
    organisation = load_organisation("demo-organisation")
    site = organisation.sites[0]
    assert places_of(organisation).find([site.name.upper()])[0] == site.code


def test_help_says_what_to_try() -> None:
    result = CliRunner().invoke(app, ["check", "--help"])
    assert result.exit_code == 0
    assert "Try it" in result.output


def test_a_release_wants_to_know_whether_people_may_be_contacted() -> None:
    result = CliRunner().invoke(app, ["parked", "release"])
    assert result.exit_code == 2
    assert "--contact or --books-only" in result.output
