"""The working set of one batch: the books it touches, the records seen before, and what is to be written.

Filled by a store in a few bulk reads, changed in memory record by record, written back in a few bulk writes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from aftercare.intake.domain.book import Book, Decision
from aftercare.intake.domain.facts import Question
from aftercare.intake.domain.outcome import Reason, RefusedError
from aftercare.intake.domain.rca_book import RcaBook
from aftercare.intake.domain.relevant import RelevantPerson
from aftercare.intake.domain.vocabulary import SubjectKind
from aftercare.intake.translation import incident_message
from aftercare.schemas.base import Message

Key = tuple[str, str]
"""A source's name and the keyed hash of an id in it."""


class Effect(StrEnum):
    """What a record did to the books."""

    APPLIED = "applied"
    KEPT = "kept"
    """Nothing to publish yet: the incident itself has not come."""
    SUPERSEDED = "superseded"
    CONFLICT = "conflict"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Seen:
    """A record of the same identity that came before."""

    reference: str
    version_key: str
    body_hash: str
    effect: Effect
    outcome: str
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class PatientLink:
    """`relevant_person` is how the incident itself names the patient."""

    incident: str
    patient: str
    subject: SubjectKind
    relevant_person: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a batch needs loaded. Sorted by the store, so that two batches never wait for each other in a circle."""

    incidents: frozenset[Key] = frozenset()
    references: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    rcas: frozenset[Key] = frozenset()
    known_rcas: frozenset[Key] = frozenset()
    """Looked for, and not made if they are not there."""
    records: frozenset[Key] = frozenset()


@dataclass
class Ledger:
    """In memory only; one batch, one owner."""

    now: datetime
    books: dict[str, Book] = field(default_factory=dict)
    references: dict[Key, str] = field(default_factory=dict)
    numbers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rcas: dict[Key, RcaBook] = field(default_factory=dict)
    seen: dict[Key, list[Seen]] = field(default_factory=dict)
    changed_books: dict[str, None] = field(default_factory=dict)
    changed_rcas: dict[Key, None] = field(default_factory=dict)
    messages: list[tuple[Message, str]] = field(default_factory=list)
    """In order, each with the reference of the record that led to it."""
    questions: dict[str, tuple[Question, str]] = field(default_factory=dict)
    patients: dict[tuple[str, str], tuple[PatientLink, str]] = field(default_factory=dict)
    new_numbers: dict[tuple[str, str], None] = field(default_factory=dict)
    shown_numbers: dict[str, str] = field(default_factory=dict)

    @property
    def touched(self) -> dict[str, Book]:
        """The books that this batch changed, in themselves or in their numbers."""
        return {one: self.books[one] for one in (*self.changed_books, *self.shown_numbers)}

    def book(self, reference: str) -> Book:
        return self.books[reference]

    def known(self, reference: str) -> str:
        """The reference itself, if there is such an incident. Raises `RefusedError`."""
        if reference not in self.books:
            raise RefusedError(Reason.UNKNOWN_INCIDENT, "there is no incident of this reference", "aftercare-source")
        return reference

    def by_number(self, number_key: str, source: str) -> str:
        """The one incident with this number, first among those of the same source. Raises `RefusedError`."""
        found = self.numbers.get(number_key, ())
        own = [one for one in found if self.books[one].source == source]
        candidates: Sequence[str] = own or found
        if len(candidates) == 1:
            return candidates[0]
        if not candidates:
            raise RefusedError(Reason.UNKNOWN_INCIDENT, "no incident with this number has arrived", "aftercare-source")
        detail = f"{len(candidates)} incidents have this number"
        raise RefusedError(Reason.AMBIGUOUS_INCIDENT, detail, "aftercare-source")

    def settle(self, decision: Decision, record: str) -> Effect:
        """Take a decision over, and queue what it publishes."""
        book = decision.book
        if book != self.books.get(book.incident):
            self.books[book.incident] = book
            self.changed_books[book.incident] = None
        for publication in decision.publications:
            self.messages.append((incident_message(publication), record))
        if not decision.applied:
            return Effect.SUPERSEDED
        return Effect.APPLIED if decision.publications or book.is_published else Effect.KEPT

    def ask(self, questions: Iterable[Question], record: str) -> None:
        for question in questions:
            self.questions.setdefault(question.person, (question, record))

    def link(self, incident: str, persons: Iterable[RelevantPerson], record: str) -> None:
        """Tell `disclosure`, once, who an incident's relevant persons are."""
        for one in persons:
            link = PatientLink(incident, one.patient, one.subject, one.reference)
            self.patients.setdefault((incident, one.patient), (link, record))

    def number(self, incident: str, number_keys: Iterable[str], shown: str | None) -> None:
        """Make an incident findable by its source's numbers, and remember the one that people know it by."""
        for key in number_keys:
            known = self.numbers.get(key, ())
            if incident not in known:
                self.numbers[key] = (*known, incident)
                self.new_numbers[key, incident] = None
        if shown is not None:
            self.shown_numbers[incident] = shown

    def milestone(self, incident: str) -> Book:
        """The book with its count of disclosure milestones raised by one."""
        book = self.books[incident]
        book = replace(book, milestones=book.milestones + 1)
        self.books[incident] = book
        self.changed_books[incident] = None
        return book

    def rename(self, record: str, to: str) -> None:
        """Name another record as the cause: a replay goes on under the reference that people know."""
        self.messages = [(message, to if cause == record else cause) for message, cause in self.messages]
        self.questions = {key: (one, to if cause == record else cause) for key, (one, cause) in self.questions.items()}
        self.patients = {key: (one, to if cause == record else cause) for key, (one, cause) in self.patients.items()}
