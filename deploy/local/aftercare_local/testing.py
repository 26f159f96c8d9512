"""Fixtures on real parts. A conftest takes what it needs: `from aftercare_local.testing import embedded_postgres`.

Each is started once per test session, on free ports, and is gone afterwards. `AFTERCARE_POSTGRES_ADMIN_URL` and
`AFTERCARE_KAFKA_BOOTSTRAP` put a server of one's own in its place.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aftercare_local.kafka import Kafka, kafka_for
from aftercare_local.paths import new_run_folder
from aftercare_local.postgres import Postgres, postgres_for
from aftercare_local.watchdog import Watchdog


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """Logs and data of this test session."""
    return new_run_folder("tests")


@pytest.fixture(scope="session")
def watchdog() -> Iterator[Watchdog]:
    """Ends whatever a test left running, even when pytest itself is killed."""
    dog = Watchdog()
    yield dog
    dog.close()


@pytest.fixture(scope="session")
def embedded_postgres(run_folder: Path, watchdog: Watchdog) -> Iterator[Postgres]:
    """A started server; `.urls["support"]` is the database of `support` with its own role."""
    postgres = postgres_for(run_folder, watchdog)
    postgres.start()
    yield postgres
    postgres.close()


@pytest.fixture(scope="session")
def embedded_kafka(run_folder: Path, watchdog: Watchdog) -> Iterator[Kafka]:
    """A started broker with topics, users and rights; `.users["support"].environment()` are a service's settings."""
    kafka = kafka_for(run_folder, watchdog)
    kafka.start()
    yield kafka
    kafka.close()
