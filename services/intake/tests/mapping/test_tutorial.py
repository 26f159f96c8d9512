"""The tutorial is held true: its commands are run as they stand there, and say what stands there."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aftercare.intake.config import places_of
from aftercare.intake.entrypoints.cli import app
from aftercare.programme.loader import load_organisation
from aftercare.programme.model import Coordinator, Organisation, Site, Unit

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "tutorial-connect-a-system.md").read_text(encoding="utf-8")
EXAMPLES = ROOT / "docs" / "examples" / "wardlog"
CONSOLES = re.findall(r"^```console\n\$ (.+?)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SHOWN = re.findall(r"^```(?:yaml|csv)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def said(told: str) -> str:
    """A pattern: `…` on the page stands for anything within a line."""
    return ".*".join(re.escape(part) for part in told.split("…"))


@pytest.mark.parametrize(("command", "told"), CONSOLES, ids=[command[:60] for command, _ in CONSOLES])
def test_each_command_of_the_tutorial_says_what_the_page_says(
    command: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    program, *arguments = shlex.split(command)
    assert program == "aftercare-intake"
    output = CliRunner().invoke(app, arguments).output
    lines, expected = output.rstrip("\n").split("\n"), told.rstrip("\n").split("\n")
    assert len(lines) == len(expected), output
    for line, pattern in zip(lines, expected, strict=True):
        assert re.fullmatch(said(pattern), line), f"the page says\n{pattern}\nand the command\n{line}"


def test_the_page_has_commands_and_shows_the_files_that_they_read() -> None:
    assert len(CONSOLES) >= 6
    files = {path.name: path.read_text(encoding="utf-8") for path in EXAMPLES.iterdir()}
    for shown in SHOWN:
        assert any(shown.strip() in content for content in files.values()), shown


def test_the_example_of_an_organisation_pack_can_be_used_as_it_stands(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "organisation.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "organisation.yaml").write_text(example, encoding="utf-8")
    places = places_of(load_organisation(tmp_path / "organisation.yaml"))
    assert places.units["w7"] == ("hill", "hill-ward-7")
    fields = {name for model in (Organisation, Site, Unit, Coordinator) for name in model.model_fields}
    assert {name for name in fields if f"`{name}`" not in page} == set(), "the page names every field"
