"""Settings that can't work are one sentence without the secret; commands teach."""

import base64
import json
from typing import Any

import pytest
from typer.testing import CliRunner

from aftercare.directory.adapters.contact_keys import MasterKeys
from aftercare.directory.config import DirectorySettings
from aftercare.directory.entrypoints.cli import app
from aftercare.directory.entrypoints.stream import asked
from aftercare.kit.messaging.consumer import Record
from aftercare.kit.privacy.sealed import new_key_pair
from aftercare.kit.settings import SettingsError, load

SECRET = base64.b64encode(b"s" * 32).decode()
ENVIRONMENT = {
    "AFTERCARE_DATABASE_URL": "postgresql://directory:pw@127.0.0.1:9/directory",
    "AFTERCARE_CONTACT_KEYS_DATABASE_URL": "postgresql://directory_keys:pw@127.0.0.1:9/directory_keys",
    "AFTERCARE_KAFKA_BOOTSTRAP": "127.0.0.1:9",
    "AFTERCARE_CONTACT_MASTER_KEY": SECRET,
    "AFTERCARE_IDENTIFIER_KEYS": f"k1:{SECRET}",
    "AFTERCARE_LOGIN_KEY": SECRET,
    "AFTERCARE_BLIND_INDEX_KEY": SECRET,
    "AFTERCARE_DIRECTORY_PRIVATE_KEY": json.dumps(new_key_pair("x")[1]),
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_complete_environment_loads(environment: Any) -> None:
    assert load(DirectorySettings).roster_folder_every == 5.0


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AFTERCARE_CONTACT_MASTER_KEY", "c2hvcnQ="),
        ("AFTERCARE_IDENTIFIER_KEYS", "no-key-id-c2hvcnQ"),
        ("AFTERCARE_LOGIN_KEY", "%%%"),
        ("AFTERCARE_BLIND_INDEX_KEY", "c2hvcnQ="),
        ("AFTERCARE_ROSTER_ENCODING", "klingon"),
        ("AFTERCARE_ROSTER_COUNTRY_PREFIX", "0044"),
        ("AFTERCARE_ROSTER_ROLES", '{"wizard": "sorcerer"}'),
    ],
)
def test_a_wrong_setting_is_one_sentence_without_its_value(environment: Any, variable: str, value: str) -> None:
    environment.setenv(variable, value)
    with pytest.raises(SettingsError) as refused:
        load(DirectorySettings)
    assert variable in str(refused.value)
    assert value not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_current_master_key_stands_first() -> None:
    other = base64.b64encode(b"o" * 32).decode()
    assert MasterKeys.from_setting(f"b:{other},a:{SECRET}").current == "b"
    assert MasterKeys.from_setting(SECRET).current == "1"
    with pytest.raises(ValueError, match="same id"):
        MasterKeys.from_setting(f"{other},{SECRET}")


@pytest.mark.parametrize(
    "command",
    [
        ("roster", "import"),
        ("staff", "republish"),
        ("person", "merge"),
        ("person", "part"),
        ("person", "erase"),
        ("keys", "rewrap"),
        ("keys", "retoken"),
        ("audit", "verify"),
    ],
)
def test_every_command_says_what_it_does(command: tuple[str, ...]) -> None:
    told = CliRunner().invoke(app, [*command, "--help"])
    assert told.exit_code == 0
    assert len(told.output.split()) > 20


def test_a_database_that_is_down_is_one_sentence(environment: Any) -> None:
    ended = CliRunner().invoke(app, ["staff", "republish"])
    assert ended.exit_code == 1
    assert "can't be used" in ended.output
    assert "Traceback" not in ended.output


def test_a_type_that_came_later_is_skipped() -> None:
    headers = (
        ("ce_specversion", b"1.0"),
        ("ce_id", b"1"),
        ("ce_source", b"urn:x"),
        ("ce_type", b"org.aftercare.identity-question.withdrawn.v1"),
        ("content-type", b"application/json"),
    )
    assert asked(Record("aftercare.identity-question", 0, 0, b"que_1", b"{}", headers)) is None
