"""Support's settings."""

from pydantic import Field, SecretStr, field_validator

from aftercare.kit.privacy.logins import login_key
from aftercare.kit.settings import ServiceSettings


class SupportSettings(ServiceSettings):
    """What support reads beside what every service reads."""

    login_key: SecretStr = Field(description="The key of login tokens, as in directory: base64, 32 bytes or more")

    @field_validator("login_key")
    @classmethod
    def _login(cls, value: SecretStr) -> SecretStr:
        login_key(value.get_secret_value())
        return value
