"""Mapping refused records again after a fix: the set is frozen when asked for, counted, and taken at a rate."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import text

from aftercare.intake.adapters import ledger_reads, parking
from aftercare.intake.adapters.parking import Filter
from aftercare.intake.adapters.vault import AesVault
from aftercare.intake.domain.examine import Examination
from aftercare.intake.domain.facts import IncidentReport
from aftercare.intake.domain.outcome import Ending, Mapped
from aftercare.intake.service_layer.receive import Intake, raw_hash, read_raw
from aftercare.intake.service_layer.take import Taken, take, wanted_by
from aftercare.kit.store.transaction import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class Replaying:
    """`contact`: whether the people in these records may be offered support now; else it is history."""

    intake: Intake
    vault: AesVault
    unit_of_work: UnitOfWork
    contact: bool

    async def freeze(self, wanted: Filter) -> list[str]:
        """The records meant, as they are at this moment."""
        async with self.unit_of_work() as tx:
            return await parking.references(tx, wanted)

    async def try_out(self, frozen: Sequence[str]) -> dict[str, int]:
        """How each would end now. Nothing is changed."""
        endings: Counter[str] = Counter()
        for reference in frozen:
            async with self.unit_of_work() as tx:
                examination = await self._examine(tx, reference)
            if examination is None:
                endings["no longer there"] += 1
            elif isinstance(examination[0].ending, Mapped):
                endings["mapped"] += 1
            else:
                endings[f"{examination[0].ending.ending}: {examination[0].ending.reason}"] += 1
        return dict(endings)

    async def run(self, frozen: Sequence[str], wanted: Filter, rate: float) -> dict[str, Any]:
        """Map them, one transaction each, `rate` per second at most. Returns the record that this leaves."""
        async with self.unit_of_work() as tx:
            replay = self.intake.writes.naming.reference("rpl")
            asked = json.dumps(wanted.parameters)
            parameters = {"replay": replay, "wanted": asked, "contact": self.contact, "total": len(frozen)}
            await tx.connection.execute(_BEGIN, parameters | {"now": tx.now})
        mapped = 0
        for reference in frozen:
            async with self.unit_of_work() as tx:
                mapped += await self._again(tx, reference)
            await asyncio.sleep(1 / rate)
        refused = len(frozen) - mapped
        async with self.unit_of_work() as tx:
            await tx.connection.execute(_END, {"replay": replay, "mapped": mapped, "refused": refused, "now": tx.now})
        return {"replay": replay, "total": len(frozen), "mapped": mapped, "still_refused": refused}

    async def _examine(self, tx: Transaction, reference: str) -> tuple[Examination, str] | None:
        row = (await tx.connection.execute(_RAW, {"reference": reference})).first()
        if row is None:
            return None
        delivery = read_raw(self.vault.open(row.sealed, f"raw:{row.raw}"))
        found = self.intake.door.examine(delivery)
        if row.raw_index >= len(found):
            return None
        return found[row.raw_index], raw_hash(delivery)

    async def _again(self, tx: Transaction, reference: str) -> bool:
        examined = await self._examine(tx, reference)
        if examined is None or not isinstance(examined[0].ending, Mapped):
            return False
        examination, digest = examined
        if not self.contact:
            examination = _as_history(examination)
        naming = self.intake.writes.naming
        ledger = await ledger_reads.load(tx, wanted_by([(examination, digest)], naming), naming)
        taken = take(ledger, naming, examination, digest, tx.now)
        if taken.outcome is not Ending.MAPPED:
            return False
        await self._rewrite(tx, reference, taken)
        ledger.rename(taken.reference, reference)
        await self.intake.writes.conflicts(tx, [replace(taken, reference=reference)])
        await self.intake.writes.save(tx, ledger, {})
        self.intake.tell(taken)
        return True

    async def _rewrite(self, tx: Transaction, reference: str, taken: Taken) -> None:
        await tx.connection.execute(
            _REWRITE,
            {
                "reference": reference,
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


def _as_history(examination: Examination) -> Examination:
    """The same record, marked as history: the books are kept, nobody is contacted (architecture 5)."""
    ending = examination.ending
    source = replace(examination.source, backfill=True)
    if isinstance(ending, Mapped) and isinstance(ending.fact, IncidentReport):
        fact = replace(ending.fact, details=replace(ending.fact.details, backfill=True))
        ending = replace(ending, fact=fact)
    return replace(examination, source=source, ending=ending)


_RAW = text(
    "select r.raw, r.raw_index, raw.sealed from record r join raw on raw.reference = r.raw"
    " where r.reference = :reference and r.outcome <> 'mapped' for update of r"
)
_REWRITE = text(
    "update record set outcome = 'mapped', reason = 'mapped', detail = '', format = :format,"
    " doubts = cast(:doubts as jsonb), identity_key = :identity, version_key = :version, body_hash = :hash,"
    " effect = :effect, incident = :incident, rca = :rca, replayed_at = :now where reference = :reference"
)
_BEGIN = text(
    "insert into replay (replay, wanted, contact, total, mapped, still_refused, asked_at)"
    " values (:replay, cast(:wanted as jsonb), :contact, :total, 0, 0, :now)"
)
_END = text("update replay set mapped = :mapped, still_refused = :refused, finished_at = :now where replay = :replay")
