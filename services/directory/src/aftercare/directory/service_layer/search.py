"""Finding people for a coordinator: exactly by keyed hash, or by reading one site's names page by page."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from aftercare.directory.adapters import audit, contacts
from aftercare.directory.adapters.audit import Deed
from aftercare.directory.adapters.contact_keys import ContactKeys
from aftercare.directory.adapters.contacts import StoredContact
from aftercare.directory.adapters.sealed_contact import open_name
from aftercare.directory.adapters.secrets import Tokens
from aftercare.directory.domain.text import comparable
from aftercare.kit.store.paging import Cursor, Page, PageAsked, Reference
from aftercare.kit.store.transaction import Transaction

MOST_MATCHES = 25
PAGE = 1000
"""Names decrypted per request of a scan: a few tens of milliseconds."""
_CURSOR = Cursor(Reference)


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody who may be meant."""

    person: str
    name: str = field(repr=False)
    role_group: str
    site: str | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class Exact:
    """A value of `employee-number`, `email` or `family-name`, at some sites, or at all of them if it is none."""

    kind: str
    value: str = field(repr=False)
    sites: Collection[str] | None


@dataclass(frozen=True, slots=True)
class Scanned:
    """One page of a scan. `next` continues it; `scanned` of `of` tells how far it is."""

    matches: tuple[Match, ...]
    scanned: int
    of: int
    next: str | None


async def exactly(
    tx: Transaction, keys: ContactKeys, tokens: Tokens, wanted: Exact, after: str | None, *, actor: str
) -> Page[Match]:
    """People by a value that is compared as a whole, at most 25 in a page."""
    makes = {
        "employee-number": tokens.employee_number,
        "email": tokens.email,
        "family-name": tokens.family_name,
    }
    mac, asked = makes[wanted.kind](wanted.value), PageAsked(MOST_MATCHES, after)
    found = await contacts.by_blind(tx.connection, wanted.kind, mac, asked, wanted.sites)
    data_keys = await keys.read([stored.token for stored in found.rows])
    await audit.record(tx, Deed(actor, "person.searched", wanted.kind, result=str(len(found.rows))))
    return Page(_matches(found.rows, data_keys), found.next)


async def scan_site(
    tx: Transaction, keys: ContactKeys, where: tuple[str, str], after: str | None, *, actor: str
) -> Scanned:
    """People of a site with a part of a name: `where` is both. Reads one page; call again with `next` for more.

    A page ends with its last match if it has more than can be shown, so that the next begins behind that one.
    """
    site, part = where
    [behind] = ("",) if after is None else _CURSOR.read(after)
    page = await contacts.page_of_site(tx.connection, site, behind, PAGE)
    data_keys = await keys.read([stored.token for stored in page])
    wanted = comparable(part)
    everybody = await asyncio.to_thread(_matches, page, data_keys)
    matches = [match for match in everybody if wanted and wanted in comparable(match.name)]
    shown = matches[:MOST_MATCHES]
    await audit.record(tx, Deed(actor, "site.scanned", site, result=str(len(shown))))
    total = await contacts.count_of_site(tx.connection, site)
    tokens = [stored.token for stored in page]
    if len(matches) > len(shown):
        tokens = tokens[: tokens.index(shown[-1].person) + 1]
    more = len(matches) > len(shown) or len(page) == PAGE
    return Scanned(tuple(shown), len(tokens), total, _CURSOR.write(tokens[-1]) if more else None)


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
