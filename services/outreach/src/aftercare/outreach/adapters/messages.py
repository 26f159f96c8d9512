"""Messages in Postgres: a row before the attempt, one lock per message while it is being sent."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import insert, text

from aftercare.kit.store.transaction import Transaction
from aftercare.outreach.adapters import tables
from aftercare.outreach.adapters.rows import Message, message_of
from aftercare.outreach.adapters.tables import Failure
from aftercare.outreach.domain.delivery import Action
from aftercare.outreach.domain.vocabulary import Channel, MessageStatus


async def add(tx: Transaction, messages: Sequence[Message]) -> None:
    """Queue messages."""
    if not messages:
        return
    await tx.connection.execute(
        insert(tables.message),
        [
            {
                "ref": one.ref,
                "approach": one.approach,
                "kind": one.kind,
                "rung": one.rung,
                "channel": one.channel,
                "avoid": one.avoid,
                "status": one.status,
                "message_id": one.message_id,
                "return_token": one.return_token,
                "due": one.due,
                "queued": one.queued,
            }
            for one in messages
        ],
    )


async def due(tx: Transaction, limit: int, besides: Collection[str]) -> list[str]:
    """The messages that may go out now, oldest first, that nobody else is sending."""
    rows = await tx.connection.execute(_DUE, {"now": tx.now, "limit": limit, "besides": list(besides)})
    return list(rows.scalars())


async def next_due(tx: Transaction) -> datetime | None:
    """When the next message may go out."""
    found: datetime | None = await tx.connection.scalar(_NEXT_DUE)
    return found


async def claim(tx: Transaction, ref: str) -> Message | None:
    """Lock one due message for sending; `None` when somebody else has it or it is no longer due."""
    row = (await tx.connection.execute(_CLAIM, {"ref": ref, "now": tx.now})).one_or_none()
    return None if row is None else message_of(row)


async def get(tx: Transaction, ref: str) -> Message:
    """Read, without a lock."""
    return message_of((await tx.connection.execute(_GET, {"ref": ref})).one())


async def of_approach(tx: Transaction, approach: str) -> list[Message]:
    """The messages that climb, in order of their rungs."""
    return [message_of(row) for row in await tx.connection.execute(_OF_APPROACH, {"approach": approach})]


async def by_return_token(tx: Transaction, token: str) -> Message | None:
    """Lock the message that a delivery report is about."""
    row = (await tx.connection.execute(_BY_RETURN_TOKEN, {"token": token})).one_or_none()
    return None if row is None else message_of(row)


async def by_ref(tx: Transaction, ref: str) -> Message | None:
    """Lock the message that a provider names."""
    row = (await tx.connection.execute(_BY_REF, {"ref": ref})).one_or_none()
    return None if row is None else message_of(row)


async def settle(
    tx: Transaction, ref: str, status: MessageStatus, *, channel: Channel | None = None, failure: Failure | None = None
) -> None:
    """What became of it."""
    await tx.connection.execute(
        _SETTLE, {"ref": ref, "status": status, "channel": channel, "failure": failure, "now": tx.now}
    )


async def postpone(tx: Transaction, ref: str, due: datetime, *, attempted: bool) -> None:
    """Not now: look again at `due`."""
    await tx.connection.execute(_POSTPONE, {"ref": ref, "due": due, "more": int(attempted)})


async def cancel_queued(tx: Transaction, approach: str) -> list[Message]:
    """Cancel what has not been sent. A message in flight is left alone: it counts as sent."""
    rows = await tx.connection.execute(_CANCEL_QUEUED, {"approach": approach})
    return [message_of(row) for row in rows]


async def record_receipt(tx: Transaction, ref: str, action: Action, status_class: int | None) -> None:
    """Keep what a report said: the action and the class of its status, nothing else."""
    await tx.connection.execute(
        insert(tables.receipt),
        {"message": ref, "action": action, "status_class": status_class, "received": tx.now},
    )


_DUE = text(
    "select ref from message where status = 'queued' and due <= :now and ref <> all(cast(:besides as text[]))"
    " order by due, ref limit :limit for no key update skip locked"
)
_NEXT_DUE = text("select min(due) from message where status = 'queued'")
_CLAIM = text(
    "select * from message where ref = :ref and status = 'queued' and due <= :now for no key update skip locked"
)
_GET = text("select * from message where ref = :ref")
_OF_APPROACH = text("select * from message where approach = :approach and kind = 'contact' order by rung, ref")
_BY_RETURN_TOKEN = text("select * from message where return_token = :token for no key update")
_BY_REF = text("select * from message where ref = :ref for no key update")
_SETTLE = text(
    "update message set status = :status, channel = coalesce(cast(:channel as text), channel),"
    " failure = coalesce(cast(:failure as text), failure),"
    " sent = case when cast(:status as text) = 'sent' then :now else sent end where ref = :ref"
)
_POSTPONE = text("update message set due = :due, attempts = least(attempts + :more, 30000) where ref = :ref")
_CANCEL_QUEUED = text(
    "update message set status = 'cancelled' where ref in (select ref from message where approach = :approach"
    " and kind = 'contact' and status = 'queued' for no key update skip locked) returning *"
)
