"""A durable stack on the system clock, with a programme that waits for nothing. The machine is named once."""

from collections.abc import Iterator

import pytest
from aftercare_local.paths import new_run_folder
from aftercare_local.stack import Options, Stack
from aftercare_local.world.impatient import write_impatient_programme
from aftercare_local.world.world import World
from benchmarks.figures import machine
from rich.console import Console


@pytest.fixture(scope="session", autouse=True)
def named_machine() -> None:
    Console().print(f"\nmeasured on {machine()}", style="bold")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """All services, the broker and a database that waits for the disk: one per file, so that figures don't mix."""
    pack = str(write_impatient_programme(new_run_folder("bench-programme")))
    settings = {service: {"AFTERCARE_PROGRAMME": pack} for service in ("support", "outreach")}
    with Stack(Options(purpose="bench", durable=True, settings=settings)) as started:
        started.start()
        yield started


@pytest.fixture(scope="module")
def world(stack: Stack) -> Iterator[World]:
    told = World(stack)
    yield told
    told.close()
