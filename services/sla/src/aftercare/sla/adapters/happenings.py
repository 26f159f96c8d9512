"""Happenings and links in Postgres: sets that only grow until they are purged."""

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.kit.ids import derived_reference
from aftercare.programme.happenings import Happening
from aftercare.programme.model import HarmLevel
from aftercare.sla.domain.model import Happened, Link, Person, Told

_FIELDS = {
    "subject": "text",
    "kind": "text",
    "at": "timestamptz",
    "received": "timestamptz",
    "earliest": "timestamptz",
    "occurred": "timestamptz",
    "discovered": "timestamptz",
    "reported": "timestamptz",
    "revision": "integer",
    "harm": "text",
    "event_kind": "text",
    "site": "text",
    "route": "text",
    "of_staff": "boolean",
    "method": "text",
    "mute": "boolean",
}
_COLUMNS = ", ".join(_FIELDS)


async def keep(connection: AsyncConnection, happened: Collection[Happened]) -> None:
    """Store what is not there yet."""
    if not happened:
        return
    values: dict[str, list[object]] = {name: [getattr(one, name) for one in happened] for name in _FIELDS}
    values["happening"] = [identity_of(one) for one in happened]
    values["flags"] = [_as_text(one.flags) for one in happened]
    values["persons"] = [_as_text(one.persons) for one in happened]
    await connection.execute(_KEEP, values)


async def join(connection: AsyncConnection, links: Iterable[Link]) -> None:
    """Store what belongs together."""
    ordered = sorted({(one.source, one.target) for one in links})
    if ordered:
        sources, targets = [source for source, _ in ordered], [target for _, target in ordered]
        await connection.execute(_JOIN, {"sources": sources, "targets": targets})


async def groups(connection: AsyncConnection, named: Iterable[str]) -> set[str]:
    """Everything whose clocks can change when something happens to these: all that hangs together with them.

    Incidents, whom they name, and analyses hang together; obligations, cases and assignments do. What happens to an
    incident counts for its obligations, not the other way round.
    """
    rows = await connection.execute(_GROUPS, {"named": list(named)})
    return set(rows.scalars())


async def told_of(connection: AsyncConnection, subjects: Iterable[str]) -> Told:
    """All happenings and links of whole groups, and of the incidents of their obligations."""
    subjects = set(subjects)
    wanted = {"subjects": sorted(subjects | await around(connection, subjects))}
    found = await connection.execute(_OF_SUBJECTS, wanted)
    links = await connection.execute(_LINKS, wanted)
    return Told(frozenset(map(_happened, found)), frozenset(Link(row.source, row.target) for row in links))


async def around(connection: AsyncConnection, subjects: Iterable[str]) -> set[str]:
    """The incidents and analyses that count for these obligations, and what hangs together with them."""
    return set((await connection.execute(_AROUND, {"subjects": list(subjects)})).scalars())


def identity_of(one: Happened) -> str:
    """The same for the same content, however often and in whatever message it comes."""
    return derived_reference("hap", *(_as_text(getattr(one, each.name)) for each in fields(one)))


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Person):
        return f"{value.reference}:{value.harm}" if value.harm is not None else value.reference
    return ",".join(sorted(map(_as_text, value))) if isinstance(value, frozenset) else str(value)


def _person(words: str) -> Person:
    reference, _, harm = words.partition(":")
    return Person(reference, HarmLevel(harm) if harm else None)


def _happened(row: Any) -> Happened:
    values = {name: getattr(row, name) for name in _FIELDS}
    values["kind"] = Happening(row.kind)
    values["harm"] = HarmLevel(row.harm) if row.harm else None
    return Happened(**values, flags=frozenset(row.flags), persons=frozenset(map(_person, row.persons)))


_KEEP = text(
    f"insert into happening (happening, flags, persons, {_COLUMNS})"  # noqa: S608 - our own names
    f" select happening, string_to_array(flags, ','), string_to_array(persons, ','), {_COLUMNS} from unnest("
    " cast(:happening as text[]), cast(:flags as text[]), cast(:persons as text[]),"
    f" {', '.join(f'cast(:{name} as {kind}[])' for name, kind in _FIELDS.items())})"
    f" as u(happening, flags, persons, {_COLUMNS}) on conflict do nothing"
)
_JOIN = text(
    "insert into link (source, target, crosses)"
    " select s, t, left(s, 3) in ('inc', 'rca') and left(t, 3) not in ('inc', 'rca', 'pat')"
    " from unnest(cast(:sources as text[]), cast(:targets as text[])) as u(s, t) on conflict do nothing"
)
_NEIGHBOURS = (
    "join lateral (select target as next from link where source = subject and not crosses"
    " union all select source from link where target = subject and not crosses) n on true"
)
_GROUPS = text(
    "with recursive first(subject) as (select unnest(cast(:named as text[]))"  # noqa: S608 - our own words
    " union select next from first " + _NEIGHBOURS + "),"
    " below(subject) as (select target from first join link on source = subject where crosses"
    " union select next from below " + _NEIGHBOURS + ")"
    " select subject from first union select subject from below"
)
_AROUND = text(
    "with recursive above(subject) as (select source from link"  # noqa: S608 - our own words
    " where target = any(cast(:subjects as text[])) and crosses"
    " union select next from above " + _NEIGHBOURS + ") select subject from above"
)
_OF_SUBJECTS = text(f"select flags, persons, {_COLUMNS} from happening where subject = any(cast(:subjects as text[]))")  # noqa: S608
_LINKS = text(
    "select source, target from link where target = any(cast(:subjects as text[]))"
    " and source = any(cast(:subjects as text[]))"
)
