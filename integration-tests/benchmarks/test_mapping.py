"""How fast the door reads, format by format, beside the parser that it stands on; and that it keeps nothing.

`check` does everything but store: it reads, maps, makes tokens and the outgoing event.
"""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import hl7
import psutil
import pytest
from aftercare_local.world.hospital import adverse_event
from aftercare_local.world.people import Person
from benchmarks.figures import RUNS, Sample, against, show
from lxml import etree

from aftercare.intake.adapters.mapping.file import load_mapping
from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.mapping.plan import Mappings
from aftercare.intake.domain.outcome import Mapped
from aftercare.intake.entrypoints.check import Checking

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

RECORDS = 4_000
PER_FORMAT = 500
MILLION = 1_000_000
GROWTH_MB = 16.0
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "services" / "intake" / "tests" / "golden" / "records"
WARDLOG = ROOT / "docs" / "examples" / "wardlog"


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
        lines = [json.loads(line) for line in Checking(door, NOW).lines([file])]
        assert [line["outcome"] for line in lines] == ["mapped"] * RECORDS

    parsing, examining, checking = (per_second(work, RECORDS) for work in (parse, examine, dry_run))
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


def test_each_format_is_mapped_at_a_multiple_of_its_parser() -> None:
    """The largest golden record of each format that is one body with one record, again and again."""
    rows = []
    for name, (door, body) in sorted(one_of_each().items()):
        parsing = per_second(lambda body=body: repeat(parser_of(body), body), PER_FORMAT)
        examining = per_second(lambda door=door, body=body: repeat(door.examine, Delivery(body)), PER_FORMAT)
        ratio = f"{examining.median / parsing.median:.3f}"
        rows.append((name, f"{len(body):,}", f"{parsing.median:,.0f}", *examining.spread(), ratio))
    assert len(rows) >= 8
    columns = ("format", "bytes", "parsed/s", "mapped/s: minimum", "median", "maximum", "ratio")
    show(f"Records mapped a second by format, {PER_FORMAT} each, {RUNS} runs", columns, rows)


def test_a_million_records_leave_nothing_behind() -> None:
    """NDJSON streamed through `check --lines`: the memory at the end is what it was after the first tenth."""
    command = [str(Path(sys.executable).with_name("aftercare-intake")), "check", "--lines", "-"]
    began = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        watched = psutil.Process(process.pid)
        seen: list[float] = []
        for number, line in enumerate(stream(MILLION), 1):
            process.stdin.write(line)
            if number % (MILLION // 20) == 0:
                seen.append(watched.memory_info().rss / 1e6)
        process.stdin.close()
        assert process.wait() == 0
    seconds = time.perf_counter() - began
    growth = max(seen[2:]) - seen[1]
    show(
        f"{MILLION:,} records through check, {seconds:,.0f} s, {MILLION / seconds:,.0f} a second",
        ("memory (MB)", "after a tenth", "highest after it", "growth"),
        [("resident", f"{seen[1]:.1f}", f"{max(seen[2:]):.1f}", f"{growth:.1f}")],
        [against(growth, GROWTH_MB, "MB of growth")],
    )
    assert growth <= GROWTH_MB


def stream(count: int) -> Iterator[bytes]:
    template = json.dumps(event(0)).replace("B-0", "B-@@").replace("E0", "E@@")
    before = template.split("@@")
    for number in range(count):
        yield str(number).join(before).encode() + b"\n"


def one_of_each() -> dict[str, tuple[Door, bytes]]:
    """By format: a door and the largest body of one mapped record."""
    plain = Door()
    mapped = replace(plain, mappings=Mappings(assumed=(load_mapping(WARDLOG / "wardlog.mapping.yaml"),)))
    found: dict[str, tuple[Door, bytes]] = {}
    files = sorted((path for path in GOLDEN.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    for door, path in [*((plain, path) for path in files), (mapped, WARDLOG / "report.json")]:
        body = path.read_bytes()
        endings = [one.ending for one in door.examine(Delivery(body))]
        if len(endings) == 1 and isinstance(endings[0], Mapped):
            found[endings[0].format] = (door, body)  # the files grow
    return found


def parser_of(body: bytes) -> Callable[[bytes], object]:
    """What reads such a body and does nothing else."""
    head = body.lstrip(b"\xef\xbb\xbf \r\n\t\x0b")[:3]
    if head[:1] in (b"{", b"["):
        return json.loads
    if head[:1] == b"<":
        return etree.fromstring
    if head == b"MSH":
        return lambda raw: hl7.parse(raw.decode("utf-8", "replace").strip("\x0b\x1c\r\n").replace("\n", "\r"))
    return lambda raw: list(csv.reader(raw.decode("utf-8", "replace").splitlines()))


def repeat(work: Callable[..., object], given: object) -> None:
    for _ in range(PER_FORMAT):
        work(given)


def event(number: int) -> object:
    nurse = Person(f"E{number}", "Robin", f"Quill{number}")
    return adverse_event(f"B-{number}", [nurse], harm="severe", occurred=NOW)


def per_second(work: Callable[[], None], records: int) -> Sample:
    rates = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        rates.append(records / (time.perf_counter() - began))
    return Sample.of(rates)
