"""Fixtures for every package: a pytest plugin that the root `conftest.py` loads.

Real Postgres is started once per test session, when the first test asks for it; a test gets a database of its own
as a copy of a migrated template, in some ten milliseconds.
"""

import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aftercare.kit.testing.databases import DatabaseFactory


def pytest_configure(config: pytest.Config) -> None:
    """Make the embedded stack importable: it is a tool of this repository, not a package that is installed."""
    stack = str(Path(config.rootpath) / "deploy" / "local")
    if stack not in sys.path:
        sys.path.append(stack)


@pytest.fixture(scope="session")
def _stack_parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any]]:
    """A run folder and the watchdog that ends what a killed test session leaves."""
    from aftercare_local.watchdog import Watchdog  # noqa: PLC0415 # only when a test needs real parts

    dog = Watchdog()
    yield tmp_path_factory.mktemp("stack"), dog
    dog.close()


@pytest.fixture(scope="session")
def postgres_server(_stack_parts: tuple[Path, Any]) -> Iterator[Any]:
    """A running PostgreSQL: `.server.url("postgres")` enters as its administrator.

    Embedded ones have `stop()` and `start()` too. `AFTERCARE_POSTGRES_ADMIN_URL` puts one of your own in its place.
    """
    from aftercare_local.postgres import postgres_for  # noqa: PLC0415

    postgres = postgres_for(*_stack_parts)
    postgres.start()
    yield postgres
    postgres.close()


@pytest.fixture(scope="session")
def kafka_server(_stack_parts: tuple[Path, Any]) -> Iterator[Any]:
    """A running Kafka with topics, users and rights; `.access` enters as its administrator."""
    from aftercare_local.kafka import kafka_for  # noqa: PLC0415

    kafka = kafka_for(*_stack_parts)
    kafka.start()
    yield kafka
    kafka.close()


@pytest.fixture(scope="session")
def database_factory(postgres_server: Any) -> Iterator[DatabaseFactory]:
    """Makes databases; templates live as long as the session."""
    factory = DatabaseFactory(postgres_server.server.url("postgres"))
    yield factory
    factory.drop_all()


@pytest.fixture
def database(database_factory: DatabaseFactory) -> Iterator["FreshDatabases"]:
    """`database(migrations=FOLDER)` or `database(metadata=METADATA)` returns the URL of a fresh database.

    `database()` alone gives one with the kit's own tables.
    """
    fresh = FreshDatabases(database_factory)
    yield fresh
    fresh.drop()


class FreshDatabases:
    """What the `database` fixture is: call it for a URL; everything goes after the test."""

    def __init__(self, factory: DatabaseFactory) -> None:
        self._factory = factory
        self._names: list[str] = []

    def __call__(self, *, migrations: Path | None = None, metadata: Any = None) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._names.append(name)
        return self._factory.create(name, migrations=migrations, metadata=metadata)

    def drop(self) -> None:
        for name in self._names:
            self._factory.drop(name)
