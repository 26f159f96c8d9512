"""The generated files are those that follow from the models, and a broken promise is never written."""

import json
import shutil
from pathlib import Path

import pytest

from aftercare.schemas import generate, history
from aftercare.schemas.answer import AnswerGivenV1
from aftercare.schemas.compatibility import Break
from aftercare.schemas.documents import message_schema
from aftercare.schemas.registry import MESSAGE_TYPES

TYPE = AnswerGivenV1.type


@pytest.fixture
def checkout(repository: Path, tmp_path: Path) -> Path:
    for name in ("topics", "examples", "json", "history"):
        shutil.copytree(repository / "schemas" / name, tmp_path / "schemas" / name)
    (tmp_path / "docs").mkdir()
    shutil.copy(repository / "docs" / "events.md", tmp_path / "docs" / "events.md")
    shutil.copy(repository / "schemas" / "asyncapi.yaml", tmp_path / "schemas" / "asyncapi.yaml")
    return tmp_path


def test_what_is_committed_is_what_would_be_generated(repository: Path) -> None:
    assert generate.main(["--check"], repository) == 0


def test_every_type_has_a_released_revision_and_keeps_its_promises(repository: Path) -> None:
    released = repository / "schemas" / "history"
    assert history.broken_promises(released) == {}
    assert {path.name for path in released.iterdir()} == set(MESSAGE_TYPES)


def test_check_says_what_is_stale_and_writes_nothing(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = checkout / "docs" / "events.md"
    page.write_text("edited by hand")
    (checkout / "schemas" / "json" / "answer" / "orphan.v1.schema.json").write_text("{}")
    assert generate.main(["--check"], checkout) == 1
    said = capsys.readouterr().out
    assert "docs/events.md" in said
    assert "orphan.v1" in said
    assert page.read_text() == "edited by hand"


def test_generate_mends_what_is_stale_and_removes_orphans(checkout: Path) -> None:
    (checkout / "docs" / "events.md").write_text("edited by hand")
    orphan = checkout / "schemas" / "json" / "answer" / "orphan.v1.schema.json"
    orphan.write_text("{}")
    assert generate.main([], checkout) == 0
    assert generate.main(["--check"], checkout) == 0
    assert not orphan.exists()


@pytest.mark.parametrize("arguments", [[], ["--check"], ["--release"]])
def test_a_breaking_change_is_refused_and_nothing_is_written(
    checkout: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    promised = message_schema(AnswerGivenV1)
    promised["properties"]["mood"] = {"type": "string", "enum": ["good"]}
    promised["required"] = [*promised["required"], "mood"]
    number = len(list((checkout / "schemas" / "history" / TYPE).iterdir())) + 1
    (checkout / "schemas" / "history" / TYPE / f"r{number}.schema.json").write_text(json.dumps(promised))
    (checkout / "docs" / "events.md").write_text("stale")
    assert generate.main(arguments, checkout) == 1
    said = capsys.readouterr().out
    assert f"breaking: {TYPE}: required-field-removed at $.mood" in said
    assert (checkout / "docs" / "events.md").read_text() == "stale"


def test_a_type_that_was_released_cannot_vanish(checkout: Path) -> None:
    gone = checkout / "schemas" / "history" / "org.aftercare.answer.forgotten.v1"
    gone.mkdir()
    assert history.broken_promises(checkout / "schemas" / "history") == {gone.name: [Break("type-removed", "$")]}


def test_a_release_keeps_a_changed_schema_once_and_the_old_one_too(checkout: Path) -> None:
    released = checkout / "schemas" / "history"
    before = sorted((released / TYPE).iterdir())
    last = json.loads(before[-1].read_text())
    del last["properties"]["by_human"]
    before[-1].write_text(json.dumps(last))
    assert generate.main(["--release"], checkout) == 0
    assert len(list((released / TYPE).iterdir())) == len(before) + 1
    assert json.loads(before[-1].read_text()) == last
    assert history.unreleased(released) == {}
    assert generate.main(["--release"], checkout) == 0
    assert len(list((released / TYPE).iterdir())) == len(before) + 1
