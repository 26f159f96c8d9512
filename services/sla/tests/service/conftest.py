"""What the tests of the running parts share."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from aftercare.programme.clocks import Side

from .clock_world import MIGRATIONS, World


@pytest.fixture
async def event(database: Any) -> AsyncIterator[World]:
    """The event side, with promises whose numbers are round."""
    one = World(database(migrations=MIGRATIONS), Side.EVENT)
    yield one
    await one.engine.dispose()


@pytest.fixture
async def support(database: Any) -> AsyncIterator[World]:
    """The support side, with the promises that any programme needs."""
    one = World(database(migrations=MIGRATIONS), Side.SUPPORT, "generic")
    yield one
    await one.engine.dispose()
