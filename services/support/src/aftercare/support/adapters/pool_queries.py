"""What matching looks at, read in a handful of statements."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.support.adapters import mappers

Pairs = dict[str, set[str]]


async def loads(connection: AsyncConnection) -> dict[str, int]:
    """Open requests and open cases of every supporter."""
    rows = await connection.execute(_LOADS)
    return {row.supporter: row.open_ones for row in rows}


async def involved_with(connection: AsyncConnection, persons: Iterable[str]) -> Pairs:
    """By person: everybody who was ever named for one of the same incidents (H1)."""
    return _pairs(await connection.execute(_INVOLVED, {"persons": list(persons)}))


async def looking_at(connection: AsyncConnection, persons: Iterable[str]) -> Pairs:
    """By person: the members of RCA teams that look at their incidents, or interview them (H2)."""
    return _pairs(await connection.execute(_LOOKING, {"persons": list(persons)}))


async def unwanted_by(connection: AsyncConnection, persons: Iterable[str]) -> Pairs:
    """By person: the supporters whom they don't want (H5)."""
    pairs: Pairs = {}
    for row in await mappers.NOT_THESE.where(connection, "person", persons):
        pairs.setdefault(row.person, set()).add(row.supporter)
    return pairs


async def managing(connection: AsyncConnection, persons: Iterable[str], among: Iterable[str]) -> Pairs:
    """By person: those of `among` who manage anybody of the person's unit, or the person's manager."""
    bound = {"persons": list(persons), "among": list(among)}
    return _pairs(await connection.execute(_MANAGING, bound))


def _pairs(rows: CursorResult[Any]) -> Pairs:
    pairs: Pairs = {}
    for row in rows:
        pairs.setdefault(row.mine, set()).add(row.other)
    return pairs


_LOADS = text("select supporter, count(*) as open_ones from assignment where state in ('asked', 'accepted') group by 1")
_INVOLVED = text(
    "select distinct mine.person as mine, theirs.person as other from obligation mine join obligation theirs"
    " on theirs.incident = mine.incident and theirs.person <> mine.person"
    " where mine.person = any(cast(:persons as text[]))"
)
_MANAGING = text(
    "select distinct mine.person as mine, theirs.manager as other from staff mine join staff theirs"
    " on theirs.site = mine.site and theirs.unit = mine.unit or theirs.person = mine.manager"
    " where mine.person = any(cast(:persons as text[])) and theirs.manager = any(cast(:among as text[]))"
)
_LOOKING = text(
    "select distinct mine.person as mine, who.person as other from obligation mine"
    " join (select rca, incident from rca_incident) looks on looks.incident = mine.incident"
    " join identity.rca_member member on member.rca = looks.rca"
    " join identity.identifier who on who.identifier = member.identifier and who.person is not null"
    " where mine.person = any(cast(:persons as text[]))"
    " union select distinct mine.person as mine, who.person as other from obligation mine"
    " join identity.rca_member member on member.rca = mine.rca"
    " join identity.identifier who on who.identifier = member.identifier and who.person is not null"
    " where mine.person = any(cast(:persons as text[]))"
)
