"""Making everybody's identifier tokens anew, after the identifier keys have rotated."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import text

from aftercare.directory.adapters import contacts
from aftercare.directory.adapters.contact_keys import ContactKeys
from aftercare.directory.adapters.contacts import StoredContact
from aftercare.directory.adapters.sealed_contact import open_work
from aftercare.directory.adapters.secrets import Tokens
from aftercare.directory.service_layer.describing import describe
from aftercare.kit.store.transaction import UnitOfWork

PAGE = 1000

Claim = tuple[str, str, str]
"""Token, lister, origin."""


async def retoken(unit_of_work: UnitOfWork, keys: ContactKeys, tokens: Tokens, progress: Callable[[int], None]) -> int:
    """Give everybody the tokens of all keys in force, and none of keys that are gone. Returns how many changed.

    Run it after a new key was added and again after the old one was taken away.
    """
    after, published = "", 0
    while True:
        async with unit_of_work() as tx:
            page = await contacts.page_of_all(tx.connection, after, PAGE)
            if not page:
                return published
            data_keys = await keys.read([stored.token for stored in page])
            claims = await asyncio.to_thread(_claims, page, data_keys, tokens)
            await tx.connection.execute(
                _REPLACE,
                {
                    "persons": list(data_keys),
                    "tokens": [claim[0] for claim in claims],
                    "listers": [claim[1] for claim in claims],
                    "origins": [claim[2] for claim in claims],
                },
            )
            published += await describe(tx, [stored.token for stored in page])
        after = page[-1].token
        progress(len(page))


def _claims(page: Sequence[StoredContact], data_keys: Mapping[str, bytes], tokens: Tokens) -> list[Claim]:
    claims: dict[str, Claim] = {}
    for stored in page:
        if stored.token not in data_keys or stored.sealed_work is None:
            continue
        work = open_work(data_keys[stored.token], stored.token, stored.sealed_work)
        for origin, identifiers in (("coordinator", work.linked), ("roster", work.roster)):
            for identifier in identifiers:
                for token in tokens.of_identifier(identifier):
                    claims[token] = (token, stored.token, origin)
    return list(claims.values())


_REPLACE = text(
    "with wanted as (select u.token, u.lister, u.origin, coalesce(p.merged_into, p.token) as person"
    " from unnest(cast(:tokens as text[]), cast(:listers as text[]), cast(:origins as text[]))"
    " as u(token, lister, origin) join person p on p.token = u.lister),"
    " dropped as (delete from claim c where c.kind = 'identifier' and c.listed_by = any(cast(:persons as text[]))"
    " and not exists (select 1 from wanted w where w.token = c.token))"
    " insert into claim (token, kind, person, listed_by, origin)"
    " select token, 'identifier', person, lister, origin from wanted on conflict (token) do nothing"
)
