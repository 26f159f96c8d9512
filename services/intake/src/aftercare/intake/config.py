"""The settings of `intake`, and the file that says which systems send to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from aftercare.intake.adapters.fhir_settings import FhirCodesEntry, FhirServerEntry
from aftercare.intake.adapters.mapping.file import load_mapping
from aftercare.intake.adapters.mapping.page import UnreadablePageError, read_page
from aftercare.intake.adapters.mapping.problems import MappingError
from aftercare.intake.adapters.vault import AesVault
from aftercare.intake.domain.harm import HARM_SCALES
from aftercare.intake.domain.mapping.plan import Mappings, SourceMapping
from aftercare.intake.domain.outcome import RefusedError
from aftercare.intake.domain.readers.charset import decode
from aftercare.intake.domain.source import NOMINATION, SYNTHETIC, UNCONFIGURED, Places, Source, Sources, plain
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
    synthetic_every: float = Field(
        0, ge=0, description="Seconds between synthetic incidents that test the whole way; 0: none"
    )
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


def _is_charset(name: str) -> bool:
    """Whether it is a charset that bytes are read in when somebody states it."""
    try:
        return decode("é".encode(name), name) == "é"
    except UnicodeEncodeError:
        return True
    except (LookupError, RefusedError):
        return False


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
    site: Slug | None = None
    charset: str | None = None
    mapping: tuple[str, ...] = ()
    fhir_server: FhirServerEntry | None = None
    hmpps_api: FhirServerEntry | None = None
    fhir_codes: FhirCodesEntry = FhirCodesEntry()
    synthetic: bool = False
    backfill: bool = False

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None and not is_zone(value):
            raise ValueError("must be an IANA time zone such as Europe/London")
        return value

    @field_validator("mapping", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("charset")
    @classmethod
    def _known_charset(cls, value: str | None) -> str | None:
        if value is not None and not _is_charset(value):
            raise ValueError("must be a charset such as windows-1252 or iso-8859-1")
        return value

    @field_validator("harm_scale")
    @classmethod
    def _known_scale(cls, value: str | None) -> str | None:
        if value is not None and value not in HARM_SCALES:
            raise ValueError(f"must be one of {', '.join(sorted(HARM_SCALES))}")
        return value

    def read(self) -> Source:
        plain_fields = self.model_dump(exclude={"mapping", "fhir_server", "hmpps_api", "fhir_codes"})
        server = self.fhir_server.read() if self.fhir_server else None
        api = self.hmpps_api.read() if self.hmpps_api else None
        return Source(**plain_fields, fhir_server=server, hmpps_api=api, fhir_codes=self.fhir_codes.read())


class _SourcesFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sources: tuple[_SourceEntry, ...] = ()
    mappings: tuple[str, ...] = ()
    """For records of any source: each must say what it recognises."""


_TAKEN = frozenset({NOMINATION, SYNTHETIC, UNCONFIGURED})


class SourcesError(ValueError):
    """The file of sources can't be used. The text says where and what."""


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """The file of sources and the mapping files that it names, read and checked. `paths`: all that was read."""

    sources: Sources = field(default_factory=Sources)
    mappings: Mappings = field(default_factory=Mappings)
    paths: tuple[Path, ...] = ()


def load_sources(path: Path | None) -> Sources:
    """The sources of this installation; none without a file. Raises `SourcesError`."""
    return load_source_files(path).sources


def load_source_files(path: Path | None) -> SourceFiles:
    """The sources with their mappings; none without a file. Raises `SourcesError`."""
    if path is None:
        return SourceFiles()
    read = _read(path)
    named = [name for entry in read.sources for name in entry.mapping]
    files = {name: path.parent / name for name in (*named, *read.mappings)}
    try:
        mappings = {name: load_mapping(file) for name, file in files.items()}
    except MappingError as error:
        raise SourcesError(_missing(path, files) or str(error)) from None
    greedy = [name for name in read.mappings if not mappings[name].recognise]
    if greedy:
        raise SourcesError(f"{path}: {greedy[0]} is for records of any source, so it must say what it `recognise`s")
    _refuse_twins(path, mappings.values())
    by_source = {entry.name: [mappings[name] for name in entry.mapping] for entry in read.sources}
    sources = tuple(entry.read() for entry in read.sources)
    anywhere = [mappings[name] for name in read.mappings]
    return SourceFiles(Sources(sources), Mappings(by_source, anywhere), (path, *files.values()))


def _missing(path: Path, files: Mapping[str, Path]) -> str:
    """A line for each mapping file that isn't there, with the line that names it."""
    try:
        page = read_page(path.read_text(encoding="utf-8"))
    except UnreadablePageError:
        return ""
    named = {str(page.at(where)): place for where, place in page.places.items() if {"mapping", "mappings"} & set(where)}
    told = []
    for name, file in files.items():
        line = named[name].line if name in named else 1
        if not file.is_file():
            told.append(f"{path}:{line}: mapping: there is no file {file}; paths are as seen from {path.name}")
    return "\n".join(told)


def _refuse_twins(path: Path, mappings: Iterable[SourceMapping]) -> None:
    names = [mapping.name for mapping in mappings]
    if len(set(names)) < len(names):
        raise SourcesError(
            f"{path}: two mapping files have the same `mapping` name; records could not say which it was"
        )


def _read(path: Path) -> _SourcesFile:
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
    if len(set(names)) < len(names) or _TAKEN & set(names):
        raise SourcesError(f"{path}: each source needs a name of its own, other than {', '.join(sorted(_TAKEN))}")
    return read


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
