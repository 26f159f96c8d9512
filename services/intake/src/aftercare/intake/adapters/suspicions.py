"""Suspected duplicates across sources: found by place and time, kept as pairs, decided by humans.

The row stays, with who decided and when: it is the audit of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import text

from aftercare.intake.adapters.ledger_reads import BOOK
from aftercare.intake.domain.book import Book
from aftercare.intake.domain.suspicion import (
    NUMBER,
    WIDEST,
    Suspect,
    SuspicionReason,
    SuspicionState,
    pair,
    suspect,
    suspicion,
)
from aftercare.intake.service_layer.ports import Naming
from aftercare.kit.store.paging import Order, Page, PageAsked
from aftercare.kit.store.transaction import Transaction

Pair = tuple[str, str]
AT_MOST = 20
"""The nearest in time that are looked at for one incident: a bound on work, far above what a site has at once."""


async def look(tx: Transaction, books: Mapping[str, Book], naming: Naming) -> None:
    """Bring the suspicions about changed incidents up to date. Their books have been written, by this transaction.

    One transaction at a time looks at a site, so that of two reports at the same moment the later sees the earlier.
    """
    if not books:
        return
    incidents = {"incidents": sorted(books)}
    suspects = [suspect(books[one]) for one in incidents["incidents"]]
    await tx.connection.execute(_NOTE, incidents | _columns(suspects))
    found: dict[Pair, tuple[SuspicionReason, str]] = {}
    sites = sorted({one.site for one in suspects if one is not None})
    if sites:
        await tx.connection.execute(_LOCK_SITES, {"sites": sites})
        bounds = {"at_most": AT_MOST, "widest": WIDEST}
        for row in await tx.connection.execute(_CANDIDATES, incidents | {"sites": sites} | bounds):
            one, other = _suspect(row.book, row.signs), _suspect(row.other_book, row.other_signs)
            reason = suspicion(one, other)
            if one is not None and other is not None and reason is not None:
                found[pair(one.incident, other.incident)] = reason, one.site
    known = await _look_again(tx, incidents)
    await _add(tx, {both: told for both, told in found.items() if both not in known}, naming)


async def _look_again(tx: Transaction, incidents: Mapping[str, Sequence[str]]) -> set[Pair]:
    """All pairs kept of these incidents. What nobody has decided follows what is known now."""
    rows = list(await tx.connection.execute(_KNOWN, incidents))
    undecided = [row for row in rows if row.state in (SuspicionState.OPEN, SuspicionState.NO_LONGER)]
    suspects: dict[str, Suspect | None] = {}
    if undecided:
        wanted = sorted({one for row in undecided for one in (row.first, row.second)})
        for row in await tx.connection.execute(_BOOKS, {"incidents": wanted}):
            suspects[row.incident] = _suspect(row.book, row.signs)
    turned = []
    for row in undecided:
        first = suspects.get(row.first)
        reason = suspicion(first, suspects.get(row.second))
        told = (row.reason, SuspicionState.NO_LONGER) if reason is None else (reason.value, SuspicionState.OPEN)
        if told != (row.reason, row.state):
            turned.append((row.suspicion, *told, row.site if first is None or reason is None else first.site))
    if turned:
        names = ("suspicions", "reasons", "states", "sites")
        columns = {name: [str(one[at]) for one in turned] for at, name in enumerate(names)}
        await tx.connection.execute(_TURN, columns | {"now": tx.now})
    return {(row.first, row.second) for row in rows}


async def _add(tx: Transaction, found: Mapping[Pair, tuple[SuspicionReason, str]], naming: Naming) -> None:
    if not found:
        return
    pairs = sorted(found)
    await tx.connection.execute(
        _ADD,
        {
            "suspicions": [naming.reference("sus", *both) for both in pairs],
            "firsts": [first for first, _ in pairs],
            "seconds": [second for _, second in pairs],
            "sites": [found[both][1] for both in pairs],
            "reasons": [found[both][0].value for both in pairs],
            "now": tx.now,
        },
    )


async def find(tx: Transaction, reference: str, sites: Iterable[str] | None, *, guarded: bool) -> Pair | None:
    """The two incidents of a suspicion that the caller may see."""
    parameters = {"suspicion": reference, **_seen_by(sites, guarded=guarded)}
    row = (await tx.connection.execute(_FIND, parameters)).first()
    return None if row is None else (row.first, row.second)


async def decided(tx: Transaction, reference: str, state: SuspicionState, by: str) -> bool:
    """Write a decision down. `False`: somebody was faster, or it is no longer suspected. `by` is never a name."""
    parameters = {"suspicion": reference, "state": state.value, "by": by, "now": tx.now}
    return (await tx.connection.execute(_DECIDE, parameters)).first() is not None


async def counts(tx: Transaction) -> tuple[dict[str, int], datetime | None]:
    """How many by state, and since when the oldest open one waits for somebody to decide."""
    rows = list(await tx.connection.execute(_COUNTS))
    since = next((row.since for row in rows if row.state == SuspicionState.OPEN), None)
    return {row.state: int(row.pairs) for row in rows}, since


async def newest(
    tx: Transaction, state: SuspicionState, asked: PageAsked, sites: Iterable[str] | None, *, guarded: bool
) -> Page[dict[str, Any]]:
    """A page of the suspicions of one state, newest first, each with what tells its two incidents apart.

    `guarded`: those too in which somebody fears repercussion.
    """
    parameters = {"state": state.value, **_seen_by(sites, guarded=guarded), **_ORDER.bound(asked)}
    rows = (await tx.connection.execute(_NEWEST, parameters)).mappings()
    page = _ORDER.page(asked, [dict(row) for row in rows])
    about = sorted({one for row in page.rows for one in (row["first"], row["second"])})
    sides = {row["incident"]: dict(row) for row in (await tx.connection.execute(_SIDES, {"of": about})).mappings()}
    for row in page.rows:
        row["incidents"] = [sides[row.pop("first")], sides[row.pop("second")]]
    return page


def _columns(suspects: Sequence[Suspect | None]) -> dict[str, list[Any]]:
    return {
        "sites": [one and one.site for one in suspects],
        "earliest": [one and one.earliest for one in suspects],
        "latest": [one and one.latest for one in suspects],
        "signs": [one and " ".join(sorted(one.signs)) for one in suspects],
    }


def _suspect(book: Any, signs: Sequence[str] | None) -> Suspect | None:
    numbers = frozenset(sign.removeprefix(NUMBER) for sign in signs or () if sign.startswith(NUMBER))
    return suspect(BOOK.validate_python(book), numbers)


def _seen_by(sites: Iterable[str] | None, *, guarded: bool) -> dict[str, Any]:
    return {"sites": None if sites is None else sorted(sites), "guarded": guarded}


_NOTE = text(
    "update incident i set site = n.site, occurred_from = n.earliest, occurred_to = n.latest, signs = n.signs"
    " from (select u.i, u.site, u.earliest, u.latest, case when u.site is not null then"
    " string_to_array(u.signs, ' ') || array(select 'number:' || k.number_key from incident_number k"
    " where k.incident = u.i order by 1) end as signs"
    " from unnest(cast(:incidents as text[]), cast(:sites as text[]), cast(:earliest as timestamptz[]),"
    " cast(:latest as timestamptz[]), cast(:signs as text[])) as u(i, site, earliest, latest, signs)) as n"
    " where i.incident = n.i and (i.site, i.occurred_from, i.occurred_to, i.signs)"
    " is distinct from (n.site, n.earliest, n.latest, n.signs)"
)
_LOCK_SITES = text(
    "select pg_advisory_xact_lock(hashtextextended('suspicion:' || s.site, 0))"
    " from unnest(cast(:sites as text[])) as s(site)"
)
_CANDIDATES = text(
    "with recursive told as (select s.site, (select min(i.source) from incident i where i.site = s.site) as source"
    " from unnest(cast(:sites as text[])) as s(site) union all"
    " select t.site, (select min(i.source) from incident i where i.site = t.site and i.source > t.source)"
    " from told t where t.source is not null)"
    " select me.book, me.signs, o.book as other_book, o.signs as other_signs from incident me cross join lateral"
    " (select c.book, c.signs from told t join incident c on c.site = t.site and c.source = t.source"
    " where t.site = me.site and t.source <> me.source"
    " and c.occurred_from <= me.occurred_to and c.occurred_from > me.occurred_from - cast(:widest as interval)"
    " and c.occurred_to >= me.occurred_from and c.signs && me.signs"
    " order by abs(extract(epoch from c.occurred_from - me.occurred_from)), c.incident limit :at_most) o"
    " where me.incident = any(:incidents) and me.site is not null"
)
"""Goes from source to source of a site by the index, so that all that one's own source told costs nothing."""
_KNOWN = text(
    "select suspicion, first, second, site, reason, state from suspicion"
    " where first = any(:incidents) or second = any(:incidents) order by suspicion for update"
)
_BOOKS = text("select incident, book, signs from incident where incident = any(:incidents)")
_TURN = text(
    "update suspicion s set reason = u.reason, state = u.state, site = u.site,"
    " found_at = case when s.state = 'no-longer' then :now else s.found_at end"
    " from unnest(cast(:suspicions as text[]), cast(:reasons as text[]), cast(:states as text[]),"
    " cast(:sites as text[])) as u(suspicion, reason, state, site) where s.suspicion = u.suspicion"
)
_ADD = text(
    "insert into suspicion (suspicion, first, second, site, reason, state, found_at)"
    " select a, b, c, d, e, 'open', :now from unnest(cast(:suspicions as text[]), cast(:firsts as text[]),"
    " cast(:seconds as text[]), cast(:sites as text[]), cast(:reasons as text[])) as u(a, b, c, d, e)"
    " on conflict (first, second) do nothing"
)
_VISIBLE = (
    " (cast(:sites as text[]) is null or s.site = any(cast(:sites as text[]))) and (:guarded or not exists"
    " (select 1 from incident g where g.incident in (s.first, s.second) and cast(g.book->>'guarded' as boolean)))"
)
_FIND = text(f"select s.first, s.second from suspicion s where s.suspicion = :suspicion and{_VISIBLE}")  # noqa: S608 - a constant of this file
_DECIDE = text(
    "update suspicion set state = :state, decided_at = :now, decided_by = :by"
    " where suspicion = :suspicion and state = 'open' returning suspicion"
)
_COUNTS = text("select state, count(*) as pairs, min(found_at) as since from suspicion group by state")
_ORDER: Order[dict[str, Any]] = Order(
    {"s.found_at": "timestamptz", "s.suspicion": "text"}, itemgetter("found_at", "suspicion"), newest_first=True
)
_NEWEST = text(
    "select s.suspicion, s.reason, s.state, s.site, s.found_at, s.decided_at, s.first, s.second"  # noqa: S608 - a constant
    f" from suspicion s where s.state = :state and{_VISIBLE}{_ORDER.sql}"
)
_SIDES = text(
    "select i.incident, (select r.reference from record r where r.incident = i.incident order by r.number desc limit 1)"
    " as record, i.source, i.book->'details'->>'harm' as harm, i.book->'details'->>'kind' as kind,"
    " i.book->'details'->>'unit' as unit, i.book->'details'->'occurred'->>'earliest' as occurred_from,"
    " i.book->'details'->'occurred'->>'latest' as occurred_to from incident i where i.incident = any(:of)"
)
