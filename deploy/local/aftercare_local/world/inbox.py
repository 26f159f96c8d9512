"""Everybody's mailbox and phone. A message that nobody expected makes a scenario fail."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aftercare_local.mail_server import MailServer
from aftercare_local.world.databases import Databases


@dataclass(frozen=True)
class Mail:
    """A mail as its reader has it before them. `purpose` is what `outreach` knows; the mail itself does not say it."""

    number: int
    to: str
    subject: str
    message_id: str
    text: str
    html: str
    links: tuple[str, ...]
    purpose: str
    channel: str
    approach: str
    """All messages of one effort to reach somebody have the same."""

    @property
    def answer_link(self) -> str:
        """The link to the page where one answers."""
        for link in self.links:
            if "/a/" in link or "/c/" in link:
                return link
        raise AssertionError(f"a mail without a link to answer: {self.subject!r}, links {self.links}")


class Inbox:
    """Hands out each message once."""

    def __init__(self, server: MailServer, databases: Databases) -> None:
        self._server = server
        self._databases = databases
        self._taken: set[int] = set()
        self._read_before: dict[int, Mail] = {}

    def forget_all(self) -> None:
        """A new story: what came before is not of it."""
        self._taken = {int(mail["id"]) for mail in self._server.messages()}

    def take(self, wanted: Callable[[Mail], bool]) -> Mail | None:
        """The oldest message that nobody has taken and that `wanted` accepts."""
        for mail in self.untaken():
            if wanted(mail):
                self._taken.add(mail.number)
                return mail
        return None

    def untaken(self) -> list[Mail]:
        summaries = [mail for mail in self._server.messages() if int(mail["id"]) not in self._taken]
        return [self._read(mail) for mail in summaries]

    def _read(self, summary: dict[str, Any]) -> Mail:
        """Mails don't change, so each is fetched once."""
        number = int(summary["id"])
        if number not in self._read_before:
            self._read_before[number] = self._fetch(summary)
        return self._read_before[number]

    def _fetch(self, summary: dict[str, Any]) -> Mail:
        whole = self._server.message(int(summary["id"]))
        purpose, channel, approach = self._purpose(str(summary["message_id"]))
        return Mail(
            number=int(summary["id"]),
            to=", ".join(summary["envelope_to"]),
            subject=str(summary["subject"]),
            message_id=str(summary["message_id"]),
            text=str(whole["text"]),
            html=str(whole["html"]),
            links=tuple(whole["links"]),
            purpose=purpose,
            channel=channel,
            approach=approach,
        )

    def _purpose(self, message_id: str) -> tuple[str, str, str]:
        rows = self._databases.rows(
            "outreach",
            "select a.ref, a.purpose, m.channel, m.kind from message m join approach a on a.ref = m.approach"
            " where m.message_id = $1 or m.ref = $2",
            message_id,
            message_id.strip("<>").partition("@")[0],
        )
        if not rows:
            return "unknown", "unknown", "unknown"
        kind = str(rows[0]["kind"])
        purpose = "receipt" if kind == "receipt" else str(rows[0]["purpose"])
        return purpose, str(rows[0]["channel"]), str(rows[0]["ref"])
