"""The parking lot from a shell, on a real database."""

import asyncio
import json
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
