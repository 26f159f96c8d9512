"""How the mail server misbehaves, for tests: told over loopback, while it runs."""

from fnmatch import fnmatch

from pydantic import BaseModel, ConfigDict, Field

BOUNCES = ("bounce@*", "bounce[-+.]*@*", "*@bounce.example")


class Rule(BaseModel):
    """The reply to a recipient that matches `address` (`*` and `?` as in file names)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str
    reply: str = Field(pattern=r"^[45]\d\d .+$")


class Behaviour(BaseModel):
    """All at rest: every mail is taken at once, and addresses in `bounces` are reported undeliverable afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    down: bool = False
    """Connections are refused, as when the server is off."""
    rules: tuple[Rule, ...] = ()
    delay_seconds: float = Field(default=0.0, ge=0, le=600)
    """How long the reply to a whole mail takes."""
    lose_replies: int = Field(default=0, ge=0)
    """So many mails are kept, and then the connection breaks before the sender hears it."""
    bounces: tuple[str, ...] = BOUNCES
    """Taken with 250, and then reported as failed by a delivery report (RFC 3464)."""
    confirms: tuple[str, ...] = ("confirm@*", "confirm+*@*")
    """Taken with 250, and then reported as delivered."""

    def refusal(self, address: str) -> str | None:
        """The reply that refuses this recipient, `None` to take it."""
        return next((rule.reply for rule in self.rules if _is(address, rule.address)), None)

    def action(self, address: str) -> str | None:
        """What a delivery report will say of this recipient: `failed`, `delivered` or nothing."""
        if any(_is(address, pattern) for pattern in self.bounces):
            return "failed"
        return "delivered" if any(_is(address, pattern) for pattern in self.confirms) else None


def _is(address: str, pattern: str) -> bool:
    return fnmatch(address.lower(), pattern.lower())
