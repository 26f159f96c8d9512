"""Answers, contact cards and the audit of looks, in Postgres."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import insert as upsert

from aftercare.kit.store.transaction import Transaction
from aftercare.outreach.adapters import tables
from aftercare.outreach.domain.vocabulary import Choice
from aftercare.outreach.service_layer.commands import GrantCard


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """One answer for one request."""

    ref: str
    approach: str | None
    card: str | None
    request: str | None
    regarding: str
    person: str
    choice: Choice
    by_human: bool
    given: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """One human may see one person's contact."""

    ref: str
    request: str | None
    regarding: str
    person: str
    holder: str | None
    duty: str | None
    wishes: tuple[str, ...]
    urgent: bool

    @property
    def by_coordinator(self) -> bool:
        return self.duty is not None


async def give(tx: Transaction, answers: Sequence[StoredAnswer]) -> None:
    """Store answers; earlier ones of the same approach or card are replaced."""
    for scope in {("approach", one.approach) for one in answers if one.approach} | {
        ("card", one.card) for one in answers if one.card
    }:
        await tx.connection.execute(_REPLACE[scope[0]], {"ref": scope[1], "now": tx.now})
    rows = [
        {
            "ref": one.ref,
            "approach": one.approach,
            "card": one.card,
            "request": one.request,
            "regarding": one.regarding,
            "person": one.person,
            "choice": one.choice,
            "by_human": one.by_human,
            "given": one.given,
        }
        for one in answers
    ]
    await tx.connection.execute(insert(tables.answer), rows)


async def undo_standing(tx: Transaction, approach: str) -> list[StoredAnswer]:
    """Take back the answers that count now. Returns them; none when there was nothing to take back."""
    rows = await tx.connection.execute(_UNDO, {"approach": approach, "now": tx.now})
    return [
        StoredAnswer(
            row.ref, row.approach, row.card, row.request, row.regarding, row.person, Choice(row.choice),
            row.by_human, row.given,
        )
        for row in rows
    ]  # fmt: skip


async def grant(tx: Transaction, cards: Sequence[GrantCard], revoked: set[str]) -> None:
    """Store cards; one that comes twice changes nothing."""
    if not cards:
        return
    rows = [
        {
            "ref": one.ref,
            "request": one.request,
            "regarding": one.regarding,
            "person": one.person,
            "holder": one.holder,
            "duty": one.duty,
            "wishes": list(one.wishes),
            "urgent": one.urgent,
            "granted": one.granted,
            "expires": one.expires,
            "revoked": tx.now if one.ref in revoked else None,
        }
        for one in cards
    ]
    await tx.connection.execute(upsert(tables.card).values(rows).on_conflict_do_nothing(index_elements=["ref"]))


async def revoke(tx: Transaction, refs: Sequence[str]) -> None:
    """The card shows nothing any more."""
    await tx.connection.execute(_REVOKE, {"refs": list(refs), "now": tx.now})


async def card_for(tx: Transaction, approach: str) -> Card | None:
    """The valid card whose link went out with this approach; expired and revoked ones are as if never granted."""
    row = (await tx.connection.execute(_CARD_FOR, {"approach": approach, "now": tx.now})).one_or_none()
    if row is None:
        return None
    return Card(
        row.ref, row.request, row.regarding, row.person, row.holder, row.duty, tuple(row.wishes), row.urgent
    )  # fmt: skip


async def audit_look(tx: Transaction, card: str, outcome: str) -> None:
    """Somebody looked."""
    await tx.connection.execute(insert(tables.card_look), {"card": card, "outcome": outcome, "looked": tx.now})


_REPLACE = {
    "approach": text("update answer set replaced = :now where approach = :ref and replaced is null and undone is null"),
    "card": text("update answer set replaced = :now where card = :ref and replaced is null and undone is null"),
}
_UNDO = text(
    "update answer set undone = :now where approach = :approach and card is null and replaced is null"
    " and undone is null returning *"
)
_REVOKE = text("update card set revoked = :now where ref = any(cast(:refs as text[])) and revoked is null")
_CARD_FOR = text(
    "select c.* from card c join request r on r.ref = c.request where r.approach = :approach"
    " and c.revoked is null and c.expires > :now order by c.granted desc limit 1"
)
