"""One stack for all scenarios, one test clock, and an empty hospital at the start of each."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from aftercare_local.stack import Options, Stack
from aftercare_local.world.resetting import reset
from aftercare_local.world.world import World

MONDAY_MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""A working day in winter, in everybody's waking hours."""


_RARELY = {"directory": {"AFTERCARE_SNAPSHOT_EVERY": "P365D"}}
"""The daily republication of everybody would make a scenario of months stop at every day of them."""


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with Stack(Options(purpose="scenarios", test_clock=MONDAY_MORNING, settings=_RARELY)) as started:
        started.start()
        yield started


@pytest.fixture(scope="session")
def hospital_world(stack: Stack) -> Iterator[World]:
    world = World(stack)
    yield world
    world.close()


@pytest.fixture
def world(hospital_world: World) -> Iterator[World]:
    """The world on a Monday morning. A message that the scenario did not expect fails it at the end."""
    hospital_world.clock.set(MONDAY_MORNING)
    reset(hospital_world)
    yield hospital_world
    hospital_world.settling.settle()
    hospital_world.expect_no_mail()
