"""How fast the door reads FHIR: the dry run, which does everything but store."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aftercare_local.world.hospital import adverse_event
from aftercare_local.world.people import Person
from benchmarks.figures import RUNS, Sample, show

from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.entrypoints.check import check

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]

RECORDS = 4_000
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def test_fhir_records_are_mapped(tmp_path: Path) -> None:
    """One AdverseEvent with one nurse per line; the events that would go out come with it."""
    file = tmp_path / "events.ndjson"
    bodies = [json.dumps(event(number)).encode() for number in range(RECORDS)]
    file.write_bytes(b"\n".join(bodies))
    door = Door()

    def parse() -> None:
        for body in bodies:
            json.loads(body)

    def examine() -> None:
        for body in bodies:
            assert door.examine(Delivery(body))

    def dry_run() -> None:
        lines = [json.loads(line) for line in check(door, [file], NOW)]
        assert [line["outcome"] for line in lines] == ["mapped"] * RECORDS

    parsing, examining, checking = (per_second(work) for work in (parse, examine, dry_run))
    show(
        f"FHIR R4 AdverseEvent, {RECORDS:,} records, {RUNS} runs",
        ("records a second", "minimum", "median", "maximum", "ratio to parsing"),
        [
            (name, *sample.spread(), f"{sample.median / parsing.median:.3f}")
            for name, sample in (
                ("parsing the JSON alone", parsing),
                ("examined: read, detected, mapped, scrubbed", examining),
                ("`aftercare-intake check`: with tokens and the outgoing event", checking),
            )
        ],
    )


def event(number: int) -> object:
    nurse = Person(f"E{number}", "Robin", f"Quill{number}")
    return adverse_event(f"B-{number}", [nurse], harm="severe", occurred=NOW)


def per_second(work: Callable[[], None]) -> Sample:
    rates = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        rates.append(RECORDS / (time.perf_counter() - began))
    return Sample.of(rates)
