"""The two processes of a service, for real: real Postgres, real Kafka, started and ended as in production."""

import asyncio
import importlib.util
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import TopicAlreadyExistsError
from sqlalchemy import MetaData
from sqlalchemy.exc import DBAPIError

from aftercare.kit.process.migrate import upgrade

_spec = importlib.util.spec_from_file_location("kit_process_running", Path(__file__).parent / "running.py")
assert _spec is not None
assert _spec.loader is not None
running = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = running
_spec.loader.exec_module(running)

pytestmark = pytest.mark.real
MIGRATIONS = Path(__file__).parent / "example" / "migrations"
Start = Callable[..., Any]


@pytest.fixture
def topic(kafka_server: Any) -> None:
    client = KafkaAdminClient(**kafka_server.access.client_options())
    try:
        client.create_topics([NewTopic(name, 2, 1) for name in ("aftercare.example", "aftercare.example.dlq")])
    except TopicAlreadyExistsError:
        pass
    finally:
        client.close()


@pytest.fixture
def start(database: Any, tmp_path: Path) -> Iterator[Start]:
    """Starts a process of the example service on a fresh database."""
    environment = {"AFTERCARE_DATABASE_URL": database(migrations=MIGRATIONS), "AFTERCARE_PROFILE": "local"}
    started: list[Any] = []

    def go(role: str, kafka: dict[str, str], port: int | None = None) -> Any:
        one = running.Running(role, {**environment, **kafka}, tmp_path / f"{role}-{len(started)}.log", port)
        started.append(one)
        return one

    go.environment = environment  # type: ignore[attr-defined]
    yield go
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


NO_KAFKA = {"AFTERCARE_KAFKA_BOOTSTRAP": "127.0.0.1:9"}


def fast_kafka(kafka_server: Any) -> dict[str, str]:
    return {**kafka_server.access.environment(), "AFTERCARE_KAFKA_SESSION_SECONDS": "6"}


def test_a_message_goes_from_http_through_kafka_into_the_database_and_both_end_cleanly(
    start: Start, kafka_server: Any, topic: None
) -> None:
    api, stream = start("api", fast_kafka(kafka_server)), start("stream", fast_kafka(kafka_server))
    api.wait_until_ready()
    stream.wait_until_ready()
    assert api.ask("POST", "/pings/one").status_code == 202
    running.until(lambda: api.ask("GET", "/pings/one").json() == {"count": 1}, 30, stream.log)
    metrics = stream.ask("GET", "/metrics").text
    assert 'aftercare_messages_handled_total{consumer="example.pings"} 1.0' in metrics
    read = '^aftercare_consumer_partitions{consumer="example.pings"} [1-9]'
    running.until(lambda: bool(re.search(read, stream.ask("GET", "/metrics").text, re.MULTILINE)), 15, stream.log)
    assert "aftercare_timers_fired_total" in api.ask("GET", "/metrics").text
    assert (api.end(), stream.end()) == (0, 0)


def test_api_works_while_kafka_is_down_and_says_so(start: Start) -> None:
    api = start("api", NO_KAFKA)
    api.wait_until_ready()
    assert api.ask("POST", "/pings/two").status_code == 202
    running.until(lambda: "relay" in api.readiness()["notes"], 30, api.log)
    assert api.readiness()["ready"] is True
    assert api.end() == 0


def test_stream_without_kafka_is_alive_but_not_ready_and_ends_cleanly(start: Start) -> None:
    stream = start("stream", NO_KAFKA)
    running.until(lambda: "kafka" in stream.readiness().get("reasons", {}), 30, stream.log)
    assert stream.ask("GET", "/healthz").status_code == 200
    assert stream.ask("GET", "/readyz").status_code == 503
    assert stream.ask("GET", "/pings/x").status_code == 404
    assert stream.end() == 0


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.6, 0.9])
def test_stream_that_is_ended_while_it_joins_its_group_leaves_no_thread_that_keeps_it(
    start: Start, kafka_server: Any, topic: None, seconds: float
) -> None:
    stream = start("stream", fast_kafka(kafka_server))
    running.until(lambda: "listening" in stream.log.read_text(), 30, stream.log)
    time.sleep(seconds)
    assert stream.end() == 0


def test_stream_never_loads_a_web_framework_and_api_never_loads_faust(
    start: Start, kafka_server: Any, topic: None, tmp_path: Path
) -> None:
    for role, needed, foreign in (("stream", "faust", {"fastapi", "starlette"}), ("api", "fastapi", {"faust", "mode"})):
        loaded = tmp_path / f"{role}.json"
        one = start(role, {**fast_kafka(kafka_server), "EXAMPLE_MODULES": str(loaded)})
        one.wait_until_ready()
        loaded.unlink(missing_ok=True)
        running.until(lambda loaded=loaded: loaded.exists() and loaded.read_text().endswith("]"), 30, one.log)
        modules = set(json.loads(loaded.read_text()))
        assert needed in modules
        assert not modules & foreign
        assert one.end() == 0


def test_an_unmigrated_database_is_a_reason_not_a_crash(database: Any, start: Start, tmp_path: Path) -> None:
    empty = {"AFTERCARE_DATABASE_URL": database(metadata=MetaData())}
    api = start("api", {**NO_KAFKA, **empty})
    running.until(lambda: "migrate" in api.readiness().get("reasons", {}).get("database", ""), 30, api.log)
    assert api.ask("GET", "/healthz").status_code == 200


