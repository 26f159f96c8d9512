"""What the tests of support share: a world with a real database, a clock that stands still, and words to say."""

import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from .asking import Http
from .saying import login, ref, token
from .support_world import MIGRATIONS, World


@pytest.fixture
async def world(database: Any) -> AsyncIterator[World]:
    one = World(database(migrations=MIGRATIONS))
    yield one
    await one.engine.dispose()


@pytest.fixture
def names() -> Any:
    """`names.ref("per", "alice")`, `names.token("alice")`."""
    return type("Names", (), {"ref": staticmethod(ref), "token": staticmethod(token), "login": staticmethod(login)})


@pytest.fixture
async def http(world: World) -> AsyncIterator[Http]:
    one = Http(world)
    world.say.login = one.login
    yield one
    await one.client.aclose()


@pytest.fixture(scope="session")
def shared_database(database_factory: Any) -> Iterator[str]:
    name = f"support_shared_{uuid.uuid4().hex[:8]}"
    yield database_factory.create(name, migrations=MIGRATIONS)
    database_factory.drop(name)


@pytest.fixture
async def shared_world(shared_database: str) -> AsyncIterator[World]:
    """For tests that only read."""
    one = World(shared_database)
    yield one
    await one.engine.dispose()
