"""All that is known of one incident, and how records change it: pure decisions, one function per fact.

A book exists from the first mention on, so that staff involvement, interviews and withdrawals that come before
the incident itself are kept and applied when it arrives. Its revision grows by one with each published change and
with nothing else. Persons are identifier tokens here, never names.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from aftercare.intake.domain.facts import IncidentDetails, Version
from aftercare.intake.domain.vocabulary import Relation, Route, WithdrawalReason


class Origin(StrEnum):
    """Where an involvement comes from: a record's later version takes back only what the record itself said."""

    RECORD = "record"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Involved:
    involvement: str
    person: str
    relation: Relation = Relation.INVOLVED
    route: Route = Route.INCIDENT
    never_through_manager: bool = False
    origin: Origin = Origin.RECORD


@dataclass(frozen=True, slots=True)
class Standing:
    """Which version of the record the book stands at. Stated numbers decide, then last-updated, then receipt."""

    number: int | None = None
    updated: datetime | None = None
    received: datetime | None = None

    @classmethod
    def of(cls, version: Version, received: datetime) -> "Standing":
        return cls(version.number, version.updated, received)

    def supersedes(self, other: "Standing | None") -> bool:
        if other is None:
            return True
        if self.number is not None and other.number is not None:
            return self.number > other.number
        if self.updated is not None and other.updated is not None and self.updated != other.updated:
            return self.updated > other.updated
        return self.received is None or other.received is None or self.received >= other.received

    def is_no_older_than(self, other: "Standing | None") -> bool:
        """For messages that may bear the number of the version that they are about."""
        same = other is not None and self.number is not None and self.number == other.number
        return same or self.supersedes(other)

    def after(self, other: "Standing | None") -> "Standing":
        """This standing, which never forgets the highest number and the latest update seen."""
        if other is None:
            return self
        return replace(
            self,
            number=self.number if self.number is not None else other.number,
            updated=self.updated if self.updated is not None else other.updated,
        )


@dataclass(frozen=True, slots=True)
class Book:
    incident: str
    source: str
    revision: int = 0
    details: IncidentDetails | None = None
    received: datetime | None = None
    """When the first report of it came: the clocks of others start there."""
    standing: Standing | None = None
    involved: tuple[Involved, ...] = ()
    excluded: frozenset[str] = frozenset()
    """Persons whom a message took out: a record that still lists them doesn't bring them back."""
    withdrawn: WithdrawalReason | None = None
    merged_into: str | None = None
    nobody: bool = False
    guarded: bool = False
    """Somebody fears repercussion: a manager must not be the one who is asked about it."""
    milestones: int = 0

    @property
    def is_published(self) -> bool:
        return self.revision > 0

    @property
    def names_nobody(self) -> bool:
        """Whether a human must say who was involved. Of history nobody is asked."""
        gone = self.withdrawn is not None or self.merged_into is not None
        history = self.details is not None and self.details.backfill
        return self.is_published and not (self.involved or self.nobody or gone or history)


class Change(StrEnum):
    REPORTED = "reported"
    AMENDED = "amended"
    STAFF_ADDED = "staff-added"
    STAFF_REMOVED = "staff-removed"
    NOBODY = "nobody"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Publication:
    """A change to publish, with the book as it stands right after it."""

    change: Change
    book: Book
    involvements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    book: Book
    publications: tuple[Publication, ...] = ()
    applied: bool = True
    """False: an older version that came late. It is kept in the history and changes nothing."""
    forwarded: tuple[Involved, ...] = field(default=())
    """People of an incident that was merged into another: they are named there from now on."""


Step = tuple[Change, tuple[Involved, ...], tuple[str, ...]]
"""A change, the people named after it, and the involvements that it is about."""


def apply_report(
    book: Book, details: IncidentDetails, staff: Iterable[Involved], standing: Standing, *, guarded: bool = False
) -> Decision:
    """A version of the record."""
    if not standing.supersedes(book.standing):
        return Decision(book, applied=False)
    listed = _strongest(one for one in staff if one.person not in book.excluded)
    before = {one.person: one for one in book.involved}
    kept = tuple(_joined(one, listed.get(one.person)) for one in book.involved if _stays(one, listed))
    added = tuple(one for person, one in listed.items() if person not in before)
    gone = tuple(one.involvement for one in book.involved if not _stays(one, listed))
    staying = tuple(_joined(one, listed.get(one.person)) for one in book.involved)
    told = replace(
        book,
        details=details,
        standing=standing.after(book.standing),
        received=book.received or standing.received,
        withdrawn=None,
        guarded=book.guarded or guarded,
        nobody=book.nobody and not (kept or added),
        involved=staying,
    )
    if not book.is_published:
        everybody = (*kept, *added)
        merged: list[Step] = [(Change.MERGED, everybody, ())] if book.merged_into is not None else []
        return _publish(replace(told, involved=everybody), [(Change.REPORTED, everybody, ()), *merged])
    steps: list[Step] = []
    if details != book.details or staying != book.involved or book.withdrawn is not None:
        steps.append((Change.AMENDED, staying, ()))
    if gone:
        steps.append((Change.STAFF_REMOVED, kept, gone))
    if added:
        steps.append((Change.STAFF_ADDED, (*kept, *added), tuple(one.involvement for one in added)))
    return _publish(told, steps)


