"""Starts the mail server of demo and tests, and speaks to it."""

import json
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from aftercare_local import ports
from aftercare_local.certificates import issue_certificate
from aftercare_local.child import Child, Command, bare_environment
from aftercare_local.failures import PartFailedError
from aftercare_local.paths import LOCAL
from aftercare_local.watchdog import Watchdog

_USER = "outreach"


class MailServer:
    """One mail server; mails survive `stop`, `kill` and `start`."""

    def __init__(
        self,
        folder: Path,
        watchdog: Watchdog,
        *,
        clock: str = "system",
        receipts: str | None = None,
        receipt_token: str = "",
    ) -> None:
        self._watchdog = watchdog
        self.home = folder / "mail"
        self._log = folder / "logs" / "mail.log"
        self._certificate = issue_certificate(self.home / "certificate")
        self._child: Child | None = None
        self.port = ports.port_for("smtp")
        self.tls_port = ports.port_for("smtps")
        self.inbox_port = ports.port_for("inbox")
        self.username = _USER
        self.password = secrets.token_urlsafe(24)
        self._config: dict[str, Any] = {
            "folder": str(self.home / "messages"),
            "certificate": str(self._certificate.chain),
            "key": str(self._certificate.key),
            "username": self.username,
            "password": self.password,
            "starttls_port": self.port,
            "tls_port": self.tls_port,
            "inbox_port": self.inbox_port,
            "clock": clock,
            "receipts": receipts,
            "receipt_token": receipt_token,
        }

    def start(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)  # the mails hold links, and a link is a key
        config = self.home / "config.json"
        config.touch(mode=0o600)
        config.write_text(json.dumps(self._config))
        self._child = Child(
            Command(
                name="mail",
                argv=[sys.executable, "-m", "aftercare_local.mail", str(config)],
                log=self._log,
                env=bare_environment(PYTHONPATH=str(LOCAL), PYTHONUNBUFFERED="1"),
            ),
            self._watchdog,
        )
        self._child.wait_until(self._ready, within=30)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def close(self) -> None:
        self.stop()

    @property
    def child(self) -> Child:
        if self._child is None:
            raise PartFailedError("The mail server has not been started.")
        return self._child

    @property
    def inbox_url(self) -> str:
        """For a browser."""
        return f"http://{ports.HOST}:{self.inbox_port}/"

    @property
    def authority(self) -> Path:
        """The certificate authority that a sender must trust."""
        return self._certificate.authority

    def smtp_url(self, *, implicit_tls: bool = False) -> str:
        """`smtp://` asks for STARTTLS, `smtps://` for TLS from the first byte. Holds the password."""
        scheme, port = ("smtps", self.tls_port) if implicit_tls else ("smtp", self.port)
        return f"{scheme}://{quote(self.username)}:{quote(self.password)}@{ports.HOST}:{port}"

    @property
    def sms_url(self) -> str:
        """An SMS gateway in apprise's words; its messages stand in the same inbox."""
        return f"json://{ports.HOST}:{self.inbox_port}/api/sms?:to={{to}}&:reference={{reference}}"

    def messages(
        self, *, to: str = "", subject: str = "", at_least: int = 0, within: float = 0
    ) -> list[dict[str, Any]]:
        """Summaries of mails in the order of receipt; with `at_least`, waits up to `within` seconds for so many."""
        asked = {"to": to, "subject": subject, "at_least": at_least, "within": within}
        return list(self._ask("GET", "messages", params=asked, timeout=within + 10).json())

    def whole_messages(self, *, after: int) -> list[dict[str, Any]]:
        """Every mail numbered higher than `after`, each whole."""
        return list(self._ask("GET", "messages", params={"after": after, "whole": 1}, timeout=60).json())

    def message(self, number: int) -> dict[str, Any]:
        """One mail whole: also `text`, `html`, `headers`, `links`."""
        return dict(self._ask("GET", f"messages/{number}").json())

    def raw(self, number: int) -> bytes:
        return self._ask("GET", f"messages/{number}/raw").content

    def clear(self) -> None:
        self._ask("DELETE", "messages")

    def behave(self, **behaviour: Any) -> None:
        """Misbehave (see `mail.behaviour.Behaviour`); without arguments all is well again."""
        self._ask("PUT", "behaviour", json=behaviour)

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = httpx.request(method, f"{self.inbox_url}api/{path}", **{"timeout": 10} | options)
        answer.raise_for_status()
        return answer

    def _ready(self) -> bool:
        return ports.answers(self.inbox_port) and ports.answers(self.port)
