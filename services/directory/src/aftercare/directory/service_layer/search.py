"""Finding people for a coordinator: exactly by keyed hash, or by reading one site's names page by page."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aftercare.directory.adapters import audit, contacts
from aftercare.directory.adapters.audit import Deed
from aftercare.directory.adapters.contact_keys import ContactKeys
from aftercare.directory.adapters.contacts import StoredContact
from aftercare.directory.adapters.sealed_contact import open_name
from aftercare.directory.adapters.secrets import Tokens
from aftercare.directory.domain.text import comparable
from aftercare.kit.store.transaction import Transaction

MOST_MATCHES = 25
PAGE = 1000
"""Names decrypted per request of a scan: a few tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody who may be meant."""

    person: str
    name: str = field(repr=False)
    role_group: str
    site: str | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class Scanned:
    """One page of a scan. `next` continues it; `scanned` of `of` tells how far it is."""

    matches: tuple[Match, ...]
    scanned: int
    of: int
    next: str | None


async def exactly(
    tx: Transaction, keys: ContactKeys, tokens: Tokens, wanted: tuple[str, str], *, actor: str
) -> Sequence[Match]:
    """People by `("employee-number" | "email" | "family-name", value)`, compared as a whole, at most 25."""
    field_name, value = wanted
    makes = {
        "employee-number": tokens.employee_number,
        "email": tokens.email,
        "family-name": tokens.family_name,
    }
    found = await contacts.by_blind(tx.connection, field_name, makes[field_name](value), MOST_MATCHES)
    data_keys = await keys.read([stored.token for stored in found])
    await audit.record(tx, Deed(actor, "person.searched", field_name, result=str(len(found))))
    return _matches(found, data_keys)


async def scan_site(tx: Transaction, keys: ContactKeys, where: tuple[str, str], after: str, *, actor: str) -> Scanned:
    """People of a site with a part of a name: `where` is both. Reads one page; call again with `next` for more."""
    site, part = where
    page = await contacts.page_of_site(tx.connection, site, after, PAGE)
    data_keys = await keys.read([stored.token for stored in page])
    wanted = comparable(part)
    everybody = await asyncio.to_thread(_matches, page, data_keys)
    matches = [match for match in everybody if wanted and wanted in comparable(match.name)]
    await audit.record(tx, Deed(actor, "site.scanned", site, result=str(len(matches))))
    total = await contacts.count_of_site(tx.connection, site)
    return Scanned(tuple(matches[:MOST_MATCHES]), len(page), total, page[-1].token if len(page) == PAGE else None)


def _matches(found: Sequence[StoredContact], data_keys: Mapping[str, bytes]) -> list[Match]:
    return [
        Match(
            stored.token,
            open_name(data_keys[stored.token], stored.token, stored.sealed_name).full,
            stored.role_group,
            stored.site,
            stored.unit,
        )
        for stored in found
        if stored.token in data_keys and stored.sealed_name
    ]
