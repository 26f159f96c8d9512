"""Loads what a batch touches, in a handful of statements, and locks it."""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.intake.domain.book import Book
from aftercare.intake.domain.rca_book import RcaBook
from aftercare.intake.service_layer.ledger import Effect, Key, Ledger, Seen, Wanted
from aftercare.intake.service_layer.ports import Naming
from aftercare.kit.store.transaction import Transaction

BOOK = TypeAdapter(Book)
RCA_BOOK = TypeAdapter(RcaBook)


async def load(tx: Transaction, wanted: Wanted, naming: Naming) -> Ledger:
    """The ledger for a batch. Incidents that nobody mentioned before get their reference here, once for all.

    Rows are taken in one order, so that two batches wait for each other and never in a circle.
    """
    ledger = Ledger(tx.now)
    numbered = await _numbers(tx.connection, wanted.numbers, ledger)
    await _allot(tx.connection, sorted(wanted.incidents), naming)
    await _books(tx.connection, wanted, wanted.references | numbered, ledger)
    await _allot_rcas(tx.connection, sorted(wanted.rcas), naming)
    await _rcas(tx.connection, wanted.rcas | wanted.known_rcas, ledger)
    await _seen(tx.connection, sorted(wanted.records), ledger)
    return ledger


async def _numbers(connection: AsyncConnection, keys: frozenset[str], ledger: Ledger) -> frozenset[str]:
    if not keys:
        return frozenset()
    rows = await connection.execute(_NUMBERS, {"keys": sorted(keys)})
    for key, incident in rows:
        ledger.numbers[key] = (*ledger.numbers.get(key, ()), incident)
    return frozenset(incident for incidents in ledger.numbers.values() for incident in incidents)


async def _allot(connection: AsyncConnection, keys: list[Key], naming: Naming) -> None:
    if not keys:
        return
    fresh = [naming.reference("inc", *key) for key in keys]
    empty = [BOOK.dump_json(Book(incident, key[0])).decode() for incident, key in zip(fresh, keys, strict=True)]
    await connection.execute(_ALLOT, {"incidents": fresh, "books": empty, **_split(keys)})


async def _books(connection: AsyncConnection, wanted: Wanted, references: Iterable[str], ledger: Ledger) -> None:
    parameters: dict[str, Any] = {"references": sorted(references), **_split(sorted(wanted.incidents))}
    if not (parameters["references"] or parameters["sources"]):
        return
    for incident, source, source_key, book in await connection.execute(_BOOKS, parameters):
        ledger.books[incident] = BOOK.validate_python(book)
        ledger.references[source, source_key] = incident
    sought: set[str] = set()
    while (
        targets := {one.merged_into for one in ledger.books.values() if one.merged_into} - ledger.books.keys() - sought
    ):
        sought |= targets
        rows = await connection.execute(_BOOKS, {"references": sorted(targets), **_split([])})
        for incident, source, source_key, book in rows:
            ledger.books[incident] = BOOK.validate_python(book)
            ledger.references[source, source_key] = incident


async def _allot_rcas(connection: AsyncConnection, keys: list[Key], naming: Naming) -> None:
    if not keys:
        return
    fresh = [naming.reference("rca", *key) for key in keys]
    empty = [RCA_BOOK.dump_json(RcaBook(rca, key[0])).decode() for rca, key in zip(fresh, keys, strict=True)]
    await connection.execute(_ALLOT_RCAS, {"rcas": fresh, "books": empty, **_split(keys)})


async def _rcas(connection: AsyncConnection, keys: frozenset[Key], ledger: Ledger) -> None:
    """The analyses, and those of interviews whose records are deleted. What is not there is not looked for again."""
    sought: frozenset[Key] = frozenset()
    while keys:
        sought |= keys
        for source, source_key, book in await connection.execute(_RCAS, _split(sorted(keys))):
            ledger.rcas[source, source_key] = RCA_BOOK.validate_python(book)
        named = {(source, one.interview_of) for (source, _), one in ledger.rcas.items() if one.interview_of is not None}
        keys = frozenset(named) - sought


async def _seen(connection: AsyncConnection, keys: list[Key], ledger: Ledger) -> None:
    if not keys:
        return
    for row in await connection.execute(_SEEN, _split(keys)):
        seen = Seen(row.reference, row.version_key, row.body_hash, Effect(row.effect), row.outcome, row.incident)
        ledger.seen.setdefault((row.source, row.identity_key), []).append(seen)


def _split(keys: Iterable[Key]) -> dict[str, list[str]]:
    pairs = list(keys)
    return {"sources": [source for source, _ in pairs], "keys": [key for _, key in pairs]}


_NUMBERS = text("select number_key, incident from incident_number where number_key = any(:keys) order by incident")
_ALLOT = text(
    "insert into incident (incident, source, source_key, book)"
    " select i, s, k, cast(b as jsonb) from unnest(cast(:incidents as text[]), cast(:sources as text[]),"
    " cast(:keys as text[]), cast(:books as text[])) as u(i, s, k, b) order by s, k"
    " on conflict (source, source_key) do nothing"
)
_BOOKS = text(
    "select incident, source, source_key, book from incident where incident = any(cast(:references as text[]))"
    " or (source, source_key) in (select * from unnest(cast(:sources as text[]), cast(:keys as text[])))"
    " order by incident for update"
)
_ALLOT_RCAS = text(
    "insert into rca (rca, source, source_key, book)"
    " select r, s, k, cast(b as jsonb) from unnest(cast(:rcas as text[]), cast(:sources as text[]),"
    " cast(:keys as text[]), cast(:books as text[])) as u(r, s, k, b) order by s, k"
    " on conflict (source, source_key) do nothing"
)
_RCAS = text(
    "select source, source_key, book from rca"
    " where (source, source_key) in (select * from unnest(cast(:sources as text[]), cast(:keys as text[])))"
    " order by rca for update"
)
_SEEN = text(
    "select r.source, r.identity_key, r.reference, r.version_key, r.body_hash, r.effect, r.outcome, r.incident"
    " from record r join unnest(cast(:sources as text[]), cast(:keys as text[])) as wanted(source, key)"
    " on r.source = wanted.source and r.identity_key = wanted.key order by r.number"
)
