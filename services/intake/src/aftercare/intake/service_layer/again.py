"""One kept body, examined again: what waited of it is mapped, or told anew why not; what is new in it is added."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import text

from aftercare.intake.adapters import fetches, ledger_reads, parking, suspicions
from aftercare.intake.adapters.ledger_writes import Kept
from aftercare.intake.adapters.parking import ParkedRow
from aftercare.intake.adapters.vault import AesVault
from aftercare.intake.domain.book import Book
from aftercare.intake.domain.examine import Door, Examination
from aftercare.intake.domain.facts import IncidentReport
from aftercare.intake.domain.outcome import Ending, Mapped
from aftercare.intake.service_layer.ledger import Ledger
from aftercare.intake.service_layer.receive import LARGE, Intake, raw_hash, read_raw
from aftercare.intake.service_layer.take import Taken, take, wanted_by
from aftercare.kit.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Ended:
    """How one record ended now. `before` is its reason until now; `None` for one that is told apart only now."""

    reference: str
    before: str | None
    taken: Taken | None
    """`None`: it is no longer in the body, as this door reads it."""

    @property
    def is_mapped(self) -> bool:
        return self.taken is not None and self.taken.outcome is Ending.MAPPED

    @property
    def words(self) -> str:
        if self.taken is None:
            return "no longer there"
        return "mapped" if self.is_mapped else f"{self.taken.outcome}: {self.taken.reason}"


@dataclass(frozen=True, slots=True)
class Again:
    """`contact`: whether the people in these records may be offered support now; else it is history."""

    intake: Intake
    vault: AesVault
    door: Door = field(repr=False)
    contact: bool
    last: dict[str, tuple[str, Sequence[Examination]]] = field(default_factory=dict, repr=False)
    """The body looked at last, as this door reads it."""

    async def bodies(self, tx: Transaction, rows: Sequence[ParkedRow]) -> list[Ended]:
        """All bodies in which these records came, in order."""
        by_body: dict[str, list[ParkedRow]] = {}
        for row in rows:
            by_body.setdefault(row.raw, []).append(row)
        touched: dict[str, Book] = {}
        ended = [one for waiting in by_body.values() for one in await self._body(tx, waiting, touched)]
        await suspicions.look(tx, touched, self.intake.writes.naming)
        return ended

    async def _body(self, tx: Transaction, waiting: Sequence[ParkedRow], touched: dict[str, Book]) -> list[Ended]:
        raw = waiting[0].raw
        by_place = {row.raw_index: row for row in waiting}
        digest, found = await self._examined(tx, raw)
        chosen = await self._chosen(tx, raw, found, by_place)
        naming = self.intake.writes.naming
        ledger = await ledger_reads.load(tx, wanted_by([(one, digest) for one in chosen], naming), naming)
        ended, fresh = [], []
        for examination in chosen:
            taken = take(ledger, naming, examination, digest, tx.now)
            row = by_place.pop(examination.index, None)
            if row is not None:
                await self._restate(tx, row, taken, ledger)
                ended.append(Ended(row.reference, row.reason, taken))
            elif taken.is_new:
                fresh.append(Kept(taken, raw))
                ended.append(Ended(taken.reference, None, taken))
        await self.intake.writes.keep(tx, [], fresh)
        await self.intake.writes.save(tx, ledger, {})
        touched.update(ledger.touched)
        return [*ended, *(Ended(row.reference, row.reason, None) for row in by_place.values())]

    async def _examined(self, tx: Transaction, raw: str) -> tuple[str, Sequence[Examination]]:
        """The body's hash and records. The last one is remembered: a large export is released in many steps."""
        if raw not in self.last:
            sealed = await parking.body(tx, raw)
            self.last.clear()
            if sealed is None:
                return "", ()
            delivery = read_raw(self.vault.open(sealed, f"raw:{raw}"))
            large = len(delivery.body or b"") > LARGE
            found = await asyncio.to_thread(self.door.examine, delivery) if large else self.door.examine(delivery)
            self.last[raw] = raw_hash(delivery), found
        return self.last[raw]

    async def _chosen(
        self, tx: Transaction, raw: str, found: Sequence[Examination], by_place: dict[int, ParkedRow]
    ) -> list[Examination]:
        """Those that wait; all of them where the body now falls into another number of records than it did."""
        kept = await parking.places_in(tx, raw)
        regrouped = len(found) != max(kept, default=-1) + 1
        chosen = [one for one in found if regrouped or one.index in by_place]
        return chosen if self.contact else [_as_history(one) for one in chosen]

    async def _restate(self, tx: Transaction, row: ParkedRow, taken: Taken, ledger: Ledger) -> None:
        await tx.connection.execute(
            _RESTATE,
            {
                "reference": row.reference,
                "outcome": taken.outcome.value,
                "reason": taken.reason.value,
                "detail": taken.detail,
                "format": taken.format,
                "doubts": json.dumps(list(taken.doubts)),
                "identity": taken.identity_key,
                "version": taken.version_key,
                "hash": taken.body_hash,
                "effect": taken.effect.value,
                "incident": taken.incident,
                "rca": taken.rca,
                "now": tx.now,
            },
        )
        if taken.pointer is not None and self.contact:
            await fetches.wish(tx, [replace(taken, reference=row.reference)], self.vault)
        if taken.outcome is Ending.MAPPED:
            ledger.rename(taken.reference, row.reference)
            await self.intake.writes.conflicts(tx, [replace(taken, reference=row.reference)])


def _as_history(examination: Examination) -> Examination:
    """The same record, marked as history: the books are kept, nobody is contacted (architecture 5)."""
    ending = examination.ending
    source = replace(examination.source, backfill=True)
    if isinstance(ending, Mapped) and isinstance(ending.fact, IncidentReport):
        fact = replace(ending.fact, details=replace(ending.fact.details, backfill=True))
        ending = replace(ending, fact=fact)
    return replace(examination, source=source, ending=ending)


_RESTATE = text(
    "update record set outcome = :outcome, reason = :reason, detail = :detail, format = :format,"
    " doubts = cast(:doubts as jsonb), identity_key = :identity, version_key = :version, body_hash = :hash,"
    " effect = :effect, incident = :incident, rca = :rca, replayed_at = :now where reference = :reference"
)
