"""Reading and writing people in bulk: every statement takes many rows at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.directory.domain.people import Description, Employment


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as far as an import must know them."""

    token: str
    standing: str
    employed: bool
    row_mac: bytes | None
    sealed_work: bytes | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A person with all that a description is made of."""

    description: Description
    standing: str
    revision: int
    published: bytes | None
    merged_into: str | None
    employments: tuple[Employment, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a person's publication, to be written back."""

    person: str
    revision: int
    standing: str
    fingerprint: bytes | None


async def numbers(connection: AsyncConnection) -> Mapping[bytes, str]:
    """Everybody's employee number (keyed hash) and person."""
    rows = await connection.execute(text("select mac, person from blind_index where field = 'employee-number'"))
    return {row.mac: row.person for row in rows}


async def working(connection: AsyncConnection) -> frozenset[str]:
    """Those whom the roster brought and who are employed: the ones that a roster can make leave."""
    rows = await connection.execute(text("select token from person where employed and origin = 'roster'"))
    return frozenset(row.token for row in rows)


async def lock(connection: AsyncConnection, tokens: Collection[str]) -> Mapping[str, KnownPerson]:
    """The people behind `tokens`, held until the transaction ends."""
    rows = await connection.execute(_LOCK, {"tokens": sorted(tokens)})
    return {row.token: KnownPerson(row.token, row.standing, row.employed, row.row_mac, row.sealed_work) for row in rows}


async def survivors(connection: AsyncConnection, tokens: Collection[str]) -> Mapping[str, str]:
    """For those who were merged: the person they are now."""
    rows = await connection.execute(_SURVIVORS, {"tokens": list(tokens)})
    return {row.token: row.merged_into for row in rows}


async def load(connection: AsyncConnection, tokens: Collection[str]) -> Iterator[Loaded]:
    """Everything that a description is made of, in order of tokens."""
    return (_loaded(row) for row in await connection.execute(_LOAD, {"tokens": list(tokens)}))


async def save_published(connection: AsyncConnection, done: Sequence[Published], now: datetime) -> None:
    """Write back what was published."""
    await connection.execute(
        _SAVE_PUBLISHED,
        {
            "tokens": [one.person for one in done],
            "revisions": [one.revision for one in done],
            "standings": [one.standing for one in done],
            "fingerprints": [one.fingerprint for one in done],
            "now": now,
        },
    )


async def stop_employing(connection: AsyncConnection, tokens: Collection[str], now: datetime) -> None:
    """Their contract has ended. The line is forgotten, so that the same line makes them come back."""
    await connection.execute(_STOP_EMPLOYING, {"tokens": list(tokens), "now": now})


async def page_of_published(connection: AsyncConnection, after: str, size: int) -> Sequence[str]:
    """The next people, by token, of whom something was ever published."""
    rows = await connection.execute(_PAGE, {"after": after, "size": size})
    return [row.token for row in rows]


async def moved_by_date(connection: AsyncConnection, today: date) -> Sequence[str]:
    """People whose first or last day has passed without anything else having happened."""
    rows = await connection.execute(_MOVED_BY_DATE, {"today": today})
    return [row.token for row in rows]


async def left_before(connection: AsyncConnection, before: datetime, at_most: int) -> Sequence[str]:
    """People who left before that moment, the longest gone first."""
    rows = await connection.execute(_LEFT_BEFORE, {"before": before, "n": at_most})
    return [row.token for row in rows]


def _loaded(row: Row[tuple[object, ...]]) -> Loaded:
    return Loaded(
        Description(
            person=row.token,
            identifiers=tuple(row.identifiers),
            logins=tuple(row.logins),
            role_group=row.role_group,
            site=row.site,
            unit=row.unit,
            manager=row.manager,
            zone=row.zone,
            languages=tuple(row.languages),
            channels=tuple(row.channels),
            merged_from=tuple(row.merged_from),
        ),
        standing=row.standing,
        revision=row.revision,
        published=row.published,
        merged_into=row.merged_into,
        employments=(
            Employment(row.employed, row.valid_from, row.valid_until),
            *(Employment(bool(each[0]), _day(each[1]), _day(each[2])) for each in row.others),
        ),
    )


def _day(stated: str | None) -> date | None:
    return date.fromisoformat(stated) if stated else None


_LOCK = text(
    "select token, standing, employed, row_mac, sealed_work from person"
    " where token = any(cast(:tokens as text[])) order by token for update"
)
_SURVIVORS = text(
    "select token, merged_into from person where token = any(cast(:tokens as text[])) and merged_into is not null"
)
_LOAD = text(
    "select p.*,"
    " array(select c.token from claim c where c.person = p.token and c.kind = 'identifier' order by 1) as identifiers,"
    " array(select c.token from claim c where c.person = p.token and c.kind = 'login' order by 1) as logins,"
    " array(select o.token from person o where o.merged_into = p.token order by 1) as merged_from,"
    " coalesce((select jsonb_agg(jsonb_build_array(o.employed, o.valid_from, o.valid_until)) from person o"
    " where o.merged_into = p.token), '[]') as others"
    " from person p where p.token = any(cast(:tokens as text[])) order by p.token for update"
)
_SAVE_PUBLISHED = text(
    "update person p set revision = u.revision, standing = u.standing, published = u.fingerprint, changed_at = :now,"
    " left_at = case when u.standing = 'left' then coalesce(p.left_at, :now) end"
    " from unnest(cast(:tokens as text[]), cast(:revisions as bigint[]), cast(:standings as text[]),"
    " cast(:fingerprints as bytea[])) as u(token, revision, standing, fingerprint) where p.token = u.token"
)
_STOP_EMPLOYING = text(
    "update person set employed = false, row_mac = null, changed_at = :now"
    " where token = any(cast(:tokens as text[])) and employed"
)
_PAGE = text("select token from person where token > :after and published is not null order by token limit :size")
_MOVED_BY_DATE = text(
    "select token from person where (standing = 'active' and valid_until < :today)"
    " or (standing in ('new', 'left') and employed and coalesce(valid_from, :today) <= :today"
    " and coalesce(valid_until, :today) >= :today)"
)
_LEFT_BEFORE = text("select token from person where standing = 'left' and left_at < :before order by left_at limit :n")
