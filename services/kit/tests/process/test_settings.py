"""Settings: one sentence per variable that is wrong, never a value, never a traceback."""

import os

import pytest
from pydantic import Field, SecretStr

from aftercare.kit.settings import DatabaseSettings, ServiceSettings, SettingsError, describe, load, require

GOOD = {"AFTERCARE_DATABASE_URL": "postgresql://me:hunter2@db/x", "AFTERCARE_KAFKA_BOOTSTRAP": "k:9092"}


class OwnSettings(ServiceSettings):
    """A service's own."""

    smtp_url: SecretStr = Field(description="Where mail goes")
    batch: int = Field(10, ge=1, description="How many at once")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in [name for name in os.environ if name.startswith("AFTERCARE_")]:
        monkeypatch.delenv(name)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def refused(settings: type[DatabaseSettings] = OwnSettings) -> list[str]:
    with pytest.raises(SettingsError) as error:
        load(settings)
    return str(error.value).splitlines()


def test_each_missing_variable_is_one_sentence_with_its_meaning(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("AFTERCARE_KAFKA_BOOTSTRAP")
    assert refused() == [
        "AFTERCARE_KAFKA_BOOTSTRAP is not set (Kafka brokers: host:port,host:port).",
        "AFTERCARE_SMTP_URL is not set (Where mail goes).",
    ]


def test_a_wrong_value_is_explained_and_not_repeated(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AFTERCARE_SMTP_URL", "smtp://x")
    environment.setenv("AFTERCARE_BATCH", "hunter2")
    environment.setenv("AFTERCARE_DATABASE_URL", "mysql://me:hunter2@db")
    text = "\n".join(refused())
    assert "AFTERCARE_BATCH: input should be a valid integer" in text
    assert "AFTERCARE_DATABASE_URL: must look like postgresql://" in text
    assert "hunter2" not in text


def test_an_empty_variable_counts_as_not_set(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AFTERCARE_SMTP_URL", "")
    environment.setenv("AFTERCARE_BATCH", "")
    assert refused() == ["AFTERCARE_SMTP_URL is not set (Where mail goes)."]


def test_secrets_are_never_shown(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AFTERCARE_SMTP_URL", "smtp://u:hunter2@h")
    settings = load(OwnSettings)
    assert "hunter2" not in repr(settings)
    assert settings.async_database_url == "postgresql+asyncpg://me:hunter2@db/x"


def test_the_safe_profile_is_the_default_and_no_file_is_read(
    environment: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory
) -> None:
    environment.chdir(str(tmp_path))
    with open(".env", "w") as file:  # noqa: PTH123
        file.write("AFTERCARE_PROFILE=local\nAFTERCARE_SMTP_URL=x\n")
    assert refused() == ["AFTERCARE_SMTP_URL is not set (Where mail goes)."]
    assert load(ServiceSettings).is_local is False


def test_no_secret_has_a_default() -> None:
    for one in describe(OwnSettings):
        assert not (one.secret and one.default), one.variable


def test_every_variable_says_what_it_means() -> None:
    listed = {one.variable: one for one in describe(OwnSettings)}
    assert all(one.meaning for one in listed.values())
    assert listed["AFTERCARE_SMTP_URL"].secret
    assert listed["AFTERCARE_SMTP_URL"].required
    assert listed["AFTERCARE_KAFKA_PASSWORD"].secret
    assert not listed["AFTERCARE_KAFKA_PASSWORD"].required
    assert listed["AFTERCARE_BATCH"].default == "10"


def test_what_a_part_needs_is_asked_for_by_name(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="AFTERCARE_TOKEN_ISSUER is not set"):
        require(load(ServiceSettings), "token_issuer", "programme")


def test_migrate_needs_the_database_alone(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("AFTERCARE_KAFKA_BOOTSTRAP")
    assert load(DatabaseSettings).async_database_url.endswith("@db/x")
