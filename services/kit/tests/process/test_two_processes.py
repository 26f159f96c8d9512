"""The two processes of a service, for real: real Postgres, real Kafka, started and ended as in production."""

import importlib.util
import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import TopicAlreadyExistsError

_spec = importlib.util.spec_from_file_location("kit_process_running", Path(__file__).parent / "running.py")
assert _spec is not None and _spec.loader is not None
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

    def go(role: str, kafka: dict[str, str]) -> Any:
        one = running.Running(role, {**environment, **kafka}, tmp_path / f"{role}-{len(started)}.log")
        started.append(one)
        return one

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


def test_stream_never_loads_a_web_framework_and_api_never_loads_faust(start: Start) -> None:
    for role, foreign in (("stream", "fastapi"), ("api", "faust")):
        one = start(role, NO_KAFKA)
        running.until(lambda one=one: one.ask("GET", "/healthz").status_code == 200 if one.readiness() else False, 30)
        assert not [file.path for file in psutil.Process(one.process.pid).memory_maps() if f"/{foreign}/" in file.path]
        assert one.end() == 0


def test_an_unmigrated_database_is_a_reason_not_a_crash(database: Any, start: Start, tmp_path: Path) -> None:
    from sqlalchemy import MetaData

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
    second = start("api", {**NO_KAFKA, "AFTERCARE_LOG_LEVEL": "ERROR"})
    second.process.kill()
    second.process.wait()
    again = running.Running.__new__(running.Running)
    again.port, again.log = first.port, second.log
    import subprocess

    done = subprocess.run(
        [sys.executable, str(running.SCRIPT), "api"],
        env={**running.bare(), **NO_KAFKA, "AFTERCARE_DATABASE_URL": "postgresql://u:pw@127.0.0.1:9/x"}
        | {"AFTERCARE_HTTP_PORT": str(first.port), "AFTERCARE_LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 78
    assert f"port {first.port}" in done.stderr
    assert "Traceback" not in done.stderr


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
    counts = lambda: [api.ask("GET", f"/pings/kill-{number}").json()["count"] for number in range(30)]  # noqa: E731
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
