"""Loading what a batch needs, in few statements, and locking it always in the same order.

Identifiers first, then persons, then matching: so two workers can wait for each other, but never in a ring.
Holding an identifier keeps a person from being found behind it at the same moment by somebody else, which would
leave an obligation that nobody looks at again.
"""

from collections.abc import Iterable

from sqlalchemy import text

from aftercare.support.adapters import mappers
from aftercare.support.domain.records import Identifier
from aftercare.support.domain.vocabulary import CaseState
from aftercare.support.service_layer.book import open_cases_sql
from aftercare.support.service_layer.desk import Desk


async def identifiers(desk: Desk, tokens: Iterable[str], *, to_change: bool = False) -> None:
    """Load identifiers, making those never seen, and hold them until the end of the transaction."""
    wanted = sorted(set(tokens))
    lock = "for no key update" if to_change else "for share"
    connection = desk.tx.connection
    desk.book.identifiers.hold(await mappers.IDENTIFIERS.where(connection, "identifier", wanted, lock=lock))
    missing = [token for token in wanted if token not in desk.book.identifiers]
    if missing:
        await mappers.IDENTIFIERS.add(connection, [Identifier(token) for token in missing])
        desk.book.identifiers.hold(await mappers.IDENTIFIERS.where(connection, "identifier", missing, lock=lock))


async def people(desk: Desk, persons: Iterable[str | None]) -> None:
    """Load and hold persons, their open cases, and all that hangs on an offer that was not sent yet."""
    wanted = sorted({person for person in persons if person is not None and person not in desk.book.staff})
    if not wanted:
        return
    connection = desk.tx.connection
    desk.book.staff.hold(await mappers.STAFF.where(connection, "person", wanted, lock="for no key update"))
    cases = await mappers.CASES.where(connection, "person", wanted, also=open_cases_sql())
    desk.book.cases.hold(cases)
    unsent = [case.case for case in cases if case.state is CaseState.OFFER_DUE]
    desk.book.obligations.hold(await mappers.OBLIGATIONS.where(connection, "case", unsent))
    await requests(desk, unsent)


async def requests(desk: Desk, regarding: Iterable[str]) -> None:
    """Load the requests about these that are not over."""
    rows = await mappers.REQUESTS.where(desk.tx.connection, "regarding", regarding, also="state <> 'over'")
    desk.book.requests.hold(rows)


async def cards(desk: Desk, regarding: Iterable[str]) -> None:
    """Load the cards that can still be looked at because of these."""
    rows = await mappers.CARDS.where(desk.tx.connection, "regarding", regarding, also="not revoked")
    desk.book.cards.hold(rows)


async def aliases(desk: Desk, persons: Iterable[str]) -> dict[str, str]:
    """For tokens that turned out to be somebody else's: whose."""
    return {row.old: row.person for row in await mappers.MERGED.where(desk.tx.connection, "old", persons)}


async def cases(desk: Desk, references: Iterable[str | None]) -> None:
    """Load cases with all that moves with them: their person, requests, cards, assignments and tasks."""
    wanted = [reference for reference in references if reference is not None]
    connection = desk.tx.connection
    await people(desk, await persons_of(desk, wanted))
    desk.book.cases.hold(await mappers.CASES.where(connection, "case", wanted))
    everything = [case.case for case in desk.book.cases]
    assignments = await mappers.ASSIGNMENTS.where(connection, "case", everything)
    desk.book.assignments.hold(assignments)
    tasks = await mappers.TASKS.where(connection, "case", everything, also="state <> 'done'")
    desk.book.tasks.hold(tasks)
    about = [*everything, *(row.assignment for row in assignments), *(row.task for row in tasks)]
    await requests(desk, about)
    await cards(desk, about)


async def persons_of(desk: Desk, references: list[str]) -> list[str]:
    """Whose cases these are, before anything is held: persons are locked before their cases are read for good."""
    return [case.person for case in await mappers.CASES.where(desk.tx.connection, "case", references)]


async def unnamed(desk: Desk, tokens: Iterable[str]) -> dict[str, list[str]]:
    """For identifiers: the obligations that came with them, loaded, by identifier."""
    named = await mappers.NAMED.where(desk.tx.connection, "identifier", tokens)
    found: dict[str, list[str]] = {}
    for row in named:
        found.setdefault(row.identifier, []).append(row.obligation)
    rows = await mappers.OBLIGATIONS.where(desk.tx.connection, "obligation", [row.obligation for row in named])
    desk.book.obligations.hold(rows)
    return found


async def alone_with_matching(desk: Desk) -> None:
    """One transaction at a time chooses supporters, so that nobody is asked beyond their cap. Always the last lock."""
    await desk.tx.connection.execute(text("select pg_advisory_xact_lock(hashtext('aftercare.support.matching'))"))
