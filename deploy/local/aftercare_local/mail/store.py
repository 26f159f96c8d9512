"""Where mails are kept: one file for the message, one for its envelope, so that a restart loses nothing."""

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

LINK = re.compile(r"https?://[^\s<>\"')\]]+")


@dataclass(frozen=True)
class Letter:
    """A mail as it comes in. `user` signed in to send it, over this version of TLS."""

    sender: str
    recipients: Sequence[str]
    raw: bytes = field(repr=False)
    user: str = ""
    tls: str = ""


@dataclass(frozen=True)
class Mail:
    """A mail as it was taken. `received_at` is an ISO instant of the stack's clock."""

    number: int
    envelope_from: str
    envelope_to: tuple[str, ...]
    received_at: str
    user: str
    tls: str
    raw: bytes = field(repr=False)

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=default)

    def part(self, kind: str) -> str:
        """The body of this kind (`plain` or `html`), empty when there is none."""
        found = self.message.get_body((kind,))
        return str(found.get_content()) if found is not None else ""

    @property
    def links(self) -> list[str]:
        return list(dict.fromkeys(link.rstrip(".,;") for link in LINK.findall(self.part("plain"))))

    def summary(self) -> dict[str, Any]:
        """One line of the inbox, as JSON."""
        message = self.message
        return {
            "id": self.number,
            "received_at": self.received_at,
            "envelope_from": self.envelope_from,
            "envelope_to": list(self.envelope_to),
            "from": str(message.get("From", "")),
            "to": str(message.get("To", "")),
            "subject": str(message.get("Subject", "")),
            "message_id": str(message.get("Message-ID", "")),
            "user": self.user,
            "tls": self.tls,
        }

    def details(self) -> dict[str, Any]:
        """The whole mail, as JSON."""
        return self.summary() | {
            "headers": [[name, str(value)] for name, value in self.message.items()],
            "text": self.part("plain"),
            "html": self.part("html"),
            "links": self.links,
        }


@dataclass(frozen=True)
class Wanted:
    """Which mails are asked for: to this address, with this in the subject, numbered higher than `after`."""

    to: str = ""
    subject: str = ""
    after: int = 0

    def matches(self, mail: Mail) -> bool:
        if mail.number <= self.after:
            return False
        if self.to and self.to.lower() not in (address.lower() for address in mail.envelope_to):
            return False
        return self.subject.lower() in str(mail.message.get("Subject", "")).lower()


class MailStore:
    """All mails, in the order in which they came."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._mails = {mail.number: mail for mail in _read(folder)}
        self._last = max(self._mails, default=0)
        self._changed = asyncio.Condition()

    async def add(self, letter: Letter, at: datetime) -> Mail:
        """Keep a mail; returns when it is written, so that a reply of 250 is no lie."""
        self._last += 1
        recipients = tuple(letter.recipients)
        mail = Mail(self._last, letter.sender, recipients, at.isoformat(), letter.user, letter.tls, letter.raw)
        _write(self._folder, mail)
        self._mails[mail.number] = mail
        async with self._changed:
            self._changed.notify_all()
        return mail

    def get(self, number: int) -> Mail | None:
        return self._mails.get(number)

    def find(self, wanted: Wanted) -> list[Mail]:
        return [mail for mail in self._mails.values() if wanted.matches(mail)]

    async def wait_for(self, wanted: Wanted, count: int, within: float) -> list[Mail]:
        """What matches as soon as there are `count`; after `within` seconds what there is."""
        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(lambda: len(self.find(wanted)) >= count)
        except TimeoutError:
            return self.find(wanted)
        return self.find(wanted)

    def clear(self) -> None:
        for number in list(self._mails):
            del self._mails[number]
            for kind in ("json", "eml"):
                (self._folder / f"{number:08}.{kind}").unlink(missing_ok=True)


def _write(folder: Path, mail: Mail) -> None:
    """The envelope comes last and at once: a mail without one was never taken."""
    (folder / f"{mail.number:08}.eml").write_bytes(mail.raw)
    envelope = {name: value for name, value in asdict(mail).items() if name != "raw"}
    fresh = folder / f"{mail.number:08}.new"
    fresh.write_text(json.dumps(envelope))
    fresh.replace(folder / f"{mail.number:08}.json")


def _read(folder: Path) -> Iterator[Mail]:
    for file in sorted(folder.glob("*.json")):
        envelope = json.loads(file.read_text())
        envelope["envelope_to"] = tuple(envelope["envelope_to"])
        yield Mail(**envelope, raw=file.with_suffix(".eml").read_bytes())
