"""What the README shows works: its examples are mapped, its files exist, its sources can be read."""

import json
import re
import subprocess
import sys
from pathlib import Path

from aftercare.intake.config import load_sources

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "examples"


def test_every_example_record_is_mapped_offline() -> None:
    files = sorted(EXAMPLES.glob("*.json"))
    command = [str(Path(sys.executable).parent / "aftercare-intake"), "check", *map(str, files)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [Path(line["file"]).name for line in lines] == [file.name for file in files]
    assert {line["outcome"] for line in lines} == {"mapped"}
    assert all(set(line.get("doubts", ())) <= {"unknown-place"} for line in lines), "an example says what nobody reads"


def test_the_example_of_sources_can_be_read() -> None:
    assert [source.name for source in load_sources(EXAMPLES / "sources.yaml").known] == ["north-safety"]


def test_every_file_that_a_command_names_exists() -> None:
    named = set(re.findall(r"\b(?:docs|deploy)/[\w./-]+", (ROOT / "README.md").read_text()))
    assert len(named) > 8
    assert [name for name in sorted(named) if not (ROOT / name.rstrip(".")).exists()] == []


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"):
        commands = re.findall(r"(?:`|^)make ([a-z-]+)", (ROOT / page).read_text(), re.MULTILINE)
        assert set(commands) <= targets, page


def test_every_service_of_the_repository_stands_in_the_table() -> None:
    services = {path.name for path in (ROOT / "services").iterdir() if path.is_dir()} - {"kit", "programme"}
    for service in services:
        assert f"| `{service}` |" in (ROOT / "README.md").read_text()
