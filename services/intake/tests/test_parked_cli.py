"""The parking lot from a shell, on a real database."""

import asyncio
import json
import os
from typing import Any

import pytest
from typer.testing import CliRunner

from aftercare.intake.domain.examine import Door
from aftercare.intake.domain.source import Sources
from aftercare.intake.entrypoints.cli import app

from .conftest import MIGRATIONS, Running

pytestmark = pytest.mark.real


def run(*arguments: str) -> tuple[int, list[Any]]:
    result = CliRunner().invoke(app, ["parked", *arguments])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


@pytest.fixture
def parked(database: Any, settings_environment: dict[str, str], monkeypatch: Any, adverse_event: Any) -> str:
    """A record parked because only Bundles were read when it came; the service reads everything by now."""
    url = database(migrations=MIGRATIONS)
    for name, value in (settings_environment | {"AFTERCARE_DATABASE_URL": url}).items():
        monkeypatch.setenv(name, value)

    async def fill() -> str:
        service = Running(url, Door(Sources(), only="fhir-bundle"))
        [taken] = await service.take(adverse_event(), source=None)
        await service.engine.dispose()
        return taken.reference

    return asyncio.run(fill())


def test_parked_records_are_listed_explained_and_mapped_again(parked: str) -> None:
    code, (count, listed) = run("list", "--reason", "not-this-format")
    assert (code, count["records"], listed["reference"]) == (0, 1, parked)
    assert run("explain", parked)[1][0]["advice"]
    assert run("explain", "rec_unknown")[0] == 1
    assert run("dry-run")[1][0]["after"] == {"mapped": 1}
    code, [done] = run("release", "--contact", "--yes", "--rate", "1000")
    assert (code, done["mapped"], done["still_refused"]) == (0, 1, 0)
    assert run("list") == (0, [])


def park(*records: Any) -> None:
    """Records that nobody understands come in."""

    async def take() -> None:
        service = Running(os.environ["AFTERCARE_DATABASE_URL"], Door(Sources()))
        await service.take(*records, source=None)
        await service.engine.dispose()

    asyncio.run(take())


def test_a_list_that_is_cut_says_so_and_how_to_go_on(parked: str) -> None:
    park({"number": 1}, {"number": 2})
    seen: list[str] = []
    more = True
    before: list[str] = []
    while more:
        result = CliRunner().invoke(app, ["parked", "list", "--limit", "1", *before])
        seen += [row["reference"] for row in map(json.loads, result.stdout.splitlines()) if "reference" in row]
        more = "There are more: go on with --before " in result.stderr
        before = ["--before", *result.stderr.split()[-1:]]
        assert len(seen) <= 3
    assert len(set(seen)) == 3
    assert seen[-1] == parked


def test_a_list_of_releases_that_is_cut_says_so(parked: str) -> None:
    park({"number": 1})
    for reason in ("not-this-format", "unknown-shape"):
        assert run("release", "--reason", reason, "--books-only", "--yes", "--rate", "1000")[0] == 0
    cut, whole = (CliRunner().invoke(app, ["parked", "releases", "--limit", str(most)]) for most in (1, 2))
    assert (len(cut.stdout.splitlines()), "There are older ones" in cut.stderr) == (1, True)
    assert (len(whole.stdout.splitlines()), whole.stderr) == (2, "")
