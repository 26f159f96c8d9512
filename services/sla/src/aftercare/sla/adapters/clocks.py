"""Clocks in Postgres: one row each, which holds all that was said of it and when something is due of itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.programme.clocks import Recurring, Timestamp
from aftercare.programme.happenings import Happening
from aftercare.sla.adapters.editions import EditionShelf
from aftercare.sla.domain.model import CancelReason, Clock, Mark, Outcome, Published, State

Place = tuple[datetime, str]
"""In the order in which clocks are due: an instant, and a clock that is due then."""
Advanced = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was said of a clock, and when something is due of itself: a warning or the miss."""

    published: Published
    next_at: datetime | None

    @property
    def clock(self) -> Clock:
        return self.published.clock

    @property
    def is_open(self) -> bool:
        """Somebody still has to do it, in time or not. An act that came too soon can't be undone."""
        state, outcome = self.published.state, self.clock.outcome
        if state in (State.MISSED, State.UNMEETABLE):
            is_done = outcome.stopped is not None and not isinstance(self.clock.rule.form, Recurring)
            return not is_done and outcome.broken is None
        return state is State.RUNNING


async def of_subjects(connection: AsyncConnection, shelf: EditionShelf, subjects: Iterable[str]) -> dict[str, Kept]:
    """By reference: the clocks of these, held until the end of the transaction."""
    rows = (await connection.execute(_OF_SUBJECTS, {"subjects": list(subjects)})).all()
    return {one.clock.reference: one for one in await kept_of_rows(connection, shelf, rows)}


async def claim_due(
    connection: AsyncConnection, now: datetime, *, size: int, resting: Iterable[str] = ()
) -> dict[str, int]:
    """Clocks of which something is due, earliest first, that nobody else holds and that are not `resting`.

    By reference: the version of the row. Whoever writes a row gives it another.
    """
    rows = await connection.execute(_CLAIM, {"now": now, "size": size, "resting": list(resting)})
    return {row.clock: row.version for row in rows}


async def read(connection: AsyncConnection, shelf: EditionShelf, references: Sequence[str]) -> dict[str, Kept]:
    """By the reference of the row."""
    if not references:
        return {}
    rows = (await connection.execute(_READ, {"clocks": list(references)})).all()
    return dict(zip((row.clock for row in rows), await kept_of_rows(connection, shelf, rows), strict=True))


async def due_soon(connection: AsyncConnection, after: Place, until: datetime, *, size: int) -> Sequence[Any]:
    """Rows of which something is due after a place in the order of what is due, for `kept_of`. None is held."""
    bound = {"instant": after[0], "clock": after[1], "until": until, "size": size}
    return (await connection.execute(_DUE_SOON, bound)).all()


async def due_references(
    connection: AsyncConnection, now: datetime, *, size: int, resting: Iterable[str] = ()
) -> list[str]:
    """The references of clocks of which something is due, earliest first."""
    rows = await connection.execute(_DUE, {"now": now, "size": size, "resting": list(resting)})
    return list(rows.scalars())


async def claim(connection: AsyncConnection, shelf: EditionShelf, reference: str) -> list[Kept]:
    """One clock, if nobody else holds it."""
    rows = (await connection.execute(_CLAIM_ONE, {"clock": reference})).all()
    return await kept_of_rows(connection, shelf, rows)


async def next_due(connection: AsyncConnection, resting: Iterable[str] = ()) -> datetime | None:
    """When the next warning or miss is due."""
    found: datetime | None = await connection.scalar(_NEXT_DUE, {"resting": list(resting)})
    return found


async def put(connection: AsyncConnection, shelf: EditionShelf, changed: Sequence[Kept], now: datetime) -> None:
    """Insert or replace."""
    if changed:
        values = {name: [get(one) for one in changed] for name, (_, get) in _FIELDS.items()}
        values["edition"] = [shelf.reference(one.clock.edition) for one in changed]
        await connection.execute(_PUT, {**values, "now": now})


def advanced(one: Kept) -> Advanced:
    """What a tick writes of a clock: nothing of the clock itself, only how far it is."""
    return tuple(_FIELDS[name][1](one) for name in _ADVANCED)


async def advance(connection: AsyncConnection, changed: Sequence[Advanced], now: datetime) -> None:
    """Write how far clocks are.

    Raises `LookupError` where a row is not the clock's own: what is said of it would be said again and again.
    """
    if changed:
        values = dict(zip(_ADVANCED, map(list, zip(*changed, strict=True)), strict=True))
        written = await connection.execute(_ADVANCE, {**values, "now": now})
        if written.rowcount != len(changed):
            raise LookupError("a clock is kept under another reference than its own")


async def kept_of_rows(connection: AsyncConnection, shelf: EditionShelf, rows: Sequence[Any]) -> list[Kept]:
    """Rows in our words, whatever rules they were born by."""
    await shelf.load(connection, {row.edition for row in rows})
    return [kept_of(row, shelf) for row in rows]


