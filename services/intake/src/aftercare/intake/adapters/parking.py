"""The parking lot: what was refused, why, since when, and what waits to be mapped again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from aftercare.intake.domain.outcome import Reason, Refusal
from aftercare.kit.store.paging import Order, Page, PageAsked
from aftercare.kit.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records. `None` means any."""

    outcome: str = "parked"
    reason: str | None = None
    source: str | None = None
    format: str | None = None
    among: tuple[str, ...] | None = None
    """Only these sources: those of somebody's sites."""
    received_before: datetime | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        return asdict(self) | {"among": None if self.among is None else list(self.among)}

    @property
    def asked(self) -> dict[str, Any]:
        """As it is written down; read again by `read`."""
        said = {name: value for name, value in self.parameters.items() if value is not None}
        if self.received_before is not None:
            said["received_before"] = self.received_before.isoformat()
        return said

    @classmethod
    def read(cls, asked: Mapping[str, Any]) -> "Filter":
        before = asked.get("received_before")
        among = asked.get("among")
        return cls(
            outcome=asked.get("outcome", "parked"),
            reason=asked.get("reason"),
            source=asked.get("source"),
            format=asked.get("format"),
            among=None if among is None else tuple(among),
            received_before=datetime.fromisoformat(before) if before else None,
        )


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """A record that waits, and its place in the body that it came in."""

    reference: str
    number: int
    outcome: str
    reason: str
    raw: str
    raw_index: int


async def counts(tx: Transaction, wanted: Filter) -> list[dict[str, Any]]:
    """How many by source, format and reason, and since when."""
    rows = await tx.connection.execute(_COUNTS, wanted.parameters)
    return [dict(row) for row in rows.mappings()]


async def newest(tx: Transaction, wanted: Filter, asked: PageAsked) -> Page[dict[str, Any]]:
    """The newest first, with what to do about each."""
    rows = await tx.connection.execute(_NEWEST, wanted.parameters | _ORDER.bound(asked))
    return _ORDER.page(asked, [_told(dict(row)) for row in rows.mappings()])


def below(number: int) -> str:
    """The cursor for the records that came before the one of this `number`."""
    return _ORDER.cursor(number)


async def explain(tx: Transaction, reference: str) -> dict[str, Any] | None:
    """All that is known of one record, without the record. `site`: that of its incident, where it has one."""
    row = (await tx.connection.execute(_ONE, {"reference": reference})).mappings().first()
    return None if row is None else _told(dict(row))


async def alike(tx: Transaction, row: Mapping[str, Any]) -> dict[str, Any]:
    """How many records of the same source wait for the same reason and detail, and since when the first of them."""
    told = {name: row[name] for name in ("source", "outcome", "reason", "detail")}
    return dict((await tx.connection.execute(_ALIKE, told)).mappings().one())


async def waiting(tx: Transaction, wanted: Filter, after: int, up_to: int, at_most: int) -> list[ParkedRow]:
    """The next that can be mapped again, oldest first, locked."""
    parameters = wanted.parameters | {"after": after, "up_to": up_to, "at_most": at_most}
    return [ParkedRow(*row) for row in await tx.connection.execute(_WAITING, parameters)]


async def extent(tx: Transaction, wanted: Filter) -> tuple[int, int]:
    """How many can be mapped again at this moment, and the number of the last of them."""
    row = (await tx.connection.execute(_EXTENT, wanted.parameters)).one()
    return int(row.total), int(row.last)


async def body(tx: Transaction, raw: str) -> bytes | None:
    """A kept body, sealed."""
    row = (await tx.connection.execute(_BODY, {"raw": raw})).first()
    return None if row is None else bytes(row.sealed)


async def places_in(tx: Transaction, raw: str) -> frozenset[int]:
    """The places in a raw body of which a record is kept."""
    rows = await tx.connection.execute(_PLACES, {"raw": raw})
    return frozenset(row.raw_index for row in rows)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    if row["outcome"] != "mapped":
        row["advice"] = Refusal(Reason(row["reason"]), row["detail"]).advice
    return row


_WHICH = (
    " r.outcome = :outcome and (cast(:reason as text) is null or r.reason = :reason)"
    " and (cast(:source as text) is null or r.source = :source)"
    " and (cast(:format as text) is null or r.format = :format)"
    " and (cast(:among as text[]) is null or r.source = any(cast(:among as text[])))"
    " and (cast(:received_before as timestamptz) is null or r.received_at < :received_before)"
)
_COLUMNS = (
    "reference, number, source, format, outcome, reason, detail, doubts, effect, incident, rca, received_at,"
    " replayed_at, raw is not null as can_be_replayed"
)
_COUNTS = text(
    "select r.source, r.format, r.reason, count(*) as records, min(r.received_at) as since"  # noqa: S608 - constants
    f" from record r where{_WHICH} group by 1, 2, 3 order by 4 desc"
)
_ORDER: Order[dict[str, Any]] = Order({"r.number": "bigint"}, lambda row: (row["number"],), newest_first=True)
_NEWEST = text(f"select {_COLUMNS} from record r where{_WHICH}{_ORDER.sql}")  # noqa: S608 - constants of this file
_ONE = text(
    f"select {_COLUMNS},"  # noqa: S608 - a constant of this file
    " (select i.book->'details'->>'site' from incident i where i.incident = record.incident) as site"
    " from record where reference = :reference"
)
_ALIKE = text(
    "select count(*) as records, min(received_at) as since from record"
    " where source = :source and outcome = :outcome and reason = :reason and detail = :detail"
)
_EXTENT = text(
    f"select count(*) as total, coalesce(max(r.number), 0) as last from record r"  # noqa: S608 - constants of this file
    f" where{_WHICH} and r.raw is not null"
)
_WAITING = text(
    "select r.reference, r.number, r.outcome, r.reason, r.raw, r.raw_index from record r"  # noqa: S608 - constants
    f" where{_WHICH} and r.raw is not null and r.number > :after and r.number <= :up_to"
    " order by r.number limit :at_most for update"
)
_BODY = text("select sealed from raw where reference = :raw")
_PLACES = text("select raw_index from record where raw = :raw")
