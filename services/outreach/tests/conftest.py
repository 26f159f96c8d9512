"""Fixtures of outreach's own tests."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from outreach_world import World, build  # noqa: E402 - found beside this file

MIGRATIONS = HERE.parent / "migrations"


@pytest_asyncio.fixture
async def world(database: Any) -> AsyncIterator[World]:
    """A service of its own on a fresh, migrated database."""
    world = build(database(migrations=MIGRATIONS))
    yield world
    await world.web.aclose()
    await world.app.sender.close()
    await world.runtime.unit_of_work.engine.dispose()
