"""The settings of `outreach`."""

from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from aftercare.kit.settings import ServiceSettings
from aftercare.outreach.adapters.mail import is_sender
from aftercare.outreach.adapters.smtp import SmtpAddress


class OutreachSettings(ServiceSettings):
    """What `outreach` reads besides what every service reads."""

    public_url: str = Field(description="Where people reach the answer page: https://care.example.org or …/some/path")
    base_path: str = Field("", description="Path under which this process itself serves the pages, such as /outreach")
    smtp_url: SecretStr = Field(description="Mail server: smtp://user:password@host:port (STARTTLS) or smtps://…")
    smtp_ca_file: str | None = Field(None, description="PEM file of the authority behind the mail server's certificate")
    mail_from: str = Field("support@aftercare.example", description="Address in From")
    mail_domain: str | None = Field(None, description="Domain in Message-ID; without it, that of From")
    return_domain: str = Field("returnpath.example", description="Domain of the opaque return path b-…@…")
    directory_url: str = Field(description="Where `directory` answers: http://host:port")
    receipt_token: SecretStr = Field(description="What the mail server and the SMS provider show with a receipt")
    sms_url: SecretStr | None = Field(None, description="Apprise URL with {to} and {reference}; without it, no SMS")
    push_url: SecretStr | None = Field(None, description="The same for push; without it, none")
    sms_per_second: float = Field(5.0, gt=0, description="At most so many short messages a second and process")
    senders: int = Field(4, ge=1, le=16, description="Messages that one process sends at once")
    worklist_url: str | None = Field(None, description="Where coordinators find their task list")

    @field_validator("public_url", "directory_url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("base_path")
    @classmethod
    def _is_path(cls, value: str) -> str:
        value = value.rstrip("/")
        if value and not value.startswith("/"):
            raise ValueError("must start with /")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _is_mail_server(cls, value: SecretStr) -> SecretStr:
        SmtpAddress.parse(value.get_secret_value())
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_sender(cls, value: str) -> str:
        if not is_sender(value):
            raise ValueError("must be a plain address such as support@hospital.example")
        return value

    @field_validator("sms_url", "push_url")
    @classmethod
    def _has_place_for_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and "{to}" not in value.get_secret_value():
            raise ValueError("needs {to} where the person's address goes")
        return value

    @model_validator(mode="after")
    def _pages_are_encrypted(self) -> Self:
        if not self.is_local and not self.public_url.startswith("https://"):
            raise ValueError("AFTERCARE_PUBLIC_URL must be https:// (http is for AFTERCARE_PROFILE=local)")
        return self

    @property
    def message_id_domain(self) -> str:
        return (self.mail_domain or self.mail_from.partition("@")[2]).lower()
