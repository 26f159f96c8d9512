"""Containers instead of the embedded parts, for who asks for them."""

from pathlib import Path

import docker
import pytest
from aftercare_local.containers import ContainerKafka, ContainerPostgres
from aftercare_local.databases import run_sql
from aftercare_local.failures import StackError
from aftercare_local.kafka import kafka_for
from aftercare_local.kafka_access import is_ready
from aftercare_local.kafka_config import BrokerConfig
from aftercare_local.postgres import postgres_for
from aftercare_local.watchdog import Watchdog
from docker.errors import DockerException


def engine_answers() -> bool:
    try:
        docker.from_env(timeout=2).ping()
    except DockerException:
        return False
    return True


def test_machine_without_docker_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, watchdog: Watchdog
) -> None:
    monkeypatch.setenv("AFTERCARE_CONTAINERS", "1")
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    for start in (lambda: kafka_for(tmp_path, watchdog), lambda: postgres_for(tmp_path, watchdog)):
        with pytest.raises(StackError, match=r"^AFTERCARE_CONTAINERS=1 asks for containers, but no Docker engine"):
            start()


def test_broker_in_a_container_has_the_settings_of_the_embedded_one_but_for_its_address(tmp_path: Path) -> None:
    ports = {"clients": 1, "brokers": 2, "controller": 3, "admin_password": "a", "broker_password": "b"}
    embedded = BrokerConfig(tmp_path, **ports).text().splitlines()
    inside = BrokerConfig(tmp_path, **ports, bind="0.0.0.0").text().splitlines()
    different = [line for line in inside if line not in embedded]
    assert different == ["listeners=CLIENTS://0.0.0.0:1,BROKER://127.0.0.1:2,CONTROLLER://127.0.0.1:3"]
    assert "advertised.listeners=CLIENTS://127.0.0.1:1,BROKER://127.0.0.1:2" in inside


@pytest.mark.real
@pytest.mark.skipif(not engine_answers(), reason="no Docker engine answers")
def test_containers_take_the_place_of_the_embedded_parts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, watchdog: Watchdog
) -> None:
    monkeypatch.setenv("AFTERCARE_CONTAINERS", "1")
    kafka, postgres = kafka_for(tmp_path, watchdog), postgres_for(tmp_path, watchdog)
    assert isinstance(kafka, ContainerKafka)
    assert isinstance(postgres, ContainerPostgres)
    try:
        kafka.start()
        postgres.start()
        assert is_ready(kafka.access)
        assert run_sql(postgres.server, ["SELECT 1"]) == "1"
        assert set(postgres.urls) >= {"intake", "support"}
    finally:
        kafka.close()
        postgres.close()
