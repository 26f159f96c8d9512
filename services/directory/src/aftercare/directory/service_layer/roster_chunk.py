"""Importing one chunk of a roster in one transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aftercare.directory.adapters import people, roster_rows
from aftercare.directory.adapters.contact_keys import ContactKeys
from aftercare.directory.adapters.people import KnownPerson
from aftercare.directory.adapters.roster_rows import Holder, Row
from aftercare.directory.adapters.sealed_contact import SealedContact, open_work, seal_line
from aftercare.directory.domain.issues import Issue
from aftercare.directory.service_layer.describing import describe
from aftercare.kit.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Examined:
    """What a chunk would do."""

    fresh: tuple[Row, ...]
    changed: tuple[Row, ...]
    unchanged: int
    issues: tuple[Issue, ...]
    known: Mapping[str, KnownPerson]

    @property
    def to_write(self) -> tuple[Row, ...]:
        return (*self.fresh, *self.changed)


async def examine(tx: Transaction, rows: Sequence[Row], in_file: frozenset[str]) -> Examined:
    """Compare a chunk with what is known. `in_file` are all people with a good line anywhere in the file."""
    known = await people.lock(tx.connection, [row.person for row in rows])
    fresh, changed, unchanged = [], [], 0
    for row in rows:
        person = known.get(row.person)
        if person is None:
            fresh.append(row)
        elif person.row_mac != row.row_mac or not person.employed:
            changed.append(row)
        else:
            unchanged += 1
    holders = await roster_rows.holders(tx.connection, [token for row in (*fresh, *changed) for token in row.claims])
    taken = {row.person: _taken(row, holders, in_file) for row in (*fresh, *changed)}
    return Examined(
        tuple(row for row in fresh if not taken[row.person]),
        tuple(row for row in changed if not taken[row.person]),
        unchanged,
        tuple(issue for issue in taken.values() if issue),
        known,
    )


async def write(tx: Transaction, keys: ContactKeys, examined: Examined) -> None:
    """Seal and write what is new, and publish what others would now see differently."""
    rows = examined.to_write
    if not rows:
        return
    data_keys = await keys.read_or_make([row.person for row in rows], tx.now)
    sealed = await asyncio.to_thread(_seal, rows, data_keys, examined.known)
    await roster_rows.write_people(tx.connection, rows, sealed, "roster", tx.now)
    lost = await roster_rows.replace_claims(tx.connection, rows)
    await roster_rows.replace_blind(tx.connection, rows)
    await describe(tx, {*(row.person for row in rows), *lost})


def _seal(
    rows: Sequence[Row], data_keys: Mapping[str, bytes], known: Mapping[str, KnownPerson]
) -> Mapping[str, SealedContact]:
    """Encrypt each line. What a coordinator linked by hand is not HR's to forget, so it is carried over."""
    sealed = {}
    for row in rows:
        key, person = data_keys[row.person], known.get(row.person)
        old = person.sealed_work if person else None
        linked = open_work(key, row.person, old).linked if old else ()
        sealed[row.person] = seal_line(key, row.person, row.line, linked)
    return sealed


def _taken(row: Row, holders: Mapping[str, Holder], in_file: frozenset[str]) -> Issue | None:
    """An identifier of somebody else who still works here, and whom this very file does not say otherwise."""
    for token in row.claims:
        holder = holders.get(token)
        if holder is None or row.person in (holder.listed_by, holder.person):
            continue
        moved = holder.origin == "roster" and holder.listed_by in in_file
        if not moved and holder.standing in ("active", "merged", "new"):
            return replace(_TAKEN, line=row.line.line)
    return None


_TAKEN = Issue(
    "identifier-taken",
    "an identifier or sign-in belongs to somebody else already",
    "Correct it, or merge the two people if they are one; the line is not imported.",
    column="identifiers",
)
