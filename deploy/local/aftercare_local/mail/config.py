"""What the mail server is started with: one JSON file, since passwords don't belong in a process list."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class MailConfig(BaseModel):
    """Ports are on the loopback address. `reports_to` is the URL that takes delivery reports."""

    model_config = ConfigDict(frozen=True)

    folder: Path
    certificate: Path
    key: Path
    username: str
    password: str
    starttls_port: int
    tls_port: int
    inbox_port: int
    clock: str = "system"
    reports_to: str | None = None
    reports_token: str | None = None
