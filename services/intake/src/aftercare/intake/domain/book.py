"""All that is known of one incident, and how records change it: pure decisions, one function per fact.

A book exists from the first mention on, so that staff involvement, interviews and withdrawals that come before
the incident itself are kept and applied when it arrives. Its revision grows by one with each published change and
with nothing else. Persons are identifier tokens here, never names.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from aftercare.intake.domain.facts import IncidentDetails
from aftercare.intake.domain.relevant import RelevantPerson, are_too_many, joined_persons, told_persons
from aftercare.intake.domain.standing import Standing
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
    listed: bool = False
    """Whether the newest version of the record names them too, whoever named them first."""

    @property
    def is_beside(self) -> bool:
        """Named by a message alone, and as more than the one who reported it: may be one whom the record left out."""
        told_apart = self.origin is Origin.MESSAGE and not self.listed
        return told_apart and self.relation is not Relation.REPORTER


@dataclass(frozen=True, slots=True)
class Beside:
    """What a version says beside its details and its staff."""

    guarded: bool = False
    relevant: tuple[RelevantPerson, ...] = ()
    unnamed: int = 0
    """How many more staff it says were involved, and does not name."""
    tells_staff: bool = True
    """Whether it would name them. Of a view that never does, who was named before stays."""


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
    relevant: tuple[RelevantPerson, ...] = ()
    unnamed: int = 0
    """How many more staff the newest version says were involved, and does not name: at least so many."""
    unnamed_apart: int = 0
    """The same as messages tell it, and incidents that were merged into this one; with those whom they do name."""
    unnamed_answered: int = 0
    """For how many of them a human has looked, and named whom they found."""

    @property
    def is_published(self) -> bool:
        return self.revision > 0

    @property
    def still_unnamed(self) -> int:
        """How many were involved of whom nobody knows who they are. Who was named apart can be one of them."""
        beside = sum(one.is_beside for one in self.involved)
        return max(0, max(self.unnamed, self.unnamed_apart) - max(self.unnamed_answered, beside))

    @property
    def names_too_many(self) -> bool:
        """Whether it names more relevant persons than can be told, and so tells none."""
        return are_too_many(self.relevant)

    @property
    def asks_who(self) -> bool:
        """Whether a human must say who was involved: nobody is named, or not all are.

        Of history nobody is asked, nor of what was made up to test the way.
        """
        gone = self.withdrawn is not None or self.merged_into is not None
        is_past_or_test = self.details is not None and (self.details.backfill or self.details.synthetic)
        if not self.is_published or gone or is_past_or_test:
            return False
        return self.still_unnamed > 0 if self.involved else not self.nobody


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
    book: Book, details: IncidentDetails, staff: Iterable[Involved], standing: Standing, beside: Beside | None = None
) -> Decision:
    """A version of the record."""
    said = beside or Beside()
    relevant = joined_persons(book.relevant, said.relevant)
    if not standing.supersedes(book.standing):
        return replace(_with_persons(book, relevant), applied=False)
    everybody = staff if said.tells_staff else (*book.involved, *staff)
    listed = _strongest(one for one in everybody if one.person not in book.excluded)
    before = {one.person: one for one in book.involved}
    joined = (_joined(one, listed.get(one.person)) for one in book.involved)
    staying = tuple(replace(one, listed=one.person in listed) for one in joined)
    kept = tuple(one for one in staying if _stays(one, listed))
    added = tuple(replace(one, listed=True) for person, one in listed.items() if person not in before)
    gone = tuple(one.involvement for one in book.involved if not _stays(one, listed))
    told = replace(
        book,
        details=details,
        standing=standing.after(book.standing),
        received=book.received or standing.received,
        withdrawn=None,
        guarded=book.guarded or said.guarded,
        nobody=book.nobody and not (kept or added),
        involved=staying,
        relevant=relevant,
        unnamed=said.unnamed if said.tells_staff else book.unnamed,
    )
    if not book.is_published:
        everybody = (*kept, *added)
        merged: list[Step] = [(Change.MERGED, everybody, ())] if book.merged_into is not None else []
        return _publish(replace(told, involved=everybody), [(Change.REPORTED, everybody, ()), *merged])
    steps: list[Step] = []
    if _is_amended(book, told):
        steps.append((Change.AMENDED, staying, ()))
    if gone:
        steps.append((Change.STAFF_REMOVED, kept, gone))
    if added:
        steps.append((Change.STAFF_ADDED, (*kept, *added), tuple(one.involvement for one in added)))
    return _publish(told, steps)


def _is_amended(before: Book, told: Book) -> bool:
    """Whether a version changes what is published, beside who comes and who goes."""
    if told.details != before.details or before.withdrawn is not None:
        return True
    return _shown(before) != _shown(told)


def _shown(book: Book) -> tuple[object, ...]:
    return tuple(map(_visible, book.involved)), told_persons(book.relevant, book.details)


def apply_handed_over(book: Book, persons: Iterable[RelevantPerson], unnamed: int) -> Decision:
    """What an incident that was merged into this one says of its relevant persons, and of its unnamed staff."""
    told = replace(book, unnamed_apart=max(book.unnamed_apart, unnamed))
    return _with_persons(told, joined_persons(book.relevant, persons))


def _with_persons(book: Book, relevant: tuple[RelevantPerson, ...]) -> Decision:
    """Persons named beside a version of its own. A withdrawn incident tells them when it comes back."""
    told = replace(book, relevant=relevant)
    silent = book.withdrawn is not None or _shown(told) == _shown(book)
    return _publish(told, [] if silent else [(Change.AMENDED, book.involved, ())])


def apply_staff_added(book: Book, staff: Iterable[Involved], unnamed: int = 0) -> Decision:
    """People named by a message, a colleague, a manager or an answer. Naming them overrules an earlier removal.

    `unnamed`: how many more the message says were involved.
    """
    listed = _strongest(replace(one, origin=Origin.MESSAGE) for one in staff)
    before = {one.person for one in book.involved}
    staying = tuple(_joined(one, listed.get(one.person)) for one in book.involved)
    added = tuple(one for person, one in listed.items() if person not in before)
    told = replace(
        book,
        involved=(*staying, *added),
        excluded=book.excluded.difference(listed),
        nobody=book.nobody and not listed,
        unnamed_apart=max(book.unnamed_apart, unnamed and unnamed + len(listed)),
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
    """A human looked: no member of staff was involved; or, where some are named and others not, nobody else.

    Ignored when somebody is named by now and no others are missing.
    """
    if book.still_unnamed and book.involved:
        return apply_all_named(book)
    if book.involved or book.nobody:
        return Decision(book, applied=not book.involved)
    return _publish(replace(book, nobody=True), [(Change.NOBODY, (), ())])


def apply_all_named(book: Book) -> Decision:
    """A human looked and named whom they found: nobody is asked again until a version says that there were more."""
    return Decision(replace(book, unnamed_answered=max(book.unnamed, book.unnamed_apart)))


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
    listed = one.listed or one.origin is Origin.RECORD
    guard = one.never_through_manager or again.never_through_manager
    newest = one.origin is Origin.RECORD and again.origin is Origin.RECORD
    relation = again.relation if newest else _closer(one.relation, again.relation)
    origin = Origin.MESSAGE if Origin.MESSAGE in (one.origin, again.origin) else Origin.RECORD
    return replace(one, relation=relation, never_through_manager=guard, origin=origin, listed=listed)


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
