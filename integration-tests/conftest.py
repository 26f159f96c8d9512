"""What scenarios and the search for leaks share: one stack, one test clock, an empty hospital at the start of each."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aftercare_local.environment import SERVICES
from aftercare_local.stack import Options, Stack
from aftercare_local.world.resetting import reset
from aftercare_local.world.spans import SpanCollector
from aftercare_local.world.world import World

sys.path.insert(0, str(Path(__file__).parent))

MONDAY_MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""A working day in winter, in everybody's waking hours."""
PROMISES = Path(__file__).parent / "scenarios" / "promises.yaml"
"""What the event side promises here: little, so that time passes without many stops."""


def _settings(spans: SpanCollector) -> dict[str, dict[str, str]]:
    """Traces go to the test. The daily republication of everybody would make months stop at every day of them."""
    traced = {service: {"AFTERCARE_OTLP_ENDPOINT": spans.url} for service in SERVICES}
    traced["directory"]["AFTERCARE_SNAPSHOT_EVERY"] = "P365D"
    traced["sla-event"]["AFTERCARE_CLOCK_PACKS"] = str(PROMISES)
    return traced


@pytest.fixture(scope="session")
def spans() -> Iterator[SpanCollector]:
    """Takes the traces of all processes."""
    with SpanCollector() as collector:
        yield collector


@pytest.fixture(scope="session")
def stack(spans: SpanCollector) -> Iterator[Stack]:
    with Stack(Options(purpose="scenarios", test_clock=MONDAY_MORNING, settings=_settings(spans))) as started:
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
