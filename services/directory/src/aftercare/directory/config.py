"""The directory's settings."""

import codecs
from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from aftercare.directory.adapters.contact_keys import MasterKeys
from aftercare.directory.domain.roles import RoleTable
from aftercare.kit.privacy.identifiers import IdentifierKeyring, decode_key
from aftercare.kit.privacy.logins import login_key
from aftercare.kit.settings import ServiceSettings


class DirectorySettings(ServiceSettings):
    """What the directory reads beside what every service reads."""

    contact_keys_database_url: SecretStr = Field(
        description="The keys database, with a role and backups of its own: postgresql://user:password@host:port/name"
    )
    contact_master_key: SecretStr = Field(
        description="Wraps the data keys: 32 bytes in base64; 'id:BASE64,id:BASE64' while it rotates, current first"
    )
    identifier_keys: SecretStr = Field(description="The keys of identifier tokens, as in intake: id:BASE64[,id:BASE64]")
    login_key: SecretStr = Field(description="The key of login tokens, as in support: base64, 32 bytes or more")
    blind_index_key: SecretStr = Field(
        description="The key of look-ups by employee number, e-mail and family name: base64; it can't be rotated"
    )
    directory_private_key: SecretStr = Field(description="Private JWK (or JWK Set) that opens identity questions")
    roster_folder: Path | None = Field(None, description="Folder that is watched for roster files (*.csv)")
    roster_folder_every: float = Field(5.0, gt=0, description="Seconds between two looks into the folder")
    roster_country_prefix: str | None = Field(
        None, pattern=r"^\+[1-9][0-9]{0,3}$", description="Country of phone numbers that begin with 0, such as +49"
    )
    roster_employee_system: str | None = Field(
        None, description="Identifier system under which incident systems use employee numbers"
    )
    roster_email_system: str | None = Field(
        None, description="Identifier system under which incident systems use e-mail addresses"
    )
    roster_roles: dict[str, str] = Field(
        default_factory=dict, description='More job titles as JSON: {"ward clerk": "administration"}'
    )
    roster_encoding: str | None = Field(
        None, description="Character set of roster files, when it is guessed wrong: utf-8, cp1250"
    )
    roster_largest_bytes: int = Field(200_000_000, gt=0, description="Largest roster file that is taken")
    contact_reads_per_second: float = Field(50.0, gt=0, description="Contacts that one client may read per second")
    contact_reads_burst: int = Field(400, gt=0, description="Contacts that one client may read at once")
    snapshot_every: timedelta = Field(timedelta(days=1), description="How often everybody is published again")
    forget_leavers_after: timedelta = Field(
        timedelta(days=30), description="How long the contact of somebody who left is kept, for those who come back"
    )

    @field_validator("contact_master_key")
    @classmethod
    def _master(cls, value: SecretStr) -> SecretStr:
        MasterKeys.from_setting(value.get_secret_value())
        return value

    @field_validator("identifier_keys")
    @classmethod
    def _identifiers(cls, value: SecretStr) -> SecretStr:
        IdentifierKeyring.from_setting(value.get_secret_value())
        return value

    @field_validator("login_key")
    @classmethod
    def _login(cls, value: SecretStr) -> SecretStr:
        login_key(value.get_secret_value())
        return value

    @field_validator("blind_index_key")
    @classmethod
    def _index(cls, value: SecretStr) -> SecretStr:
        decode_key(value.get_secret_value(), "the blind-index key")
        return value

    @field_validator("roster_encoding")
    @classmethod
    def _encoding(cls, value: str | None) -> str | None:
        try:
            return codecs.lookup(value).name if value else None
        except LookupError:
            raise ValueError("there is no such character set; try utf-8, cp1252 or cp1250") from None

    @field_validator("roster_roles")
    @classmethod
    def _roles(cls, value: dict[str, str]) -> dict[str, str]:
        RoleTable(value)
        return value
