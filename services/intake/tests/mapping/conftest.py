"""A mapping file and a record of an in-house system that nobody has. Every name in here is made up."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from aftercare.intake.adapters.mapping.file import read_mapping
from aftercare.intake.domain.examine import Delivery, Door, Examination
from aftercare.intake.domain.mapping.plan import Mappings, SourceMapping
from aftercare.intake.domain.outcome import Mapped, Refusal
from aftercare.intake.domain.source import Places, Source, Sources
from aftercare.intake.entrypoints.cli import app

WARDLOG = """\
mapping: wardlog
version: 3
zone: Europe/London
formats: ["%d.%m.%Y %H:%M", "%d.%m.%Y"]
recognise:
  - event == 'report.saved'
records: report
ignore:
  - kind == 'T'
messages:
  - type: incident-reported
    when: state != 'deleted'
    record: {id: no, version: rev, updated: saved}
    numbers: no
    site: house
    unit: ward
    occurred: happened
    harm: {value: harm, codes: {"1": death, "2": severe, "3": moderate, "4": low, "5": no-harm}}
    actuality: {value: kind, codes: {H: actual, N: potential}}
    flags:
      never-event: never
    narrative_present: story
    staff:
      each: people
      value: staff_no
      system: urn:hill:staff
      relation: {value: role, codes: {INV: involved, WIT: witness}, default: involved}
    reporter:
      value: reporter.no
      fears_repercussion: reporter.fear
  - type: incident-withdrawn
    when: state == 'deleted'
    record: {id: no, version: rev}
    reason: {always: entered-in-error}
"""
MELDE = """\
mapping: melde
version: 1
input: xml
messages:
  - type: incident-reported
    record: {id: Meldung.Nr}
    unit: Meldung.Station
    staff:
      each: Meldung.Beteiligte.Person[?"@rolle" != 'patient']
      value: '"@nr"'
      display: '"#text"'
"""
"""An XML record with a list of people."""
SOURCE = Source("wardlog", zone="Europe/London")


def record(**changes: Any) -> dict[str, Any]:
    report: dict[str, Any] = {
        "no": "WL-17",
        "rev": 2,
        "saved": "2025-11-03T07:12:09Z",
        "house": "Hill Hospital",
        "ward": "Ward 7",
        "happened": "02.11.2025 23:40",
        "harm": 2,
        "kind": "H",
        "never": "N",
        "state": "open",
        "story": "Anna Ahorn gave Berta Beispiel the wrong dose",
        "people": [{"staff_no": "N-1001", "role": "INV"}, {"staff_no": "-", "role": None}],
        "reporter": {"no": "N-2002", "fear": "N"},
    }
    return {"event": "report.saved", "report": report | changes}


Examine = Callable[..., list[Examination]]


@pytest.fixture
def examine() -> Examine:
    """What becomes of bodies under a mapping: `examine(content, body)`; a body that is no bytes is sent as JSON."""

    def look(content: str, body: Any, **headers: str) -> list[Examination]:
        door = Door(Sources((SOURCE,)), PLACES, mappings=Mappings({"wardlog": [mapping_of(content)]}))
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return list(door.examine(Delivery(sent, named, "wardlog")))

    return look


Check = Callable[..., Result]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """What `aftercare-intake check` says of records: `check(content, *records)`, or of one `body` of bytes."""

    def run(content: str, *records: Any, body: bytes | None = None, options: tuple[str, ...] = ()) -> Result:
        (tmp_path / "ward.yaml").write_text(content, encoding="utf-8")
        (tmp_path / "records.json").write_bytes(body if body is not None else json.dumps(records).encode())
        mapped_by = () if "--sources" in options else ("--mapping", str(tmp_path / "ward.yaml"))
        return CliRunner().invoke(app, ["check", *mapped_by, *options, str(tmp_path / "records.json")])

    return run


PLACES = Places({"hillhospital": "hill"}, {"ward7": ("hill", "ward-7")})


def mapping_of(content: str) -> SourceMapping:
    return read_mapping("wardlog.yaml", content)


def mapped(examination: Examination) -> Mapped:
    assert isinstance(examination.ending, Mapped), examination.ending
    return examination.ending


def refused(examination: Examination) -> Refusal:
    assert isinstance(examination.ending, Refusal), examination.ending
    return examination.ending
