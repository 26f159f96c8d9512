"""Resolving a person token to a contact: for `outreach` alone, at the last moment, and written down each time."""

import logging
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.exc import SQLAlchemyError

from aftercare.directory.adapters import audit, contacts
from aftercare.directory.adapters.audit import Deed
from aftercare.directory.adapters.contact_keys import ContactKeys
from aftercare.directory.adapters.contacts import StoredContact
from aftercare.directory.adapters.sealed_contact import open_name, open_reach
from aftercare.kit.privacy.envelope_keys import CannotDecrypt
from aftercare.kit.store.transaction import Transaction

log = logging.getLogger(__name__)


class Purpose(StrEnum):
    """Why a contact is read: the header `X-Purpose`."""

    DELIVERY = "delivery"
    """To send a message."""
    CONTACT_CARD = "contact-card"
    """To show it to the human who was asked to call, or to the assigned supporter."""
    UNSPECIFIED = "unspecified"


class NoContact(StrEnum):
    """Why there is none."""

    UNKNOWN = "unknown"
    GONE = "gone"
    UNREADABLE = "unreadable"
    """The keys can't be had now, or do not fit."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to reach somebody; 1 is what they like best."""

    kind: str
    address: str = field(repr=False)
    preferred_order: int


@dataclass(frozen=True, slots=True)
class Contact:
    """A person in the clear. Never log it, never keep it."""

    person: str
    name: str = field(repr=False)
    language: str | None
    zone: str | None
    channels: tuple[Channel, ...] = field(repr=False)


async def resolve(
    tx: Transaction, keys: ContactKeys, token: str, *, actor: str, purpose: Purpose
) -> Contact | NoContact:
    """The contact of `token`, or why there is none. Every look is in the audit log, also one that failed."""
    found: Contact | NoContact
    try:
        found = await _resolve(tx, keys, token)
    except (CannotDecrypt, SQLAlchemyError, OSError) as error:
        log.error("a contact can't be opened: %s", type(error).__name__)  # noqa: TRY400 - only the type
        found = NoContact.UNREADABLE
    result = "given" if isinstance(found, Contact) else found.value
    await audit.record(tx, Deed(actor, "contact.read", token, purpose.value, result))
    return found


async def _resolve(tx: Transaction, keys: ContactKeys, token: str) -> Contact | NoContact:
    stored = await contacts.find(tx.connection, token)
    if stored is None or stored.standing == "new":
        return NoContact.UNKNOWN
    if stored.standing != "active":
        return NoContact.GONE
    key = (await keys.read([stored.token])).get(stored.token)
    return NoContact.GONE if key is None else open_contact(key, stored)


def open_contact(key: bytes, stored: StoredContact) -> Contact:
    """Decrypt. Raises `CannotDecrypt` when the key is not the one it was sealed with."""
    name = open_name(key, stored.token, stored.sealed_name or b"")
    reach = open_reach(key, stored.token, stored.sealed_reach or b"")
    addresses = [(kind, address) for kind in stored.channels if (address := reach.address(kind))]
    return Contact(
        person=stored.token,
        name=name.full,
        language=stored.languages[0] if stored.languages else None,
        zone=stored.zone,
        channels=tuple(Channel(kind, address, order) for order, (kind, address) in enumerate(addresses, start=1)),
    )
