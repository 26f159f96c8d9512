"""The settings of `intake`, and the file that says which systems send to it."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from aftercare.intake.adapters.vault import AesVault
from aftercare.intake.domain.harm import HARM_SCALES
from aftercare.intake.domain.source import NOMINATION, UNCONFIGURED, Places, Source, Sources, plain
from aftercare.intake.domain.stated_time import is_zone
from aftercare.kit.privacy.identifiers import IdentifierKeyring, decode_key
from aftercare.kit.settings import ServiceSettings
from aftercare.programme.model import Organisation, Slug


class IntakeSettings(ServiceSettings):
    """What `intake` reads beside what every service reads."""

    identifier_keys: SecretStr = Field(description="The keys of identifier tokens, as in directory: id:BASE64[,…]")
    directory_public_key: SecretStr = Field(description="directory's public JWK: only directory opens what it closes")
    patient_key: SecretStr = Field(
        description="The key of patients' references and of look-ups by number: base64, 32 bytes; it can't be rotated"
    )
    raw_key: SecretStr = Field(description="Encrypts raw records: base64, 32 bytes; 'NEW,OLD' while it is replaced")
    raw_days: int = Field(30, ge=1, le=366, description="Days that raw records are kept")
    sources: Path | None = Field(None, description="YAML file that names the systems that send records")
    staff_system: str | None = Field(
        None, description="Identifier system of the staff numbers that people type, as in directory's roster"
    )
    source_topics: str = Field("aftercare.source", description="Topics to read, separated by commas")
    body_limit: int = Field(5 * 1024 * 1024, ge=1024, description="Largest body in bytes; a larger one is refused")

    @field_validator("identifier_keys")
    @classmethod
    def _identifiers(cls, value: SecretStr) -> SecretStr:
        IdentifierKeyring.from_setting(value.get_secret_value())
        return value

    @field_validator("patient_key")
    @classmethod
    def _patients(cls, value: SecretStr) -> SecretStr:
        decode_key(value.get_secret_value(), "the patient key")
        return value

    @field_validator("raw_key")
    @classmethod
    def _raw(cls, value: SecretStr) -> SecretStr:
        AesVault.from_setting(value.get_secret_value())
        return value

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name.strip() for name in self.source_topics.split(",") if name.strip()))


class _SourceEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Slug
    base_url: str = ""
    zone: str | None = None
    identifier_system: str | None = None
    harm_scale: str | None = None
    ce_sources: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    synthetic: bool = False
    backfill: bool = False

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None and not is_zone(value):
            raise ValueError("must be an IANA time zone such as Europe/London")
        return value

    @field_validator("harm_scale")
    @classmethod
    def _known_scale(cls, value: str | None) -> str | None:
        if value is not None and value not in HARM_SCALES:
            raise ValueError(f"must be one of {', '.join(sorted(HARM_SCALES))}")
        return value


class _SourcesFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sources: tuple[_SourceEntry, ...] = ()


class SourcesError(ValueError):
    """The file of sources can't be used. The text says where and what."""


def load_sources(path: Path | None) -> Sources:
    """The sources of this installation; none without a file. Raises `SourcesError`."""
    if path is None:
        return Sources()
    try:
        read = _SourcesFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except OSError as error:
        raise SourcesError(f"{path}: {error.strerror}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise SourcesError(f"{path} line {mark.line + 1 if mark else 1}: this is not valid YAML") from None
    except ValidationError as error:
        lines = [f"{path}, {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False)]
        raise SourcesError("\n".join(lines)) from None
    names = [entry.name for entry in read.sources]
    if len(set(names)) < len(names) or {NOMINATION, UNCONFIGURED} & set(names):
        raise SourcesError(f"{path}: each source needs a name of its own, other than {NOMINATION} and {UNCONFIGURED}")
    return Sources(tuple(Source(**entry.model_dump()) for entry in read.sources))


def places_of(organisation: Organisation | None) -> Places:
    """Sites and units by code, name and every way in which sources write them."""
    if organisation is None:
        return Places()
    sites: dict[str, str] = {}
    units: dict[str, tuple[str, str]] = {}
    for site in organisation.sites:
        sites.update({plain(words): site.code for words in (site.code, site.name, *site.known_as)})
        for unit in site.units:
            units.update({plain(words): (site.code, unit.code) for words in (unit.code, unit.name, *unit.known_as)})
    return Places(sites, units)