def test_addresses_and_exception_texts_never_reach_the_log(start: Start) -> None:
    api = start("api", NO_KAFKA)
    api.wait_until_ready()
    assert api.ask("GET", "/broken/s3cr3t-link").status_code == 500
    assert api.ask("GET", "/no/such/s3cr3t-link").status_code == 404
    running.until(lambda: any(line.get("route") == "unmatched" for line in api.lines()), 10, api.log)
    routes = {line.get("route") for line in api.lines()}
    assert {"/broken/{secret}", "unmatched"} <= routes
    assert "s3cr3t" not in api.log.read_text()
    assert "s3cr3t" not in api.ask("GET", "/metrics").text


def test_a_port_that_is_taken_is_one_clear_sentence(start: Start) -> None:
    first = start("api", NO_KAFKA)
    first.wait_until_ready()
    second = start("api", NO_KAFKA, port=first.port)
    assert second.process.wait(30) == 78
    refusal = second.log.read_text().splitlines()[-1]
    assert refusal.startswith(f"Can't listen on 127.0.0.1 port {first.port}: Address already in use.")
    assert "Traceback" not in second.log.read_text()


def test_a_process_ends_with_its_parent_when_told_to(start: Start, tmp_path: Path) -> None:
    port, environment = running.free_port(), start.environment  # type: ignore[attr-defined]
    launcher = (
        "import subprocess, sys; p = subprocess.Popen([sys.executable, sys.argv[1], 'api']);"
        " print(p.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", launcher, str(running.SCRIPT)],
        env={**running.bare(), **environment, **NO_KAFKA, "AFTERCARE_HTTP_PORT": str(port)}
        | {"AFTERCARE_END_WITH_PARENT": "true"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    running.until(lambda: not running.refused(port))
    parent.kill()
    parent.wait()
    running.until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 15)


def test_both_processes_survive_a_restart_of_postgres(
    start: Start, kafka_server: Any, topic: None, postgres_server: Any
) -> None:
    kafka = fast_kafka(kafka_server)
    api, stream = start("api", kafka), start("stream", kafka)
    api.wait_until_ready()
    stream.wait_until_ready()
    postgres_server.stop()
    running.until(lambda: "database" in api.readiness().get("reasons", {}), 30, api.log)
    assert api.ask("GET", "/healthz").status_code == 200
    assert stream.ask("GET", "/healthz").status_code == 200
    assert api.ask("POST", "/pings/lost").status_code == 503
    postgres_server.start()
    api.wait_until_ready()
    stream.wait_until_ready()
    assert api.ask("POST", "/pings/after").status_code == 202
    running.until(lambda: api.ask("GET", "/pings/after").json() == {"count": 1}, 40, stream.log)
    assert (api.end(), stream.end()) == (0, 0)


def test_many_migrations_at_once_make_one_and_repeat_as_often_as_you_like(database: Any) -> None:
    url = database(metadata=MetaData())

    async def many() -> list[tuple[str | None, str | None]]:
        return list(await asyncio.gather(*(upgrade(url, MIGRATIONS, "example") for _ in range(5))))

    outcomes = asyncio.run(many())
    assert sorted(outcomes, key=str) == [("0001", "0001")] * 4 + [(None, "0001")]
    assert asyncio.run(upgrade(url, MIGRATIONS, "example")) == ("0001", "0001")


def test_a_migration_that_fails_leaves_nothing_behind(database: Any, tmp_path: Path) -> None:
    url = database(metadata=MetaData())
    versions = tmp_path / "versions"
    versions.mkdir()
    header = "from alembic import op\nrevision = '{0}'\ndown_revision = {1}\ndef upgrade():\n    op.execute('{2}')\n"
    (versions / "a.py").write_text(header.format("a", None, "create table one (x int)"))
    (versions / "b.py").write_text(header.format("b", "'a'", "create table two (x nonsense)"))
    with pytest.raises(DBAPIError):
        asyncio.run(upgrade(url, tmp_path, "example"))
    (versions / "b.py").unlink()
    assert asyncio.run(upgrade(url, tmp_path, "example")) == (None, "a")


def test_a_killed_stream_worker_is_followed_by_one_that_loses_and_doubles_nothing(
    start: Start, kafka_server: Any, topic: None
) -> None:
    kafka = fast_kafka(kafka_server)
    api, stream = start("api", kafka), start("stream", kafka)
    api.wait_until_ready()
    stream.wait_until_ready()
    for number in range(30):
        api.ask("POST", f"/pings/kill-{number}")
        if number == 15:
            stream.end(signal.SIGKILL)
            stream = start("stream", kafka)
    stream.wait_until_ready()

    def counts() -> list[int]:
        return [api.ask("GET", f"/pings/kill-{number}").json()["count"] for number in range(30)]

    running.until(lambda: sum(counts()) >= 30, 60, stream.log)
    assert counts() == [1] * 30


def test_garbage_on_the_topic_becomes_a_dead_letter_and_is_counted(
    start: Start, kafka_server: Any, topic: None
) -> None:
    stream = start("stream", fast_kafka(kafka_server))
    stream.wait_until_ready()
    producer = KafkaProducer(**kafka_server.access.client_options())
    producer.send("aftercare.example", value=b"no json", key=b"x").get(10)
    producer.send("aftercare.example", value=json.dumps({"specversion": "1.0"}).encode()).get(10)
    producer.close()
    running.until(lambda: "dead_letters_total" in stream.ask("GET", "/metrics").text, 30, stream.log)
    assert stream.end() == 0
