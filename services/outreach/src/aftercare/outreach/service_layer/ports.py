"""What we need from outside: contacts, and couriers that carry one message."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aftercare.outreach.domain.vocabulary import Channel


class ContactGone(Exception):  # noqa: N818 - it says what is so
    """`directory` knows no contact for this token (any more). Trying again does not help."""


class TryLater(Exception):  # noqa: N818
    """Something outside is down or busy. `reason` is a slug; nothing is lost."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(Exception):  # noqa: N818
    """The message will never get through on this channel. `reason` is a slug, never an address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Contact:
    """A person's contact, held in memory for as long as one message takes. Its `repr` says nothing."""

    name: str
    language: str | None
    zone: str | None
    addresses: tuple[tuple[Channel, str], ...]
    """In the person's own order."""

    @property
    def channels(self) -> tuple[Channel, ...]:
        return tuple(dict.fromkeys(channel for channel, _ in self.addresses))

    def address(self, channel: Channel) -> str | None:
        return next((address for kind, address in self.addresses if kind is channel), None)

    def __repr__(self) -> str:
        return "Contact(…)"


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """One message, ready to go. `reference` and `message_id` stay the same however often it is tried."""

    to: str
    reference: str
    message_id: str
    return_token: str
    written: datetime
    language: str
    subject: str
    text: str
    html: str | None = None
    sender_name: str = ""


class Contacts(Protocol):
    """Resolves a token at the last moment."""

    async def resolve(self, person: str, *, for_card: bool = False) -> Contact:
        """Raises `ContactGone`, or `TryLater`. `for_card`: a human will see it; else a message is sent with it."""
        ...


class Courier(Protocol):
    """One channel."""

    async def send(self, letter: Letter) -> None:
        """Return once the next server has taken it. Raises `Refused`, or `TryLater`."""
        ...

    async def close(self) -> None: ...
