"""Who may work on what: the subjects of whole groups are held, always in the same order.

A clock is derived from what happened to its group (`domain/model.py`). Whoever adds to a group holds it, so that of two
who add at the same moment the second sees what the first has written. Locks go with the transaction. Subjects share a
fixed number of them, so that a large batch does not fill the server's table.
"""

from collections.abc import Collection

from sqlalchemy import text

from aftercare.kit.outcome import Retryable
from aftercare.kit.store.transaction import Transaction
from aftercare.sla.adapters import happenings

LOCK_CLASS = 0x0C10
"""First half of the advisory locks; the second says which bucket of subjects."""


async def hold(tx: Transaction, named: Collection[str]) -> None:
    """Lock these and all whose clocks can change with them.

    Raises `Retryable` when, while waiting, something was joined to them that is not held.
    """
    held = await happenings.groups(tx.connection, named)
    await tx.connection.execute(_LOCK, {"class": LOCK_CLASS, "subjects": list(held)})
    if await happenings.groups(tx.connection, named) - held:
        raise Retryable("something was joined meanwhile")


_LOCK = text(
    "select pg_advisory_xact_lock(:class, bucket) from (select distinct hashtext(subject) & 255 as bucket"
    " from unnest(cast(:subjects as text[])) as u(subject) order by bucket) o"
)
