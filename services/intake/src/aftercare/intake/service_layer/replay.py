"""Mapping refused records again after a fix: the set is frozen when asked for, counted, and taken at a rate.

How far a release has come is written with every step, so that it goes on where it was, whoever goes on with it: a
command that was killed, or the timer of another process.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, NoReturn

from aftercare.intake.adapters import parking, releases
from aftercare.intake.adapters.parking import Filter, ParkedRow
from aftercare.intake.adapters.releases import Release
from aftercare.intake.adapters.vault import AesVault
from aftercare.intake.domain.examine import Door
from aftercare.intake.service_layer.again import Again, Ended
from aftercare.intake.service_layer.receive import Intake
from aftercare.kit.service import DueTimer
from aftercare.kit.store.transaction import Transaction, UnitOfWork

RELEASE = "release-parked"
AT_ONCE = 50
"""Records in one transaction."""


@dataclass
class Trial:
    """What would become of parked records."""

    records: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    """A reference for each ending."""

    def add(self, ended: Sequence[Ended]) -> None:
        for one in ended:
            if one.before is not None:
                self.records += 1
                self.before[one.before] += 1
            self.after[one.words] += 1
            if one.before is not None:
                self.examples.setdefault(one.words, one.reference)

    @property
    def told(self) -> dict[str, Any]:
        return {
            "records": self.records,
            "before": dict(self.before.most_common()),
            "after": dict(self.after.most_common()),
            "examples": self.examples,
        }


class _UndoneError(Exception):
    """Ends a transaction in which something was only tried."""


def _undo() -> NoReturn:
    raise _UndoneError


@dataclass(frozen=True, slots=True)
class Replaying:
    intake: Intake
    vault: AesVault
    unit_of_work: UnitOfWork
    _last: list[Again] = field(default_factory=list, init=False, repr=False)

    async def waiting(self, wanted: Filter) -> int:
        """How many are meant, as they are at this moment."""
        async with self.unit_of_work() as tx:
            total, _ = await parking.extent(tx, wanted)
        return total

    async def try_out(
        self, wanted: Filter, door: Door | None = None, tell: Callable[[int], None] = lambda _: None
    ) -> Trial:
        """How each would end now, or through another door. Nothing is changed. `tell` hears how many are done."""
        trial = Trial()
        again = Again(self.intake, self.vault, door or self.intake.door, contact=True)
        async with self.unit_of_work() as tx:
            _, up_to = await parking.extent(tx, wanted)
        after = 0
        while rows := await self._tried(wanted, again, (after, up_to), trial):
            after = rows[-1].number
            tell(trial.records)
        return trial

    async def _tried(self, wanted: Filter, again: Again, span: tuple[int, int], trial: Trial) -> Sequence[ParkedRow]:
        rows: Sequence[ParkedRow] = ()
        try:
            async with self.unit_of_work() as tx:
                rows = await parking.waiting(tx, wanted, *span, AT_ONCE)
                trial.add(await again.bodies(tx, rows))
                _undo()
        except _UndoneError:
            return rows

    async def begin(self, wanted: Filter, *, contact: bool, rate: float, asked_by: str, timed: bool = False) -> Release:
        """Freeze the set and write down that it is to be released. `timed`: by timers, without anybody waiting."""
        async with self.unit_of_work() as tx:
            total, up_to = await parking.extent(tx, wanted)
            reference = self.intake.writes.naming.reference("rpl")
            release = Release(reference, wanted, contact, total, up_to, rate)
            await releases.begin(tx, release, asked_by)
            if timed:
                tx.set_timer(reference, RELEASE, tx.now)
        return release

    async def run(self, reference: str, tell: Callable[[Release], None] = lambda _: None) -> Release:
        """Go on with a release until it is finished. Raises `LookupError` when there is none of this name."""
        while True:
            async with self.unit_of_work() as tx:
                before = await releases.locked(tx, reference)
                if before is None:
                    raise LookupError(reference)
                release = await self.step(tx, before)
            tell(release)
            if release.finished:
                return release
            await asyncio.sleep(_pause(release))

    async def step(self, tx: Transaction, release: Release) -> Release:
        """The next few of a release, in this transaction."""
        if release.finished:
            return release
        rows = await parking.waiting(tx, release.wanted, release.done, release.up_to, _few(release))
        if not rows:
            finished = replace(release, finished=True)
            await releases.write(tx, finished)
            return finished
        ended = await self._again(contact=release.contact).bodies(tx, rows)
        mapped = sum(one.is_mapped for one in ended)
        advanced = release.advanced(rows[-1].number, mapped, len(ended) - mapped)
        await releases.write(tx, advanced)
        for one in ended:
            if one.taken is not None and one.is_mapped:
                self.intake.tell(one.taken)
        return advanced

    def _again(self, *, contact: bool) -> Again:
        """The same as long as door and purpose are the same, so that it remembers the body of the step before."""
        if not (self._last and self._last[0].door is self.intake.door and self._last[0].contact == contact):
            self._last[:] = [Again(self.intake, self.vault, self.intake.door, contact)]
        return self._last[0]

    async def fire(self, tx: Transaction, due: Sequence[DueTimer]) -> None:
        """Timers of releases that nobody waits for: the next few of each, and another look after a while."""
        for timer in due:
            release = await releases.locked(tx, timer.owner)
            if release is None:
                continue
            advanced = await self.step(tx, release)
            if not advanced.finished:
                tx.set_timer(timer.owner, RELEASE, tx.now + timedelta(seconds=_pause(advanced)))


def _few(release: Release) -> int:
    """As many as go out in half a second, so that a rate is kept and a transaction stays short."""
    return max(1, min(AT_ONCE, round(release.rate / 2)))


def _pause(release: Release) -> float:
    return _few(release) / release.rate