def kept_of(row: Any, shelf: EditionShelf) -> Kept:
    """A row in our words."""
    clock = Clock(
        edition=shelf.edition(row.edition),
        subject=row.subject,
        incident=row.incident,
        site=row.site,
        start=row.start,
        start_from=Timestamp(row.start_from),
        opens=row.opens,
        due=row.due,
        born=row.born,
        outcome=Outcome(
            verdict=State(row.verdict),
            stopped=row.stopped,
            stopped_by=Happening(row.stopped_by) if row.stopped_by else None,
            broken=row.broken,
            cancelled=row.cancelled,
            reason=CancelReason(row.cancel_reason) if row.cancel_reason else None,
        ),
        attempted=row.attempted,
        marks=tuple(map(Mark, row.mark_percents, row.mark_instants)),
    )
    return Kept(Published(clock, State(row.state), frozenset(row.warned), row.revision), row.next_at)


def _joined(values: Iterable[object]) -> str:
    """A list inside a list does not survive `unnest`, so it travels as one text."""
    return ",".join(str(value) for value in values)


_FIELDS: Mapping[str, tuple[str, Callable[[Kept], Any]]] = {
    "clock": ("text", lambda one: one.clock.reference),
    "subject": ("text", lambda one: one.clock.subject),
    "rule": ("text", lambda one: one.clock.rule.id),
    "revision": ("integer", lambda one: one.published.revision),
    "state": ("text", lambda one: one.published.state),
    "verdict": ("text", lambda one: one.clock.outcome.verdict),
    "incident": ("text", lambda one: one.clock.incident),
    "site": ("text", lambda one: one.clock.site),
    "start": ("timestamptz", lambda one: one.clock.start),
    "start_from": ("text", lambda one: one.clock.start_from),
    "opens": ("timestamptz", lambda one: one.clock.opens),
    "due": ("timestamptz", lambda one: one.clock.due),
    "born": ("timestamptz", lambda one: one.clock.born),
    "attempted": ("timestamptz", lambda one: one.clock.attempted),
    "stopped": ("timestamptz", lambda one: one.clock.outcome.stopped),
    "stopped_by": ("text", lambda one: one.clock.outcome.stopped_by),
    "broken": ("timestamptz", lambda one: one.clock.outcome.broken),
    "cancelled": ("timestamptz", lambda one: one.clock.outcome.cancelled),
    "cancel_reason": ("text", lambda one: one.clock.outcome.reason),
    "warned": ("smallint[]", lambda one: _joined(sorted(one.published.warned))),
    "mark_percents": ("smallint[]", lambda one: _joined(mark.percent for mark in one.clock.marks)),
    "mark_instants": ("timestamptz[]", lambda one: _joined(mark.at.isoformat() for mark in one.clock.marks)),
    "next_at": ("timestamptz", lambda one: one.next_at),
    "open": ("boolean", lambda one: one.is_open),
}
"""Every column but `edition` and `changed`: its type, and where its value comes from."""
_ADVANCED = ("clock", "revision", "state", "warned", "next_at", "open")


def _sent(name: str) -> str:
    kind = _FIELDS[name][0] if name in _FIELDS else "text"
    return f"cast(:{name} as {'text' if kind.endswith('[]') else kind}[])"


def _read(name: str) -> str:
    kind = _FIELDS[name][0] if name in _FIELDS else "text"
    return f"cast(string_to_array(u.{name}, ',') as {kind})" if kind.endswith("[]") else f"u.{name}"


_ALL = (*_FIELDS, "edition")
COLUMNS = ", ".join(_ALL)
_OF_SUBJECTS = text(
    f"select {COLUMNS} from clock where subject = any(cast(:subjects as text[])) order by clock for no key update"  # noqa: S608 - our own names
)
_CLAIM = text(
    "select clock, xmin as version from clock where next_at <= :now and clock <> all(cast(:resting as text[]))"
    " order by next_at limit :size for no key update skip locked"
)
_READ = text(f"select {COLUMNS} from clock where clock = any(cast(:clocks as text[]))")  # noqa: S608
_DUE_SOON = text(
    f"select {COLUMNS}, xmin as version from clock where (next_at, clock) > (:instant, :clock) and next_at <= :until"  # noqa: S608
    " order by next_at, clock limit :size"
)
_DUE = text(
    "select clock from clock where next_at <= :now and clock <> all(cast(:resting as text[]))"
    " order by next_at limit :size"
)
_CLAIM_ONE = text(f"select {COLUMNS} from clock where clock = :clock for no key update skip locked")  # noqa: S608
_NEXT_DUE = text(
    "select next_at from clock where next_at is not null and clock <> all(cast(:resting as text[]))"
    " order by next_at limit 1"
)
_PUT = text(
    f"insert into clock ({COLUMNS}, changed) select {', '.join(_read(name) for name in _ALL)}, :now"  # noqa: S608
    f" from unnest({', '.join(_sent(name) for name in _ALL)}) as u({COLUMNS}) on conflict (clock) do update set"
    f" {', '.join(f'{name} = excluded.{name}' for name in (*_ALL[1:], 'changed'))}"
)
_ADVANCE = text(
    f"update clock c set {', '.join(f'{name} = {_read(name)}' for name in _ADVANCED[1:])}, changed = :now"  # noqa: S608
    f" from unnest({', '.join(_sent(name) for name in _ADVANCED)}) as u({', '.join(_ADVANCED)})"
    " where c.clock = u.clock"
)
