"""What is done to one person at a time: merge and its undo, erasure, adding by hand, linking an identifier."""

from collections.abc import Callable, Collection
from dataclasses import replace

from sqlalchemy import text

from aftercare.directory.adapters import audit, contacts, merges, people, roster_rows
from aftercare.directory.adapters.audit import Deed
from aftercare.directory.adapters.contact_keys import ContactKeys
from aftercare.directory.adapters.sealed_contact import open_work, seal_line, seal_work
from aftercare.directory.adapters.secrets import Tokens
from aftercare.directory.domain.line import RosterLine
from aftercare.directory.domain.people import check_merge
from aftercare.directory.domain.values import Identifier
from aftercare.directory.service_layer.describing import describe
from aftercare.directory.service_layer.roster_lines import to_row
from aftercare.kit.ids import new_reference, random_reference
from aftercare.kit.store.transaction import Transaction

Sees = Callable[[str | None], bool]
"""Whether the caller's sites include one."""


class NoSuchPersonError(Exception):
    """There is nobody with this token who works here."""


class IdentifierTakenError(Exception):
    """The identifier belongs to somebody else who works here."""


async def merge(tx: Transaction, survivor: str, loser: str, *, actor: str) -> str:
    """Make two people one: everything that named `loser` now names `survivor`. Returns the merge's reference.

    Raises `MergeRefusedError`.
    """
    known = await people.lock(tx.connection, [survivor, loser])
    check_merge(survivor, loser, {token: person.standing for token, person in known.items()})
    reference = new_reference("mrg")
    moved = await merges.join(tx.connection, reference, survivor, loser, tx.now)
    await audit.record(tx, Deed(actor, "person.merged", loser, result=survivor))
    await describe(tx, [survivor, *moved])
    return reference


async def require_in_sight(tx: Transaction, tokens: Collection[str], sees: Sees) -> None:
    """Raise `NoSuchPersonError` unless the caller sees everybody, or these are there at sites that the caller sees."""
    if sees(None):
        return
    rows = await tx.connection.execute(_SITES, {"tokens": list(tokens)})
    seen = {row.token for row in rows if sees(row.site)}
    if not seen.issuperset(tokens):
        raise NoSuchPersonError


async def undo_merge(tx: Transaction, reference: str, *, actor: str) -> tuple[str, str]:
    """Take a merge back: both people are there again, with what each roster line lists. Returns the two.

    Raises `NoSuchPersonError`.
    """
    undone = await merges.part(tx.connection, reference, tx.now)
    if undone is None:
        raise NoSuchPersonError
    await audit.record(tx, Deed(actor, "person.parted", undone.loser, result=undone.survivor))
    await describe(tx, [undone.survivor, *undone.moved])
    return undone.survivor, undone.loser


async def erase(tx: Transaction, keys: ContactKeys, tokens: Collection[str], *, actor: str) -> int:
    """Destroy the keys of these people, then what is left of them. Returns how many were there.

    The key goes first and for good: should the rest fail, the contact is unreadable and the erasure can be
    repeated. Who was merged into one of them goes with them.
    """
    everybody = await merges.with_losers(tx.connection, tokens)
    await keys.destroy(everybody)
    await contacts.forget(tx.connection, everybody)
    for token in sorted(everybody):
        await audit.record(tx, Deed(actor, "person.erased", token))
    await describe(tx, everybody)
    return len(everybody)


async def add(tx: Transaction, keys: ContactKeys, tokens: Tokens, line: RosterLine, *, actor: str) -> str:
    """Add somebody whom HR does not know: a contractor, a student, agency staff. Returns the new person's token."""
    person = random_reference("per")
    row = to_row(line, person, None, tokens)
    await _refuse_taken(tx, row.claims)
    key = (await keys.read_or_make([person], tx.now))[person]
    sealed = {person: seal_line(key, person, line)}
    await roster_rows.write_people(tx.connection, [row], sealed, "manual", tx.now)
    await roster_rows.replace_claims(tx.connection, [row])
    await roster_rows.replace_blind(tx.connection, [row])
    await audit.record(tx, Deed(actor, "person.added", person))
    await describe(tx, [person])
    return person


async def link(
    tx: Transaction, keys: ContactKeys, tokens: Tokens, person: str, identifier: Identifier, *, actor: str
) -> None:
    """A coordinator says: this identifier is that person. Raises `NoSuchPersonError`, `IdentifierTakenError`."""
    stored = await contacts.lock_work(tx.connection, person)
    if stored is None or stored.standing != "active":
        raise NoSuchPersonError
    made = tokens.of_identifier(identifier)
    await _refuse_taken(tx, made, besides=stored.token)
    key = (await keys.read([stored.token])).get(stored.token)
    if key is None or stored.sealed_work is None:
        raise NoSuchPersonError
    work = open_work(key, stored.token, stored.sealed_work)
    linked = tuple(dict.fromkeys((*work.linked, identifier)))
    await contacts.save_work(tx.connection, stored.token, seal_work(key, stored.token, replace(work, linked=linked)))
    await tx.connection.execute(_LINK, {"tokens": list(made), "person": stored.token})
    await audit.record(tx, Deed(actor, "identifier.linked", stored.token))
    await describe(tx, [stored.token])


async def _refuse_taken(tx: Transaction, claims: Collection[str], besides: str | None = None) -> None:
    for holder in (await roster_rows.holders(tx.connection, claims)).values():
        if besides not in (holder.person, holder.listed_by) and holder.standing in ("active", "merged", "new"):
            raise IdentifierTakenError


_SITES = text("select token, site from person where token = any(cast(:tokens as text[]))")
_LINK = text(
    "insert into claim (token, kind, person, listed_by, origin)"
    " select t, 'identifier', :person, :person, 'coordinator' from unnest(cast(:tokens as text[])) as u(t)"
    " on conflict (token) do update set person = excluded.person, listed_by = excluded.listed_by,"
    " origin = excluded.origin"
)
