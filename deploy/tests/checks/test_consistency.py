"""Numbers and names that stand in two places agree: packages, settings, metrics, documents."""

import importlib
import re
from datetime import timedelta
from pathlib import Path

from typer.main import get_command

from aftercare.kit.settings import ServiceSettings, describe
from aftercare.kit.store.inbox import INBOX_RETENTION
from aftercare.kit.telemetry.page import all_catalogues
from aftercare.schemas.topic_registry import load_topics

ROOT = Path(__file__).parents[3]
SERVICES = ("intake", "directory", "support", "outreach", "sla")
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("services/*/README.md")]
UNITS = {"s": "_seconds"}
VARIABLE = r"\bAFTERCARE_[A-Z_]+[A-Z]\b"
READ = r"environ(?:\.get\(|\[)\"(AFTERCARE_[A-Z_]+[A-Z])\""
"""As the tools beside the services read theirs, which have no settings of their own."""


def words_like(pattern: str) -> dict[str, str]:
    """What the documents name, and one page that does."""
    return {found: page.name for page in PAGES for found in re.findall(pattern, page.read_text(encoding="utf-8"))}


def settings_of(service: str) -> type[ServiceSettings]:
    config = importlib.import_module(f"aftercare.{service}.config")
    found = [one for one in vars(config).values() if isinstance(one, type) and issubclass(one, ServiceSettings)]
    return next(one for one in found if one is not ServiceSettings)


def test_the_inbox_remembers_longer_than_a_topic_and_its_replays_can_last() -> None:
    """A record that comes again after the inbox forgot it would be handled twice."""
    for spec in load_topics():
        kept = timedelta(days=(spec.retention_days or 0) + spec.dead_letter.retention_days)
        assert kept <= INBOX_RETENTION, f"{spec.topic} and its dead letters outlive the inbox"


def test_every_metric_that_a_document_names_is_measured() -> None:
    measured = {
        name.replace(".", "_") + UNITS.get(one.unit, "") + ("_total" if one.kind == "counter" else "")
        for catalogue in all_catalogues()
        for name, one in catalogue.entries.items()
    }
    named = words_like(r"\baftercare_[a-z_]+[a-z]\b")
    assert len(named) > 8
    assert {name: page for name, page in named.items() if name not in measured | {"aftercare_local"}} == {}


def test_every_variable_that_a_document_names_is_read() -> None:
    read = {one.variable for service in SERVICES for one in describe(settings_of(service))}
    read |= {one for file in ROOT.glob("deploy/**/*.py") for one in re.findall(READ, file.read_text(encoding="utf-8"))}
    named = words_like(VARIABLE)
    assert len(named) > 5
    assert {name: page for name, page in named.items() if name not in read} == {}


def test_every_command_that_a_document_names_exists() -> None:
    for service in SERVICES:
        cli = get_command(importlib.import_module(f"aftercare.{service}.entrypoints.cli").app)
        named = words_like(rf"aftercare-{service} ((?:[a-z-]+ ?)+)")
        for words, page in named.items():
            first = words.split()[0]
            assert first in getattr(cli, "commands", {}), f"{page}: there is no aftercare-{service} {first}"
