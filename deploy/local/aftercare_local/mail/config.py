"""What the mail server is started with: one JSON file, since passwords don't belong in a process list."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class MailConfig(BaseModel):
    """Ports are on the loopback address. `receipts` is the URL under which delivery reports are taken."""

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
    receipts: str | None = None
    receipt_token: str = ""
