"""How long the whole staff of a large organisation takes to come in, by the command that HR's export is given to."""

import csv
import subprocess
import time
from pathlib import Path

import pytest
from aftercare_local.child import bare_environment
from aftercare_local.service_process import command_of
from aftercare_local.stack import Stack
from aftercare_local.world.people import Person, roster_csv
from aftercare_local.world.world import World
from benchmarks.figures import RUNS, Sample, against, show

pytestmark = [pytest.mark.real, pytest.mark.bench, pytest.mark.timeout(1200)]

PEOPLE = 75_000


def test_seventy_five_thousand_people_come_in(stack: Stack, world: World, tmp_path: Path) -> None:
    """All services run, so support is told of everybody meanwhile."""
    file = tmp_path / "roster.csv"
    staff = [
        Person(f"B{number:06}", "Robin", f"Quill{number}", mobile=f"+4477009{number:05}") for number in range(PEOPLE)
    ]
    file.write_text(roster_csv(staff, stack.issuer.issuer))
    reading = Sample.of(read(file) for _ in range(RUNS))
    fresh = imported(stack, file)
    again = imported(stack, file)
    began = time.monotonic()
    world.settling.settle(within=300)
    told = time.monotonic() - began
    assert world.databases.value("directory", "select count(*) from person") == PEOPLE
    assert world.databases.value("support", "select count(*) from staff") == PEOPLE
    show(
        f"{PEOPLE:,} people by `aftercare-directory roster import`",
        ("seconds", "seconds", "people a second", "ratio to reading"),
        [
            (
                f"reading the CSV alone, median of {RUNS}",
                f"{reading.median:.2f}",
                f"{PEOPLE / reading.median:,.0f}",
                "1",
            ),
            *(
                (name, f"{one:.1f}", f"{PEOPLE / one:,.0f}", f"{one / reading.median:.0f}")
                for name, one in (("all new, once", fresh), ("all known already, once", again))
            ),
            ("until support knows all of them, after both", f"{told:.1f}", "", ""),
        ],
        [against(fresh, 60, "s")],
    )


def read(file: Path) -> float:
    began = time.monotonic()
    with file.open(newline="", encoding="utf-8") as opened:
        assert sum(1 for _ in csv.DictReader(opened)) == PEOPLE
    return time.monotonic() - began


def imported(stack: Stack, file: Path) -> float:
    """Seconds of one import by the command line, start of Python included."""
    began = time.monotonic()
    done = subprocess.run(
        [str(command_of("directory")), "roster", "import", str(file)],
        env=bare_environment(**stack.env_for("directory")),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]
    return time.monotonic() - began
