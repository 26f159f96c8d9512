"""A stack with durable storage and a real clock: what is killed here must find everything again."""

from collections.abc import Iterator

import pytest
from aftercare_local.environment import SERVICES
from aftercare_local.paths import new_run_folder
from aftercare_local.stack import Options, Stack
from aftercare_local.world.impatient import write_impatient_programme
from aftercare_local.world.world import World


@pytest.fixture
def hurt_world() -> Iterator[World]:
    """A fresh stack for each test: what one test breaks must not be counted in another."""
    programme = str(write_impatient_programme(new_run_folder("packs")))
    settings = {
        service: {"AFTERCARE_PROGRAMME": programme, "AFTERCARE_KAFKA_SESSION_SECONDS": "6"} for service in SERVICES
    }
    with Stack(Options(purpose="chaos", durable=True, settings=settings)) as stack:
        stack.start()
        world = World(stack)
        yield world
        world.close()
