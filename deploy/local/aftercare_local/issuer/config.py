"""What the issuer is started with, and who may ask it for what."""

from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Audience(StrEnum):
    """One audience per side, so that a token for one side opens nothing on another."""

    EVENT = "aftercare-event"
    IDENTITY = "aftercare-identity"
    SUPPORT = "aftercare-support"


AUDIENCES = {
    "intake": Audience.EVENT,
    "directory": Audience.IDENTITY,
    "support": Audience.SUPPORT,
    "outreach": Audience.SUPPORT,
    "sla-event": Audience.EVENT,
    "sla-support": Audience.SUPPORT,
}
"""The audience that each service accepts."""


class Client(BaseModel):
    """A program with a secret of its own (OAuth 2 client credentials)."""

    model_config = ConfigDict(frozen=True)

    id: str
    secret: str
    audience: Audience
    roles: tuple[str, ...]
    sites: tuple[str, ...] = ("*",)


class IssuerConfig(BaseModel):
    """`key` is the file of the signing key (a private JWK)."""

    model_config = ConfigDict(frozen=True)

    port: int
    issuer: str
    key: Path
    clients: tuple[Client, ...]
