"""Reading sealed contacts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.kit.store.paging import Order, Page, PageAsked


@dataclass(frozen=True, slots=True)
class StoredContact:
    """A person's contact as it lies in the table."""

    token: str
    standing: str
    origin: str
    site: str | None
    unit: str | None
    role_group: str
    zone: str | None
    languages: tuple[str, ...]
    channels: tuple[str, ...]
    sealed_name: bytes | None = field(default=None, repr=False)
    sealed_reach: bytes | None = field(default=None, repr=False)
    sealed_work: bytes | None = field(default=None, repr=False)


async def find(connection: AsyncConnection, token: str) -> StoredContact | None:
    """The contact of `token`, or of the person it was merged into."""
    row = (await connection.execute(_FIND, {"token": token})).first()
    return _contact(row) if row else None


async def by_blind(
    connection: AsyncConnection, field_name: str, mac: bytes, asked: PageAsked, sites: Collection[str] | None
) -> Page[StoredContact]:
    """People who work at `sites` (anywhere, if it is none) and have this value in the blind index, by token."""
    wanted = {"field": field_name, "mac": mac, "everywhere": sites is None, "sites": sorted(sites or ())}
    rows = await connection.execute(_BY_BLIND, wanted | _BY_TOKEN.bound(asked))
    return _BY_TOKEN.page(asked, [_contact(row) for row in rows])


async def page_of_site(connection: AsyncConnection, site: str, after: str, size: int) -> Sequence[StoredContact]:
    """The next people of a site, by token."""
    rows = await connection.execute(_PAGE, {"site": site, "after": after, "size": size})
    return [_contact(row) for row in rows]


async def page_of_all(connection: AsyncConnection, after: str, size: int) -> Sequence[StoredContact]:
    """The next people of all who have a contact, held until the transaction ends."""
    rows = await connection.execute(_PAGE_OF_ALL, {"after": after, "size": size})
    return [_contact(row) for row in rows]


async def count_of_all(connection: AsyncConnection) -> int:
    return int(await connection.scalar(text("select count(*) from person where sealed_work is not null")) or 0)


async def count_of_site(connection: AsyncConnection, site: str) -> int:
    return int(await connection.scalar(_COUNT, {"site": site}) or 0)


async def lock_work(connection: AsyncConnection, token: str) -> StoredContact | None:
    """One person with what systems call them, held until the transaction ends."""
    row = (await connection.execute(_LOCK, {"token": token})).first()
    return _contact(row) if row else None


async def save_work(connection: AsyncConnection, token: str, sealed: bytes) -> None:
    await connection.execute(
        text("update person set sealed_work = :sealed where token = :token"), {"token": token, "sealed": sealed}
    )


async def forget(connection: AsyncConnection, tokens: Collection[str]) -> None:
    """Delete what this database knows of them; the tokens stay, so that nobody else ever gets them."""
    params = {"tokens": list(tokens)}
    await connection.execute(_FORGET, params)
    await connection.execute(text("delete from claim where listed_by = any(cast(:tokens as text[]))"), params)
    await connection.execute(text("delete from blind_index where person = any(cast(:tokens as text[]))"), params)


def _contact(row: Row[tuple[object, ...]]) -> StoredContact:
    return StoredContact(
        token=row.token,
        standing=row.standing,
        origin=row.origin,
        site=row.site,
        unit=row.unit,
        role_group=row.role_group,
        zone=row.zone,
        languages=tuple(row.languages),
        channels=tuple(row.channels),
        sealed_name=row.sealed_name,
        sealed_reach=row.sealed_reach,
        sealed_work=row.sealed_work,
    )


_FIND = text(
    "select p.* from person a join person p on p.token = coalesce(a.merged_into, a.token) where a.token = :token"
)
_BY_TOKEN: Order[StoredContact] = Order({"p.token": "text"}, lambda stored: (stored.token,))
_BY_BLIND = text(
    "select distinct p.* from blind_index b join person a on a.token = b.person"  # noqa: S608 - our own words
    " join person p on p.token = coalesce(a.merged_into, a.token)"
    " where b.field = :field and b.mac = :mac and p.standing = 'active'"
    f" and (:everywhere or p.site = any(cast(:sites as text[]))){_BY_TOKEN.sql}"
)
_PAGE = text(
    "select * from person where site = :site and standing = 'active' and token > :after order by token limit :size"
)
_PAGE_OF_ALL = text(
    "select * from person where sealed_work is not null and token > :after order by token limit :size for update"
)
_COUNT = text("select count(*) from person where site = :site and standing = 'active'")
_LOCK = text(
    "select p.* from person a join person p on p.token = coalesce(a.merged_into, a.token)"
    " where a.token = :token for update of p"
)
_FORGET = text(
    "update person set standing = 'erased', employed = false, merged_into = null, role_group = 'other', site = null,"
    " unit = null, manager = null, zone = null, languages = '{}', channels = '{}', valid_from = null,"
    " valid_until = null, sealed_name = null, sealed_reach = null, sealed_work = null, row_mac = null"
    " where token = any(cast(:tokens as text[]))"
)
