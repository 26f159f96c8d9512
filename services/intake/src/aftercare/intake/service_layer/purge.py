"""Raw records live as long as the setting says, and not a day longer."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text

from aftercare.kit.service import DueTimer
from aftercare.kit.store.transaction import Transaction

_IDEMPOTENCY_DAYS = 7


async def purge(tx: Transaction, due: Sequence[DueTimer]) -> None:  # noqa: ARG001 - it decides by what it finds
    """Delete what has lived out its days. Records keep their reference, outcome and reason."""
    await tx.connection.execute(
        text(
            "with gone as (delete from raw where expires_at <= :now returning reference)"
            " update record set raw = null from gone where record.raw = gone.reference"
        ),
        {"now": tx.now},
    )
    await tx.connection.execute(
        text("delete from fetching using record where record.reference = fetching.record and record.raw is null")
    )
    await tx.connection.execute(
        text("delete from idempotency where created_at < :before"),
        {"before": tx.now - timedelta(days=_IDEMPOTENCY_DAYS)},
    )
