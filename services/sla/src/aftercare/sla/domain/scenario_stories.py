"""The story of a scenario: one incident, its people with one case, one analysis; told as happenings."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from aftercare.programme.clock_subjects import subjects_of
from aftercare.programme.clocks import Method, Scenario, Subject
from aftercare.programme.happenings import Happening
from aftercare.programme.model import Organisation
from aftercare.sla.domain.model import Happened, Link, Person, Told
from aftercare.sla.domain.places import Place, place_of
from aftercare.sla.domain.scenario_words import (
    Act,
    Analysed,
    BefellStaff,
    Flagged,
    HarmBecomes,
    Incident,
    Named,
    NamesPersons,
    NotUnderstoodError,
    Now,
    Withdrawn,
    read_given,
)

_ONE = f"{1:032x}"
INCIDENT, RCA, CASE, ASSIGNMENT = f"inc_{_ONE}", f"rca_{_ONE}", f"cas_{_ONE}", f"asg_{_ONE}"
SURVIVOR = f"inc_{2:032x}"
"""What the incident is merged into, if it is. Nothing is expected of its clocks."""


def person_of(letter: str) -> str:
    """The reference of a relevant person: A, B ..."""
    return f"pat_{ord(letter):032x}"


class Story:
    """What a scenario's `given` says, and when it is now. Raises `NotUnderstoodError`."""

    def __init__(self, scenario: Scenario, organisation: Organisation) -> None:
        self._given = [read_given(line) for line in scenario.given]
        self._incident = self._only_incident()
        self._site = (self._incident.site if self._incident else None) or scenario.site
        site = organisation.site(self._site)
        if self._site is not None and site is None:
            raise NotUnderstoodError(f"there is no site {self._site!r} in the organisation of the scenarios")
        self._place = place_of(site)
        unnamed = {one for act in self._given if isinstance(act, Act) for one in act.persons} - self.persons
        if unnamed:
            raise NotUnderstoodError(f"the incident names no relevant person {min(unnamed)}")

    @property
    def place(self) -> Place:
        return self._place

    def instant(self, words: str) -> datetime:
        """An instant in UTC; without an offset, as the site's wall shows it."""
        try:
            moment = datetime.fromisoformat(words)
        except ValueError:
            raise NotUnderstoodError(f"{words!r} is no time such as 2026-03-02T10:00") from None
        return moment.astimezone(UTC) if moment.tzinfo else self._place.at(moment.date(), moment.time())

    @property
    def now(self) -> datetime:
        """As it says, or else when the last thing was heard of."""
        said = [self.instant(one.at) for one in self._given if isinstance(one, Now)]
        return said[-1] if said else max(one.received for one in self._happenings())

    @property
    def told(self) -> Told:
        """What was heard of by now."""
        happenings = list(self._happenings())
        people = {one.subject for one in happenings if one.kind is Happening.OBLIGATION_OPENED}
        links = {Link(INCIDENT, SURVIVOR), Link(RCA, INCIDENT), Link(ASSIGNMENT, CASE)}
        links |= {Link(CASE, one) for one in people}
        links |= {Link(INCIDENT, person_of(one)) for one in self.persons}
        if self._incident is not None:
            links |= {Link(INCIDENT, one) for one in people}
        return Told(frozenset(one for one in happenings if one.received <= self.now), frozenset(links))

    @property
    def persons(self) -> set[str]:
        """Whom the incident names, by their letters."""
        named = (one for one in self._given if isinstance(one, NamesPersons))
        return {letter for one in named for letter, _ in one.persons}

    def _only_incident(self) -> Incident | None:
        found = [one for one in self._given if isinstance(one, Incident)]
        if len(found) > 1:
            raise NotUnderstoodError("a scenario has one incident")
        return found[0] if found else None

    def _happenings(self) -> Iterator[Happened]:
        yield from self._revisions()
        people = list(self._people())
        yield from people
        for one in self._given:
            if isinstance(one, Act):
                yield from self._acts(one, people)

    def _revisions(self) -> Iterator[Happened]:
        if self._incident is None:
            return
        revision = self._first_revision(self._incident)
        yield revision
        for one in self._given:
            number = (revision.revision or 0) + 1
            if isinstance(one, HarmBecomes):
                heard = self.instant(one.received)
                revision = replace(revision, revision=number, harm=one.harm, at=heard, received=heard)
                yield revision
            elif isinstance(one, NamesPersons) and one.received is not None:
                heard = self.instant(one.received)
                persons = revision.persons | _persons(one)
                revision = replace(revision, revision=number, persons=persons, at=heard, received=heard)
                yield revision
            elif isinstance(one, Withdrawn):
                at = self.instant(one.at)
                revision = replace(revision, revision=number)
                yield Happened(INCIDENT, Happening.INCIDENT_WITHDRAWN, at, at, revision=number)

    def _first_revision(self, incident: Incident) -> Happened:
        times = {name: self.instant(words) for name, words in incident.times.items()}
        if not times:
            raise NotUnderstoodError("an incident has a time: say at least when it was received")
        received = times.get("received", max(times.values()))
        return Happened(
            INCIDENT,
            Happening.INCIDENT_KNOWN,
            at=received,
            received=received,
            revision=1,
            harm=incident.harm,
            event_kind=incident.kind,
            flags=frozenset(one.flag for one in self._given if isinstance(one, Flagged)),
            site=self._site,
            occurred=times.get("occurred"),
            discovered=times.get("discovered"),
            reported=times.get("reported"),
            persons=frozenset(
                person
                for one in self._given
                if isinstance(one, NamesPersons) and one.received is None
                for person in _persons(one)
            ),
            of_staff=any(isinstance(one, BefellStaff) for one in self._given),
        )

    def _people(self) -> Iterator[Happened]:
        known = self._first_revision(self._incident) if self._incident is not None else None
        named: Iterable[Named] = (one for one in self._given if isinstance(one, Named))
        for number, one in enumerate(named, start=1):
            received = self.instant(one.received) if one.received else known.received if known else None
            if received is None:
                raise NotUnderstoodError("without an incident, say when the person was named: received T")
            yield Happened(
                f"obl_{number:032x}",
                Happening.OBLIGATION_OPENED,
                at=received,
                received=received,
                occurred=known.occurred if known is not None else None,
                route=one.route,
            )

    def _acts(self, act: Act, people: Iterable[Happened]) -> Iterator[Happened]:
        at = self.instant(act.at)
        received = self.instant(act.received) if act.received else at
        method = next((one.method for one in self._given if isinstance(one, Analysed)), Method.OTHER)
        for subject in _subjects(act.kind, people):
            yield Happened(
                subject,
                act.kind,
                at=at,
                received=received,
                persons=frozenset(Person(person_of(one)) for one in act.persons),
                method=method if subject == RCA else None,
            )
        if act.kind is Happening.INCIDENT_MERGED:
            yield Happened(SURVIVOR, Happening.INCIDENT_KNOWN, at=at, received=at, revision=1, site=self._site)


def _persons(named: NamesPersons) -> frozenset[Person]:
    return frozenset(Person(person_of(letter), harm) for letter, harm in named.persons)


def _subjects(kind: Happening, people: Iterable[Happened]) -> list[str]:
    """Whom a happening is of, so that it counts for all that it counts for."""
    hears = subjects_of(kind)
    for subject, reference in {Subject.RCA: RCA, Subject.ASSIGNMENT: ASSIGNMENT, Subject.CASE: CASE}.items():
        if subject in hears:
            return [reference]
    return [one.subject for one in people] if Subject.OBLIGATION in hears else [INCIDENT]
