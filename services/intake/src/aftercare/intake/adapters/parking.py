"""The parking lot: what was refused, why, and what waits to be mapped again."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text

from aftercare.intake.domain.outcome import Reason, Refusal
from aftercare.kit.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records. `None` means any."""

    outcome: str = "parked"
    reason: str | None = None
    source: str | None = None

    @property
    def parameters(self) -> dict[str, str | None]:
        return asdict(self)


async def counts(tx: Transaction, wanted: Filter) -> list[dict[str, Any]]:
    """How many by source, format and reason."""
    rows = await tx.connection.execute(_COUNTS, wanted.parameters)
    return [dict(row) for row in rows.mappings()]


async def newest(tx: Transaction, wanted: Filter, limit: int, before: int | None = None) -> list[dict[str, Any]]:
    """The newest first, with what to do about each. `before` pages on from a row's `number`."""
    rows = await tx.connection.execute(_NEWEST, wanted.parameters | {"limit": limit, "before": before})
    return [_told(dict(row)) for row in rows.mappings()]


async def explain(tx: Transaction, reference: str) -> dict[str, Any] | None:
    """All that is known of one record, without the record."""
    row = (await tx.connection.execute(_ONE, {"reference": reference})).mappings().first()
    return None if row is None else _told(dict(row))


async def references(tx: Transaction, wanted: Filter) -> list[str]:
    """The set as it is now, oldest first: only those whose raw record is still there."""
    rows = await tx.connection.execute(_REFERENCES, wanted.parameters)
    return [row.reference for row in rows]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    if row["outcome"] != "mapped":
        row["advice"] = Refusal(Reason(row["reason"]), row["detail"]).advice
    return row


_WHICH = (
    " from record where outcome = :outcome and (cast(:reason as text) is null or reason = :reason)"
    " and (cast(:source as text) is null or source = :source)"
)
_COLUMNS = (
    "reference, number, source, format, outcome, reason, detail, doubts, effect, incident, rca, received_at,"
    " replayed_at, raw is not null as can_be_replayed"
)
_COUNTS = text(f"select source, format, reason, count(*) as records{_WHICH} group by 1, 2, 3 order by 4 desc")
_NEWEST = text(
    f"select {_COLUMNS}{_WHICH} and (cast(:before as bigint) is null or number < :before)"
    " order by number desc limit :limit"
)
_ONE = text(f"select {_COLUMNS} from record where reference = :reference")  # noqa: S608 - a constant of this file
_REFERENCES = text(f"select reference{_WHICH} and raw is not null order by number")
