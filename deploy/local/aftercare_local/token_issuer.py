"""Starts the token issuer of demo and tests, and makes tokens for people."""

import secrets
import sys
from collections.abc import Iterable
from pathlib import Path

from aftercare_local import ports
from aftercare_local.child import Child, Command, bare_environment
from aftercare_local.failures import PartFailedError, StackError
from aftercare_local.issuer.config import AUDIENCES, Audience, Client, IssuerConfig
from aftercare_local.issuer.tokens import Claims, Mint, new_signing_key
from aftercare_local.leftovers import running
from aftercare_local.paths import LOCAL
from aftercare_local.watchdog import Watchdog

_CLIENTS = {
    "outreach": (Audience.IDENTITY, ("contact-reader",)),
    "source": (Audience.EVENT, ("intake-writer",)),
    "roster": (Audience.IDENTITY, ("roster-writer",)),
}
"""Programs that ask for tokens: whom they speak to, and as what."""


def running_issuer(runs: Path) -> "PeopleTokens":
    """Makes tokens for the stack that was started last; raises `StackError` when none runs."""
    for folder in reversed(running(runs)):
        config = folder / "issuer" / "config.json"
        if config.exists():
            settings = IssuerConfig.model_validate_json(config.read_text())
            return PeopleTokens(Mint.open(settings.issuer, settings.key))
    raise StackError("No stack runs here: start one with `make demo`.")


class PeopleTokens:
    """Tokens as the hospital's sign-in would give them."""

    def __init__(self, mint: Mint) -> None:
        self._mint = mint

    def user_token(
        self, subject: str, service: str, roles: Iterable[str], sites: Iterable[str] = ("*",), *, seconds: int = 28_800
    ) -> str:
        """A signed-in person's token for the side of `service`."""
        return self._mint.token(Claims(subject, AUDIENCES[service], roles, sites), seconds=seconds)


class TokenIssuer(PeopleTokens):
    """One issuer; the same key and clients after a restart."""

    def __init__(self, folder: Path, watchdog: Watchdog) -> None:
        self._watchdog = watchdog
        self._home = folder / "issuer"
        self._log = folder / "logs" / "issuer.log"
        self._child: Child | None = None
        key = self._home / "key.json"
        new_signing_key(key)
        port = ports.port_for("issuer")
        self._config = IssuerConfig(
            port=port,
            issuer=f"http://{ports.HOST}:{port}",
            key=key,
            clients=tuple(
                Client(id=name, secret=secrets.token_urlsafe(24), audience=audience, roles=roles)
                for name, (audience, roles) in _CLIENTS.items()
            ),
        )
        super().__init__(Mint.open(self.issuer, key))

    def start(self) -> None:
        config = self._home / "config.json"
        config.touch(mode=0o600)
        config.write_text(self._config.model_dump_json())
        self._child = Child(
            Command(
                name="issuer",
                argv=[sys.executable, "-m", "aftercare_local.issuer", str(config)],
                log=self._log,
                env=bare_environment(PYTHONPATH=str(LOCAL)),
            ),
            self._watchdog,
        )
        self._child.wait_until(lambda: ports.answers(self._config.port), within=30)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def close(self) -> None:
        self.stop()

    @property
    def child(self) -> Child:
        if self._child is None:
            raise PartFailedError("The token issuer has not been started.")
        return self._child

    @property
    def issuer(self) -> str:
        return self._config.issuer

    def environment(self, service: str) -> dict[str, str]:
        """The settings with which a service checks tokens, and gets its own where it calls another."""
        settings = {
            "AFTERCARE_TOKEN_ISSUER": self.issuer,
            "AFTERCARE_TOKEN_AUDIENCE": str(AUDIENCES[service]),
            "AFTERCARE_TOKEN_JWKS": f"{self.issuer}/jwks",
        }
        return settings | self.client_environment(service)

    def client_environment(self, name: str) -> dict[str, str]:
        """The credentials of a program, empty when it has none."""
        for client in self._config.clients:
            if client.id == name:
                return {
                    "AFTERCARE_CLIENT_ID": client.id,
                    "AFTERCARE_CLIENT_SECRET": client.secret,
                    "AFTERCARE_TOKEN_URL": f"{self.issuer}/token",
                }
        return {}
