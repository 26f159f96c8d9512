"""Somebody found out that nobody who can be offered anything is behind an identifier."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare.support.domain.records import Named
from aftercare.support.domain.vocabulary import Verdict
from aftercare.support.service_layer import loading
from aftercare.support.service_layer.desk import Desk
from aftercare.support.service_layer.readings import IdentityRead


async def load_identities(desk: Desk, batch: Sequence[IdentityRead]) -> dict[str, list[str]]:
    """The identifiers, and by identifier the obligations that hang on it."""
    tokens = [read.identifier for read in batch]
    await loading.identifiers(desk, tokens, to_change=True)
    waiting = await loading.unnamed(desk, tokens)
    await loading.people(desk, (row.person for row in desk.book.obligations))
    return waiting


def read_identity(desk: Desk, read: IdentityRead, waiting: dict[str, list[str]]) -> list[str]:
    """A verdict settles what is unresolved. A person behind the identifier always counts for more than a verdict."""
    identifier = desk.book.identifiers.get(read.identifier)
    if identifier is None or read.verdict is None or identifier.person is not None:
        return []
    if identifier.verdict is not Verdict.LEFT_ORGANISATION:
        desk.book.identifiers.put(replace(identifier, verdict=read.verdict))
    touched = waiting.get(read.identifier, [])
    desk.book.named.hold(Named(obligation, read.identifier) for obligation in touched)
    return [reference for reference in touched if _waits(desk, reference)]


def _waits(desk: Desk, reference: str) -> bool:
    obligation = desk.book.obligations.get(reference)
    return obligation is not None and obligation.person is None
