"""Clocks anew from all that is known of their groups; what is different now is said and kept."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from aftercare.kit.messaging.envelope import Cause
from aftercare.kit.store.transaction import Transaction
from aftercare.programme.model import Organisation
from aftercare.sla.adapters import clocks, happenings
from aftercare.sla.adapters.clocks import Kept
from aftercare.sla.adapters.editions import EditionShelf
from aftercare.sla.domain.derive import derive
from aftercare.sla.domain.model import Clock, Edition, Editions, Published, Told
from aftercare.sla.domain.transitions import next_due_instant, transitions
from aftercare.sla.service_layer.measuring import Meter, Said
from aftercare.sla.translation import Speaker


@dataclass(frozen=True, slots=True)
class Desk:
    """What reckoning needs beside the transaction."""

    shelf: EditionShelf
    organisation: Organisation
    speaker: Speaker
    meter: Meter


@dataclass(frozen=True, slots=True)
class Causes:
    """Which message touched a subject, for what is said because of it."""

    by_subject: dict[str, Cause] = field(default_factory=dict)

    def of(self, clock: Clock, sources: Mapping[str, Collection[str]]) -> Cause | None:
        """The message about the clock's own subject, else about what counts for it."""
        near = (clock.subject, *sources.get(clock.subject, ()), clock.incident or "")
        return next((self.by_subject[one] for one in near if one in self.by_subject), None)


async def reckon(tx: Transaction, desk: Desk, subjects: Collection[str], causes: Causes) -> None:
    """Bring the clocks of whole groups up to date. They are held by this transaction (`locking.hold`)."""
    told = await happenings.told_of(tx.connection, subjects)
    before = await clocks.of_subjects(tx.connection, desk.shelf, subjects)
    fresh = {one.reference: one for one in _derived(desk, told, before) if one.subject in subjects}
    said = [one for one in _news(tx, fresh, before) if one.after != one.before]
    sources: dict[str, list[str]] = {}
    for link in told.links:
        sources.setdefault(link.target, []).append(link.source)
    for one in sorted(said, key=lambda each: each.after.clock.reference):
        for event in one.events:
            tx.emit(desk.speaker.message_of(event), causes.of(event.clock, sources))
    await _keep(tx, desk, said)
    desk.meter.measure_at_commit(tx, said)


def _news(tx: Transaction, fresh: Mapping[str, Clock], before: Mapping[str, Kept]) -> Iterator[Said]:
    for reference in {*fresh, *before}:
        known = before[reference].published if reference in before else None
        events, after = transitions(known, fresh.get(reference), tx.now)
        if after is not None:
            yield Said(known, after, events)


async def _keep(tx: Transaction, desk: Desk, said: Collection[Said]) -> None:
    born = {desk.shelf.reference(one.after.clock.edition) for one in said if one.before is None}
    await desk.shelf.keep(tx.connection, born)
    await clocks.put(tx.connection, desk.shelf, [kept(one.after) for one in said], tx.now)


def kept(published: Published) -> Kept:
    return Kept(published, next_due_instant(published))


def _derived(desk: Desk, told: Told, before: Mapping[str, Kept]) -> Iterator[Clock]:
    """By the rules that hold now, but for clocks that were born by others: those keep theirs."""
    fresh = {one.reference: one for one in derive(desk.shelf.current, desk.organisation, told)}
    older: dict[str, tuple[Edition, set[str]]] = {}
    for reference, known in before.items():
        if _keeps_its_own(desk.shelf, known.clock, fresh.get(reference)):
            edition = known.clock.edition
            older.setdefault(desk.shelf.reference(edition), (edition, set()))[1].add(reference)
    for edition, references in older.values():
        for one in derive(Editions({"generic": (edition,)}), desk.organisation, told):
            if one.reference in references:
                fresh[one.reference] = one
    yield from fresh.values()


def _keeps_its_own(shelf: EditionShelf, known: Clock, fresh: Clock | None) -> bool:
    """Whether a clock's rule is not the one that would hold for it now, although it was born at the same moment.

    A clock of a site whose rules are others now is none of these: it ends.
    """
    if fresh is None:
        return shelf.reference(known.edition) not in shelf.in_use
    return fresh.born == known.born and shelf.reference(fresh.edition) != shelf.reference(known.edition)
