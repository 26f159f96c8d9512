"""One mapped record, applied to the books: persons become tokens here, and nothing after this knows a name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aftercare.intake.domain import book as decide
from aftercare.intake.domain.book import Beside, Book, Involved
from aftercare.intake.domain.facts import (
    DisclosureStep,
    Fact,
    IncidentMerge,
    IncidentReport,
    IncidentWithdrawal,
    Mention,
    Named,
    NamedPatient,
    NamedStaff,
    Question,
    RcaDeletion,
    RcaMilestone,
    StaffChange,
    Version,
)
from aftercare.intake.domain.harm import worst
from aftercare.intake.domain.outcome import Reason, RefusedError
from aftercare.intake.domain.rca_book import RcaBook, apply_interview, apply_milestone
from aftercare.intake.domain.relevant import MAX_PERSONS, RelevantPerson, each_person, stated_for
from aftercare.intake.domain.source import Source
from aftercare.intake.domain.standing import Standing
from aftercare.intake.domain.vocabulary import HarmLevel, RcaStep, Relation
from aftercare.intake.service_layer.ledger import Effect, Key, Ledger
from aftercare.intake.service_layer.ports import Naming
from aftercare.intake.translation import DisclosurePeople, disclosure_message, rca_message

TOO_MANY = "too-many:patients"


@dataclass(frozen=True, slots=True)
class Applied:
    effect: Effect
    incident: str | None = None
    rca: str | None = None
    doubts: tuple[str, ...] = ()
    """What became doubtful of the book, and is in no record alone."""


@dataclass(frozen=True, slots=True)
class Applying:
    """One record on its way into the books. `record` is its reference, the cause of all that follows."""

    ledger: Ledger
    naming: Naming
    source: Source
    record: str
    received: datetime

    def apply(self, fact: Fact, version: Version) -> Applied:
        """Change the books. Raises `RefusedError` when the record points at an incident that can't be found."""
        standing = Standing.of(version, self.received)
        match fact:
            case IncidentReport():
                return self._report(fact, standing)
            case IncidentWithdrawal(source_id=source_id, reason=reason):
                book = self._book(Mention(source_id))
                return self._settled(decide.apply_withdrawal(book, reason, standing))
            case IncidentMerge(source_id=source_id, into=into):
                target = self._book(into).incident
                return self._counted(
                    self._settled(decide.apply_merge(self._book(Mention(source_id)), target, standing))
                )
            case StaffChange():
                return self._staff_change(fact)
            case RcaMilestone() | RcaDeletion():
                return self._rca(fact) if isinstance(fact, RcaMilestone) else self._rca_deleted(fact)
            case DisclosureStep():
                return self._disclosure(fact)

    def _report(self, fact: IncidentReport, standing: Standing) -> Applied:
        book = self._book(Mention(fact.source_id))
        staff = self._involved(fact.staff, book)
        persons = self._relevant(fact.patients, book.incident, standing)
        beside = Beside(fact.fears_repercussion, persons, fact.unnamed_staff, fact.tells_staff)
        decision = decide.apply_report(book, fact.details, staff, standing, beside)
        self.ledger.number(
            book.incident,
            [self.naming.key("number", number) for number in fact.numbers],
            next(iter(fact.numbers), fact.source_id if not fact.source_id.startswith("body:") else None),
        )
        self.ledger.link(book.incident, persons, self.record)
        return self._counted(self._settled(decision))

    def _staff_change(self, fact: StaffChange) -> Applied:
        book = self._book(fact.incident)
        if fact.removed:
            persons = [token for named in fact.removed if (token := self._token(named, book)) is not None]
            return self._settled(decide.apply_staff_removed(book, persons))
        return self._settled(decide.apply_staff_added(book, self._involved(fact.added, book), fact.unnamed_staff))

    def _rca(self, fact: RcaMilestone) -> Applied:
        key = rca_key(fact, self.source, self.naming)
        rca = self.ledger.rcas.get(key) or RcaBook(self.naming.reference("rca", *key), self.source.name)
        incidents = tuple(self._book(mention).incident for mention in fact.incidents)
        about = next(iter(incidents), None)
        team = None if fact.team is None else self._persons(fact.team, about)
        interviewee = self._persons([fact.interviewee], about) if fact.interviewee is not None else ()
        rca = apply_milestone(rca, incidents, fact.method, team, self.received, fact.step)
        person = next(iter(interviewee), None)
        self._tell(key, rca, fact, person)
        if fact.told_by is not None and person is not None:
            own = record_of_rca(fact.told_by, self.source, self.naming)
            book = self.ledger.rcas.get(own) or RcaBook(self.naming.reference("rca", *own), self.source.name)
            self._keep(own, apply_interview(book, key[1], person, fact.step))
        return Applied(Effect.APPLIED, about, rca.rca)

    def _rca_deleted(self, fact: RcaDeletion) -> Applied:
        """What was to come is off. Sources delete what is over too, to be rid of it: that changes nothing."""
        key = record_of_rca(fact.told_by, self.source, self.naming)
        book = self.ledger.rcas.get(key)
        analysis = (key[0], book.interview_of) if book is not None and book.interview_of is not None else key
        if book is None or analysis not in self.ledger.rcas or (book.interview_of is None and book.last is None):
            raise RefusedError(Reason.NOT_AN_INCIDENT, "a deletion of what told of no analysis and no interview before")
        if book.interview_of is None:
            if not book.is_under_way:
                raise RefusedError(Reason.NOT_AN_INCIDENT, "a deletion of what told of an analysis that is over")
            return self._cancelled(key, RcaStep.CANCELLED, None)
        if not book.asked:
            raise RefusedError(Reason.NOT_AN_INCIDENT, "a deletion of what told of an interview that is over")
        self._keep(key, replace(book, asked=()))
        ended = [self._cancelled(analysis, RcaStep.INTERVIEW_CANCELLED, one) for one in book.asked]
        return ended[0]

    def _cancelled(self, key: Key, step: RcaStep, person: str | None) -> Applied:
        rca = apply_milestone(self.ledger.rcas[key], (), None, None, self.received, step)
        self._tell(key, rca, RcaMilestone("", step), person)
        return Applied(Effect.APPLIED, next(iter(rca.incidents), None), rca.rca)

    def _tell(self, key: Key, rca: RcaBook, fact: RcaMilestone, person: str | None) -> None:
        self._keep(key, rca)
        self.ledger.messages.append((rca_message(rca, fact, person, backfill=self.source.backfill), self.record))

    def _keep(self, key: Key, book: RcaBook) -> None:
        self.ledger.rcas[key] = book
        self.ledger.changed_rcas[key] = None

    def _disclosure(self, fact: DisclosureStep) -> Applied:
        incident = self._book(fact.incident).incident
        lead = self._persons([fact.lead], incident) if fact.lead is not None else ()
        participants = self._persons(fact.participants, incident)
        book = self.ledger.milestone(incident)
        people = DisclosurePeople(next(iter(lead), None), participants, self._regarded(fact.relevant, book))
        message = disclosure_message(book, fact, people, self.received)
        self.ledger.messages.append((message, self.record))
        return Applied(Effect.APPLIED, incident)

    def _settled(self, decision: decide.Decision) -> Applied:
        return Applied(settle(self.ledger, self.naming, decision, self.record), decision.book.incident)

    def _counted(self, applied: Applied) -> Applied:
        """With a doubt where versions, or merged incidents, together name more persons than can be told."""
        books = self._merged_into(self.ledger.book(applied.incident)) if applied.incident else ()
        return replace(applied, doubts=(TOO_MANY,)) if any(one.names_too_many for one in books) else applied

    def _book(self, mention: Mention) -> Book:
        return self.ledger.book(find_incident(mention, self.source, self.ledger, self.naming))

    def _involved(self, staff: Iterable[NamedStaff], book: Book) -> list[Involved]:
        found = []
        for one in staff:
            token = self._token(one.person, book)
            if token is None:
                continue
            self.ledger.ask([Question(one.person, token, self.source.name, book.incident)], self.record)
            reference = self.naming.reference("inv", book.incident, token)
            found.append(Involved(reference, token, one.relation, one.route, one.never_through_manager))
        return found

    def _relevant(
        self, patients: Sequence[NamedPatient], incident: str, standing: Standing
    ) -> tuple[RelevantPerson, ...]:
        """Each patient once, under the reference that holds within this incident; nobody where there are too many."""
        said: dict[str, RelevantPerson] = {}
        for one in patients if len(patients) <= MAX_PERSONS else ():
            patient = self.naming.patient(one)
            reference = self.naming.relevant_person(incident, patient)
            before = said.get(patient)
            harm = worst(level for level in (one.harm, before.harm if before else None) if level is not None)
            known = None if harm is HarmLevel.UNKNOWN else harm
            said[patient] = RelevantPerson(reference, patient, incident, one.subject, known, standing)
        return tuple(said.values())

    def _regarded(self, patients: Iterable[NamedPatient], book: Book) -> tuple[str, ...]:
        """References of those whom a step regards: of the incident, and of those into which it was merged."""
        known = dict.fromkeys(self.naming.patient(one) for one in patients)
        incidents = [one.incident for one in self._merged_into(book)]
        return tuple(self.naming.relevant_person(incident, one) for incident in incidents for one in known)

    def _merged_into(self, book: Book) -> list[Book]:
        """The book, and those into which it was merged, to the end of the chain."""
        books = {book.incident: book}
        while book.merged_into is not None and book.merged_into not in books:
            book = self.ledger.book(book.merged_into)
            books[book.incident] = book
        return list(books.values())

    def _persons(self, people: Iterable[Named], about: str | None) -> tuple[str, ...]:
        tokens = []
        for named in people:
            name = self.naming.person(named)
            if name is not None:
                tokens.append(name.token)
                self.ledger.ask([Question(named, name.token, self.source.name, about)], self.record)
        return tuple(dict.fromkeys(tokens))

    def _token(self, named: Named, book: Book) -> str | None:
        """The token by which the book knows this person already, under whichever key; else the current one."""
        name = self.naming.person(named)
        if name is None:
            return None
        known = {one.person for one in book.involved} | book.excluded
        return next((alias for alias in (name.token, *name.aliases) if alias in known), name.token)


