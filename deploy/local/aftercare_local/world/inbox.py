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
        self._known: dict[int, Mail] = {}

    def forget_all(self) -> None:
        """A new story: what came before is not of it."""
        self._taken |= {mail.number for mail in self.untaken()}

    def take(self, wanted: Callable[[Mail], bool]) -> Mail | None:
        """The oldest message that nobody has taken and that `wanted` accepts."""
        for mail in self.untaken():
            if wanted(mail):
                self._taken.add(mail.number)
                return mail
        return None

    def untaken(self) -> list[Mail]:
        """In the order of receipt. Mails don't change, so each is fetched once."""
        for mail in self._server.whole_messages(after=max(self._known, default=0)):
            self._known[int(mail["id"])] = self._read(mail)
        return [mail for number, mail in self._known.items() if number not in self._taken]

    def _read(self, mail: dict[str, Any]) -> Mail:
        purpose, channel, approach = self._purpose(str(mail["message_id"]))
        return Mail(
            number=int(mail["id"]),
            to=", ".join(mail["envelope_to"]),
            subject=str(mail["subject"]),
            message_id=str(mail["message_id"]),
            text=str(mail["text"]),
            html=str(mail["html"]),
            links=tuple(mail["links"]),
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
