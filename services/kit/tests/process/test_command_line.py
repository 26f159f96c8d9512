"""The command line: help in plain words, settings as a table, clear refusals, nothing loaded before it is needed."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from aftercare.kit.process.brokers import kafka_connection
from aftercare.kit.settings import ServiceSettings, describe

SCRIPT = str(Path(__file__).parent / "example" / "service.py")
DOWN = {"AFTERCARE_DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:9/x", "AFTERCARE_KAFKA_BOOTSTRAP": "127.0.0.1:9"}


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    made = runpy.run_path(SCRIPT)["app"]
    assert isinstance(made, typer.Typer)
    return made


def run(app: typer.Typer, *arguments: str, **environment: str) -> Result:
    nothing = {one.variable: None for one in describe(ServiceSettings)}
    return CliRunner().invoke(app, arguments, env={**nothing, "COLUMNS": "200", **environment})


def test_help_lists_every_command_with_what_it_needs(app: typer.Typer) -> None:
    shown = run(app, "--help")
    assert shown.exit_code == 0
    for sentence in (
        "works while Kafka is down",
        "Needs Kafka and Postgres",
        "Safe to repeat",
        "every environment variable",
    ):
        assert sentence in shown.stdout


def test_settings_lists_every_variable_and_needs_none_of_them(app: typer.Typer) -> None:
    shown = run(app, "settings")
    assert shown.exit_code == 0
    for one in describe(ServiceSettings):
        assert one.variable in shown.stdout


def test_dead_letters_have_commands_of_their_own_that_need_the_brokers_alone(app: typer.Typer) -> None:
    shown = run(app, "dead-letters", "--help")
    assert shown.exit_code == 0
    assert "replay" in shown.stdout
    refused = run(app, "dead-letters", "list", "aftercare.example")
    assert refused.exit_code == 78
    assert refused.stderr.startswith("AFTERCARE_KAFKA_BOOTSTRAP is not set")
    assert "DATABASE" not in refused.stderr


@pytest.mark.parametrize("command", ["api", "stream", "migrate"])
def test_a_missing_setting_is_a_sentence_and_its_own_exit_code(app: typer.Typer, command: str) -> None:
    refused = run(app, command)
    assert refused.exit_code == 78
    assert "AFTERCARE_DATABASE_URL is not set" in refused.stderr
    assert "Traceback" not in refused.output


def test_a_database_that_is_down_is_one_sentence_for_migrate(app: typer.Typer) -> None:
    refused = run(app, "migrate", AFTERCARE_DATABASE_URL=DOWN["AFTERCARE_DATABASE_URL"])
    assert refused.exit_code == 1
    assert refused.stderr == "The database of AFTERCARE_DATABASE_URL can't be reached (ConnectionRefusedError).\n"


def test_a_test_clock_is_refused_in_production() -> None:
    environment = {"PATH": "/usr/bin:/bin", **DOWN, "AFTERCARE_CLOCK": "file:/tmp/clock"}
    refused = subprocess.run(
        [sys.executable, SCRIPT, "api"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode == 78
    assert "AFTERCARE_CLOCK=file:" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "hunter2" not in refused.stderr + refused.stdout


def test_sasl_without_a_user_is_refused_by_name() -> None:
    settings = ServiceSettings(
        database_url="postgresql://u@h/d", kafka_bootstrap="h:1", kafka_security_protocol="SASL_SSL"
    )
    with pytest.raises(ValueError, match="AFTERCARE_KAFKA_USERNAME"):
        kafka_connection(settings)


def test_the_command_line_itself_loads_no_machinery() -> None:
    heavy = ("fastapi", "starlette", "faust", "uvicorn", "opentelemetry.sdk", "aiokafka", "httpx", "alembic")
    code = f"import sys, aftercare.kit.cli; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "[]"
