"""Real Kafka with topics of a test's own, and a worker process that may be killed."""

import asyncio
import json
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from kafka.admin import KafkaAdminClient

from aftercare.kit.messaging.connection import KafkaConnection

PROCESS = Path(__file__).with_name("worker_process.py")
ENVELOPE = (("ce_specversion", b"1.0"), ("ce_source", b"urn:x"), ("ce_type", b"t.v1"))


def connection_of(access: Any) -> KafkaConnection:
    return KafkaConnection(access.bootstrap, access.protocol, access.mechanism, access.username, access.password)


@pytest.fixture
def kafka(kafka_server: Any) -> KafkaConnection:
    return connection_of(kafka_server.access)


@pytest.fixture
def as_service(kafka_server: Any) -> Callable[[str], KafkaConnection]:
    """`as_service("support")` enters with the rights of that service and no others."""
    return lambda name: connection_of(kafka_server.users[name])


@pytest.fixture
def topic(kafka_server: Any) -> Iterator[str]:
    """A topic of three partitions, with its dead letters and `.out`."""
    name = f"kit-{uuid.uuid4().hex[:8]}"
    options = kafka_server.access.client_options()
    wanted = {name: {"num_partitions": 3}, f"{name}.out": {"num_partitions": 3}, f"{name}.dlq": {"num_partitions": 1}}
    admin = KafkaAdminClient(**options)
    admin.create_topics(wanted, wait_for_metadata=True)
    admin.close()
    yield name
    admin = KafkaAdminClient(**options)  # the broker may have been restarted
    admin.delete_topics(list(wanted))
    admin.close()


@pytest.fixture
def send(kafka: KafkaConnection, topic: str) -> Callable[..., Any]:
    async def send(messages: Sequence[tuple[str, bytes]]) -> None:
        producer = AIOKafkaProducer(**kafka.for_aiokafka(), max_batch_size=262_144)
        await producer.start()
        sent = [
            await producer.send(topic, body, key=key.encode(), headers=[*ENVELOPE, ("ce_id", key.encode())])
            for key, body in messages
        ]
        await asyncio.gather(*sent)
        await producer.stop()

    return send


class Worker:
    """One worker process at a time over the same database, topic and group."""

    def __init__(self, given: dict[str, Any], log: Path) -> None:
        self._given = given
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(PROCESS), json.dumps(self._given)], stdout=log, stderr=log, env=os.environ
            )

    def kill(self) -> None:
        process = self._running()
        process.kill()
        process.wait()

    def terminate(self) -> int:
        process = self._running()
        process.terminate()
        return int(process.wait(30))

    def end(self) -> None:
        if self._process is not None and self.status is None:
            self.kill()

    @property
    def status(self) -> int | None:
        return self._running().poll()

    def _running(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None, "not started"
        return self._process

    @property
    def log(self) -> str:
        return self._log.read_text()


@pytest.fixture
async def effects(database: Any) -> AsyncIterator[tuple[str, asyncpg.Connection]]:
    """A database with the table `effect`: its URL and a connection."""
    url = database()
    connection = await asyncpg.connect(url)
    await connection.execute("create table effect (id text primary key, at timestamptz)")
    yield url, connection
    await connection.close()


@pytest.fixture
def workers(effects: Any, kafka: KafkaConnection, topic: str, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """`workers(instance=NAME)` makes one more worker process; all are gone after the test.

    `topic`, `group` and `kafka` (a connection) may be others than the test's own.
    """
    names = ("bootstrap", "security_protocol", "sasl_mechanism", "username", "password")
    made: list[Worker] = []

    def make(instance: str | None, **other: Any) -> Worker:
        through = other.pop("kafka", kafka)
        reach = {name: getattr(through, name) for name in names}
        given = {"database": effects[0], "topic": topic, "group": f"group-{topic}", "instance": instance}
        made.append(Worker({**given, **other, "kafka": reach}, tmp_path / f"worker-{len(made)}.log"))
        return made[-1]

    yield make
    for worker in made:
        worker.end()


@pytest.fixture
def worker(workers: Callable[..., Worker], topic: str) -> Worker:
    """One worker with a stable name."""
    return workers(instance=f"one-{topic}")
