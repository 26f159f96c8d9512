"""Settings: environment variables named `AFTERCARE_*`, checked once at the start, never written out when secret.

A missing or wrong value ends in one sentence per variable, never in a traceback. An empty variable counts
as not set. There is no settings file and no secret with a default.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "AFTERCARE_"
_CONFIG = SettingsConfigDict(
    env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
)


class SettingsError(Exception):
    """The environment is not fit to start with. The text is for a person: one line per variable."""


class DatabaseSettings(BaseSettings):
    """What `migrate` needs, and nothing more."""

    model_config = _CONFIG
    database_url: SecretStr = Field(description="The service's database: postgresql://user:password@host:port/name")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged")

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: SecretStr) -> SecretStr:
        async_url(value.get_secret_value())
        return value

    @property
    def async_database_url(self) -> str:
        """The database's URL for SQLAlchemy on asyncpg. Holds the password: pass it on, never log it."""
        return async_url(self.database_url.get_secret_value())


class KafkaSettings(BaseSettings):
    """How to reach the brokers: all that work on dead letters needs."""

    model_config = _CONFIG
    kafka_bootstrap: str = Field(description="Kafka brokers: host:port,host:port")
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How to talk to the brokers"
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="How to sign in at the brokers, with a SASL protocol"
    )
    kafka_username: str | None = Field(None, description="Kafka user, with a SASL protocol")
    kafka_password: SecretStr | None = Field(None, description="Password of the Kafka user")
    kafka_instance: str | None = Field(
        None, description="Stable name of this replica (static membership), if it has one"
    )
    kafka_session_seconds: float = Field(30, ge=1, le=300, description="After how long a silent worker loses its work")


class ServiceSettings(DatabaseSettings, KafkaSettings):
    """What every service reads. A service's own `config.py` adds to it."""

    profile: Literal["local", "production"] = Field(
        "production", description="'local' allows what demo and tests need, such as a test clock"
    )
    clock: str = Field("system", description="'system', or 'file:PATH' for a shared test clock (profile local only)")
    http_host: str = Field("127.0.0.1", description="Address that this process listens on")
    http_port: int = Field(0, ge=0, le=65535, description="Port that this process listens on; 0 takes a free one")
    end_with_parent: bool = Field(default=False, description="End when the process that started this one is gone")
    otlp_endpoint: str | None = Field(None, description="OpenTelemetry collector (OTLP over HTTP); without it, none")
    token_issuer: str | None = Field(None, description="Issuer of access tokens (iss), as it stands in the tokens")
    token_audience: str | None = Field(None, description="Audience that access tokens must name (aud)")
    token_jwks: str | None = Field(None, description="Keys that sign access tokens: http(s)://… or file:PATH")
    client_id: str | None = Field(None, description="Own client id, to call another service")
    client_secret: SecretStr | None = Field(None, description="Own client secret")
    token_url: str | None = Field(None, description="Token endpoint for client credentials")
    programme: str = Field("generic", description="Programme pack: name of a shipped one, or path of a YAML file")
    organisation: str | None = Field(None, description="Path of the organisation's YAML file")

    @property
    def is_local(self) -> bool:
        """Whether this is a demo or a test."""
        return self.profile == "local"


S = TypeVar("S", bound=BaseSettings)


def load(settings: type[S]) -> S:
    """Read the environment. Raises `SettingsError`: one sentence per variable, without any value of it."""
    try:
        return settings()
    except ValidationError as error:
        lines = [_sentence(settings, one["loc"], one["type"], one["msg"]) for one in error.errors(include_input=False)]
        raise SettingsError("\n".join(dict.fromkeys(lines))) from None


def require(settings: BaseSettings, *names: str) -> None:
    """Raise `SettingsError` for each named optional setting that is not set: for parts that can't do without."""
    missing = [_missing(type(settings), name) for name in names if getattr(settings, name) is None]
    if missing:
        raise SettingsError("\n".join(missing))


def async_url(url: str) -> str:
    """A `postgresql://` URL as SQLAlchemy wants it for asyncpg. Raises `ValueError` without quoting it."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"postgresql", "postgres", "postgresql+asyncpg"} or not rest:
        raise ValueError("must look like postgresql://user:password@host:port/name")
    return f"postgresql+asyncpg://{rest}"


@dataclass(frozen=True, slots=True)
class Described:
    """One line of the table that `aftercare-<service> settings` prints."""

    variable: str
    meaning: str
    default: str
    required: bool
    secret: bool


def describe(settings: type[BaseSettings]) -> Iterator[Described]:
    """Every variable that a service reads, in the order of its classes: the service's own last."""
    for name, info in settings.model_fields.items():
        required = info.is_required()
        default = "" if required or info.default is None else str(info.default)
        yield Described(variable(name), info.description or "", default, required, _is_secret(info))


def variable(name: str) -> str:
    """The environment variable of a field."""
    return f"{PREFIX}{name.upper()}"


def _is_secret(info: FieldInfo) -> bool:
    kinds = (info.annotation, *get_args(info.annotation))
    return SecretStr in kinds


def _missing(settings: type[BaseSettings], name: str) -> str:
    info = settings.model_fields.get(name)
    meaning = f" ({info.description})" if info is not None and info.description else ""
    return f"{variable(name)} is not set{meaning}."


def _sentence(settings: type[BaseSettings], location: tuple[Any, ...], kind: str, message: str) -> str:
    name = str(location[0]) if location else ""
    if kind == "missing":
        return _missing(settings, name)
    what = message.removeprefix("Value error, ")
    return f"{variable(name)}: {what[:1].lower()}{what[1:]}." if name else f"{what}."