def apply_staff_added(book: Book, staff: Iterable[Involved]) -> Decision:
    """People named by a message, a colleague, a manager or an answer. Naming them overrules an earlier removal."""
    listed = _strongest(replace(one, origin=Origin.MESSAGE) for one in staff)
    before = {one.person for one in book.involved}
    staying = tuple(_joined(one, listed.get(one.person)) for one in book.involved)
    added = tuple(one for person, one in listed.items() if person not in before)
    told = replace(
        book, involved=(*staying, *added), excluded=book.excluded.difference(listed), nobody=book.nobody and not listed
    )
    if not book.is_published:
        return Decision(told, forwarded=_forwarded(book, added))
    steps: list[Step] = []
    if [_visible(one) for one in staying] != [_visible(one) for one in book.involved]:
        steps.append((Change.AMENDED, staying, ()))
    if added:
        steps.append((Change.STAFF_ADDED, (*staying, *added), tuple(one.involvement for one in added)))
    return replace(_publish(told, steps), forwarded=_forwarded(book, added))


def apply_staff_removed(book: Book, persons: Iterable[str]) -> Decision:
    """People who turned out not to be involved."""
    out = frozenset(persons)
    kept = tuple(one for one in book.involved if one.person not in out)
    gone = tuple(one.involvement for one in book.involved if one.person in out)
    told = replace(book, involved=kept, excluded=book.excluded | out)
    return _publish(told, [(Change.STAFF_REMOVED, kept, gone)] if gone else [])


def apply_nobody(book: Book) -> Decision:
    """A human looked and said that no member of staff was involved. Ignored when somebody is named by now."""
    if book.involved or book.nobody:
        return Decision(book, applied=not book.involved)
    return _publish(replace(book, nobody=True), [(Change.NOBODY, (), ())])


def apply_withdrawal(book: Book, reason: WithdrawalReason, standing: Standing) -> Decision:
    """The source took the record back. A later version can bring it again."""
    if not standing.is_no_older_than(book.standing):
        return Decision(book, applied=False)
    told = replace(book, standing=standing.after(book.standing), withdrawn=reason)
    return _publish(told, [] if book.withdrawn is not None else [(Change.WITHDRAWN, book.involved, ())])


def apply_merge(book: Book, into: str, standing: Standing) -> Decision:
    """The incident is the same as another. Its people are handed over; its own later versions change nothing there."""
    if book.merged_into == into:
        return Decision(book)
    told = replace(book, merged_into=into, standing=standing.after(book.standing))
    decision = _publish(told, [(Change.MERGED, book.involved, ())])
    return replace(decision, forwarded=book.involved)


def _publish(told: Book, steps: list[Step]) -> Decision:
    """Number the changes. A book that was never reported publishes nothing but its report."""
    if not told.is_published and not (steps and steps[0][0] is Change.REPORTED):
        return Decision(told)
    before = {one.person for one in told.involved} if told.is_published else set()
    publications = []
    for change, involved, involvements in steps:
        told = replace(told, revision=told.revision + 1, involved=involved)
        publications.append(Publication(change, told, involvements))
    newly = tuple(one for one in told.involved if one.person not in before)
    return Decision(told, tuple(publications), forwarded=_forwarded(told, newly))


def _forwarded(book: Book, added: tuple[Involved, ...]) -> tuple[Involved, ...]:
    return added if book.merged_into is not None else ()


def _stays(one: Involved, listed: dict[str, Involved]) -> bool:
    return one.origin is Origin.MESSAGE or one.person in listed


def _joined(one: Involved, again: Involved | None) -> Involved:
    """The same involvement, said twice: a record's newest words count, else the closer relation; a guard stays."""
    if again is None:
        return one
    guard = one.never_through_manager or again.never_through_manager
    newest = one.origin is Origin.RECORD and again.origin is Origin.RECORD
    relation = again.relation if newest else _closer(one.relation, again.relation)
    origin = Origin.MESSAGE if Origin.MESSAGE in (one.origin, again.origin) else Origin.RECORD
    return replace(one, relation=relation, never_through_manager=guard, origin=origin)


def _closer(one: Relation, other: Relation) -> Relation:
    order = list(Relation)
    return min(one, other, key=order.index)


def _strongest(staff: Iterable[Involved]) -> dict[str, Involved]:
    """Each person once, by the closest relation in which they are named."""
    listed: dict[str, Involved] = {}
    for one in staff:
        known = listed.get(one.person)
        if known is None:
            listed[one.person] = one
        else:
            guard = known.never_through_manager or one.never_through_manager
            listed[one.person] = replace(
                known, relation=_closer(known.relation, one.relation), never_through_manager=guard
            )
    return listed


def _visible(one: Involved) -> tuple[object, ...]:
    return (one.person, one.relation, one.route, one.never_through_manager)
