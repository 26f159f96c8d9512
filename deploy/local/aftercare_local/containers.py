"""Kafka and PostgreSQL in containers, where `AFTERCARE_CONTAINERS=1` asks for it: the official images.

The broker gets the very settings of the embedded one, so rights and refusals are the same. What a killed run leaves
is removed by the reaper of testcontainers.
"""

import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker
from docker.errors import DockerException
from testcontainers.core.container import DockerContainer

from aftercare_local import ports
from aftercare_local.databases import Server, create_databases, run_sql
from aftercare_local.failures import PartFailedError, StackError
from aftercare_local.kafka_access import KafkaAccess, create_everything, is_ready
from aftercare_local.kafka_config import BrokerConfig
from aftercare_local.kafka_jars import KAFKA_VERSION

_KAFKA_DATA = Path("/tmp/kraft-combined-logs")  # the image's own place, inside the container


def asked_for() -> bool:
    """Whether the environment asks for containers."""
    return os.environ.get("AFTERCARE_CONTAINERS", "") not in ("", "0")


def require_engine() -> None:
    """Raises `StackError` when no Docker engine answers."""
    try:
        docker.from_env(timeout=5).ping()
    except DockerException:
        raise StackError(
            "AFTERCARE_CONTAINERS=1 asks for containers, but no Docker engine answers: start Docker, or leave it out."
        ) from None


class ContainerKafka:
    """One broker of the image `AFTERCARE_KAFKA_IMAGE` (default: Apache's own, in our version)."""

    def __init__(self, folder: Path) -> None:
        require_engine()
        self._config = BrokerConfig(
            data=_KAFKA_DATA,
            clients=ports.port_for("kafka"),
            brokers=ports.free_port(),
            controller=ports.free_port(),
            admin_password=secrets.token_urlsafe(24),
            broker_password=secrets.token_urlsafe(24),
            bind="0.0.0.0",
        )
        self._settings = folder / "kafka-container"
        self._container = _published(
            os.environ.get("AFTERCARE_KAFKA_IMAGE", f"apache/kafka:{KAFKA_VERSION}"),
            inside=self._config.clients,
            outside=self._config.clients,
        ).with_volume_mapping(str(self._settings), "/mnt/shared/config", "ro")
        self.access = self._config.admin_access()
        self.users: dict[str, KafkaAccess] = {}

    def start(self) -> None:
        self._settings.mkdir(parents=True, exist_ok=True)
        (self._settings / "server.properties").write_text(self._config.text())
        _start(self._container, lambda: is_ready(self.access))
        self.users = create_everything(self.access)

    def stop(self) -> None:
        self._container.stop()

    def close(self) -> None:
        self.stop()


class ContainerPostgres:
    """One server of the image `AFTERCARE_POSTGRES_IMAGE` (default: the official one, version 18)."""

    def __init__(self) -> None:
        require_engine()
        self.server = Server(ports.HOST, ports.port_for("postgres"), "aftercare_admin", secrets.token_urlsafe(24))
        self.urls: dict[str, str] = {}
        self._container = (
            _published(os.environ.get("AFTERCARE_POSTGRES_IMAGE", "postgres:18"), inside=5432, outside=self.server.port)
            .with_env("POSTGRES_USER", self.server.user)
            .with_env("POSTGRES_PASSWORD", self.server.password)
            .with_env("POSTGRES_DB", "postgres")
        )

    def start(self) -> None:
        _start(self._container, self._answers)
        self.urls = create_databases(self.server)

    def stop(self) -> None:
        self._container.stop()

    def close(self) -> None:
        self.stop()

    def _answers(self) -> bool:
        try:
            return run_sql(self.server, ["SELECT 1"]) == "1"
        except StackError:
            return False


def _published(image: str, *, inside: int, outside: int) -> DockerContainer:
    """A container whose port is published on the loopback address alone."""
    container = DockerContainer(image)
    published: dict[str, Any] = container.ports  # the library's own setter knows no address
    published[str(inside)] = (ports.HOST, outside)
    return container


def _start(container: DockerContainer, ready: Callable[[], bool], within: float = 180) -> None:
    try:
        container.start()
    except DockerException as error:
        raise PartFailedError(f"The image {container.image} could not be started: {error}") from None
    end = time.monotonic() + within
    while not ready():
        if time.monotonic() > end:
            raise PartFailedError(f"The image {container.image} did not answer in {within:.0f} s.")
        time.sleep(0.2)
