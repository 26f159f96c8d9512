"""A human decides whether two suspected incidents are one; and how many wait for that is looked at now and then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aftercare.intake.adapters import ledger_reads, suspicions
from aftercare.intake.domain.book import apply_merge
from aftercare.intake.domain.standing import Standing
from aftercare.intake.domain.suspicion import SuspicionState, into_older
from aftercare.intake.service_layer.apply import settle
from aftercare.intake.service_layer.ledger import Wanted
from aftercare.intake.service_layer.receive import Intake
from aftercare.kit.store.transaction import Transaction, UnitOfWork

WATCH = "suspicion-watch"
EVERY_SECONDS = 60.0
Show = Callable[[Mapping[str, int], float], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`by` is a token of who decided, never a name."""

    suspicion: str
    same: bool
    by: str


async def decide(tx: Transaction, intake: Intake, both: suspicions.Pair, verdict: Verdict) -> bool:
    """Merge the two as a source's own merge would, or keep them apart for good.

    `False`: somebody has decided by now, or it is no longer suspected. Both books are locked first, as a batch does.
    """
    naming = intake.writes.naming
    ledger = await ledger_reads.load(tx, Wanted(references=frozenset(both)), naming)
    if any(ledger.book(one).merged_into is not None for one in both):
        return False
    state = SuspicionState.SAME if verdict.same else SuspicionState.DIFFERENT
    if not await suspicions.decided(tx, verdict.suspicion, state, verdict.by):
        return False
    if verdict.same:
        younger, older = into_older(*(ledger.book(one) for one in both))
        merged = apply_merge(younger, older.incident, Standing(received=tx.now))
        settle(ledger, naming, merged, naming.reference("rec"))
        await intake.writes.save(tx, ledger, {})
        await suspicions.look(tx, ledger.touched, naming)
    return True


@dataclass(frozen=True, slots=True)
class SuspicionWatch:
    """`show` gets how many pairs there are by state, and for how many seconds the oldest open one has waited."""

    unit_of_work: UnitOfWork
    show: Show

    async def step(self) -> float:
        async with self.unit_of_work() as tx:
            pairs, since = await suspicions.counts(tx)
            self.show(pairs, 0.0 if since is None else (tx.now - since).total_seconds())
        return EVERY_SECONDS