def settle(ledger: Ledger, naming: Naming, decision: decide.Decision, record: str) -> Effect:
    """Take a decision over. Who is named in an incident that was merged is named where it went, however far that is."""
    before = ledger.books.get(decision.book.incident)
    effect = ledger.settle(decision, record)
    into = decision.book.merged_into
    if into is None:
        return effect
    if decision.forwarded:
        moved = [replace(one, involvement=naming.reference("inv", into, one.person)) for one in decision.forwarded]
        settle(ledger, naming, decide.apply_staff_added(ledger.book(into), moved), record)
    handed = _handed_over(decision.book, into, naming)
    is_told = before is not None and before.merged_into == into and handed == _handed_over(before, into, naming)
    if handed != ((), 0) and not is_told:
        ledger.link(into, handed[0], record)
        settle(ledger, naming, decide.apply_handed_over(ledger.book(into), *handed), record)
    return effect


def _handed_over(book: Book, into: str, naming: Naming) -> tuple[tuple[RelevantPerson, ...], int]:
    """The relevant persons of a merged incident under the references of the other; and how much staff is unnamed."""
    if book.details is None:
        return (), 0
    persons = []
    for one in each_person(book.relevant, book.details):
        reference = naming.relevant_person(into, one.patient)
        harm = stated_for(one, book.details)
        persons.append(RelevantPerson(reference, one.patient, book.incident, one.subject, harm))
    unnamed = book.still_unnamed
    named = sum(one.relation is not Relation.REPORTER for one in book.involved)
    return tuple(persons), unnamed + named if unnamed else 0


def find_incident(mention: Mention, source: Source, ledger: Ledger, naming: Naming) -> str:
    """The reference of the incident meant. Raises `RefusedError` when nobody can tell which."""
    if mention.reference is not None:
        return ledger.known(mention.reference)
    if mention.source_id is not None:
        return ledger.references[incident_key(mention.source_id, source, naming)]
    return ledger.by_number(naming.key("number", mention.number or ""), source.name)


def incident_key(source_id: str, source: Source, naming: Naming) -> Key:
    return source.name, naming.key("incident", source.scope, source_id)


def rca_key(fact: RcaMilestone, source: Source, naming: Naming) -> Key:
    return record_of_rca(fact.rca_id, source, naming)


def record_of_rca(told_by: str, source: Source, naming: Naming) -> Key:
    """By what a record is known that tells of an analysis, or of an interview."""
    return source.name, naming.key("rca", source.scope, told_by)
