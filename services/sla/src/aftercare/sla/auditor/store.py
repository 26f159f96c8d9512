"""What the auditor keeps, in a database of its own: facts, what was said of clocks, and how far it read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.programme.happenings import Happening
from aftercare.sla.auditor import tables
from aftercare.sla.auditor.facts import Change, Difference, Fact, Said


@dataclass(frozen=True, slots=True)
class Position:
    """How far a partition was read."""

    next_offset: int
    known_since: datetime | None


@dataclass(frozen=True, slots=True)
class Family:
    """All that hangs together with a subject."""

    subjects: frozenset[str]
    facts: tuple[Fact, ...]
    said: tuple[Said, ...]

    @property
    def last_heard(self) -> datetime | None:
        """When anything of it was last heard; `None` where nothing is kept of it."""
        heard = [*(fact.heard for fact in self.facts), *(event.heard for event in self.said)]
        return max((one for one in heard if one is not None), default=None)


async def keep(connection: AsyncConnection, facts: Sequence[Fact], said: Sequence[Said], at: datetime) -> None:
    """Write news, each once, and look at whatever it touches when it has settled."""
    await _write(connection, tables.fact, facts)
    await _write(connection, tables.said, said)
    touched = {other for fact in facts for other in fact.references} | {one.subject for one in said}
    await look_again(connection, dict.fromkeys(touched, at))


async def _write(connection: AsyncConnection, table: Table, rows: Sequence[Fact] | Sequence[Said]) -> None:
    if rows:
        await connection.execute(insert(table).on_conflict_do_nothing(), [asdict(row) for row in rows])


async def look_again(connection: AsyncConnection, instants: Mapping[str, datetime]) -> None:
    """Look at each subject at its instant; one that is to be looked at earlier stays earlier."""
    if instants:
        fresh = insert(tables.look)
        earlier = func.least(tables.look.c.at, fresh.excluded.at)
        rows = [{"subject": subject, "at": at} for subject, at in sorted(instants.items())]
        await connection.execute(fresh.on_conflict_do_update(index_elements=["subject"], set_={"at": earlier}), rows)


async def due(connection: AsyncConnection, now: datetime, limit: int) -> list[str]:
    """Subjects whose time to be looked at has come."""
    wanted = select(tables.look.c.subject).where(tables.look.c.at <= now).order_by(tables.look.c.at).limit(limit)
    return list(await connection.scalars(wanted))


async def looked(connection: AsyncConnection, subjects: Iterable[str]) -> None:
    """These need no look before something new says so."""
    await connection.execute(delete(tables.look).where(tables.look.c.subject.in_(list(subjects))))


async def family(connection: AsyncConnection, subject: str) -> Family:
    """Everything that hangs together with a subject, whichever of it named the other."""
    known, fresh = {subject}, {subject}
    facts, said = dict[str, Fact](), dict[str, Said]()
    while fresh:
        found, told = await _facts_about(connection, fresh), await _said_about(connection, fresh)
        facts |= {fact.id: fact for fact in found}
        said |= {one.id: one for one in told}
        named = {one for fact in found for one in fact.references}
        fresh = (named | {one for event in told for one in (event.subject, event.incident) if one}) - known
        known |= fresh
    return Family(frozenset(known), tuple(facts.values()), tuple(said.values()))


async def _facts_about(connection: AsyncConnection, references: Collection[str]) -> list[Fact]:
    table, names = tables.fact, list(references)
    about = or_(table.c.subject.in_(names), table.c.about.overlap(names), table.c.persons.overlap(names))
    return [_fact(row._mapping) for row in await connection.execute(select(table).where(about))]  # noqa: SLF001


async def _said_about(connection: AsyncConnection, references: Collection[str]) -> list[Said]:
    """A clock is found with its incident too, whatever its own subject."""
    table = tables.said
    about = or_(table.c.subject.in_(references), table.c.incident.in_(references))
    rows = await connection.execute(select(table).where(about))
    return [Said(**{**row._mapping, "change": Change(row.change)}) for row in rows]  # noqa: SLF001


def _fact(row: Any) -> Fact:
    values = {field.name: row[field.name] for field in fields(Fact)}
    lists = {name: tuple(one) for name, one in values.items() if isinstance(one, list)}
    return Fact(**{**values, **lists, "happening": Happening(row["happening"])})


async def positions(connection: AsyncConnection) -> dict[tuple[str, int], Position]:
    """How far each partition of each topic was read."""
    rows = await connection.execute(select(tables.position))
    return {(row.topic, row.partition): Position(row.next_offset, row.known_since) for row in rows}


async def advance(connection: AsyncConnection, topic: str, read: Mapping[int, Position]) -> None:
    """Note how far a topic was read, in the transaction that keeps what was read."""
    fresh = insert(tables.position)
    changed = {name: fresh.excluded[name] for name in ("next_offset", "known_since")}
    rows = [{"topic": topic, "partition": partition, **asdict(one)} for partition, one in read.items()]
    await connection.execute(fresh.on_conflict_do_update(index_elements=["topic", "partition"], set_=changed), rows)


async def stand(
    connection: AsyncConnection, subjects: Iterable[str], differences: Sequence[Difference], now: datetime
) -> tuple[list[Difference], bool]:
    """Keep which differences of these subjects stand.

    Returns those that a second round has seen for the first time, and whether there are any that only one has.
    """
    table = tables.standing
    rows = await connection.execute(select(table).where(table.c.subject.in_(list(subjects))))
    before = {(row.rule, row.subject, row.kind): row.is_sure for row in rows}
    after = {(one.rule, one.subject, one.kind.value): one for one in differences}
    for key in before.keys() - after.keys():
        await connection.execute(delete(table).where(_is(key)))
    sure = [key for key in after if before.get(key) is False]
    for key in sure:
        await connection.execute(update(table).where(_is(key)).values(is_sure=True))
    fresh = [{"rule": key[0], "subject": key[1], "kind": key[2]} for key in after if key not in before]
    if fresh:
        await connection.execute(insert(table), [{**one, "found": now, "is_sure": False} for one in fresh])
    return [after[key] for key in sure], bool(fresh)


def _is(key: tuple[str, str, str]) -> ColumnElement[bool]:
    table, (rule, subject, kind) = tables.standing, key
    return (table.c.rule == rule) & (table.c.subject == subject) & (table.c.kind == kind)


async def standing(connection: AsyncConnection) -> int:
    """How many differences stand, as two rounds have seen."""
    table = tables.standing
    return await connection.scalar(select(func.count()).select_from(table).where(table.c.is_sure)) or 0


async def forget(connection: AsyncConnection, whole: Family) -> None:
    """Let go of a family, of all of it at once: half of one would be judged wrongly."""
    for table in (tables.fact, tables.said, tables.standing):
        await connection.execute(delete(table).where(table.c.subject.in_(whole.subjects)))
