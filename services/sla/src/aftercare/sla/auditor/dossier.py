"""All facts of a family of references that hang together, and which of them concern one subject."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aftercare.programme.clocks import Subject
from aftercare.programme.happenings import Happening
from aftercare.sla.auditor.facts import Fact

_BY_PREFIX = {
    "inc": (Subject.INCIDENT, Subject.RELEVANT_PERSON),
    "pat": (Subject.RELEVANT_PERSON,),
    "rca": (Subject.RCA,),
    "obl": (Subject.OBLIGATION,),
    "cas": (Subject.CASE,),
    "asg": (Subject.ASSIGNMENT,),
}
NEVER = datetime.max.replace(tzinfo=UTC)
REVISIONS = frozenset({Happening.INCIDENT_KNOWN, Happening.INCIDENT_WITHDRAWN, Happening.INCIDENT_MERGED})


@dataclass(frozen=True, slots=True)
class Merge:
    """One incident that went up in another."""

    merged: str
    into: str
    survivor: str
    """Who has the clocks from then on: `into`, or the lowest of a circle."""
    time: datetime


@dataclass(frozen=True, slots=True)
class Dossier:
    """Facts, each once, and what belongs together by them."""

    facts: tuple[Fact, ...]
    links: frozenset[tuple[str, str]]
    """From a reference to one that it named, whenever that was."""
    until: datetime = NEVER
    """Merges told later than this count for nothing yet: they alone of what belongs together have a time."""

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> "Dossier":
        once = {fact.id: fact for fact in facts}
        return cls(tuple(once.values()), frozenset((fact.subject, one) for fact in once.values() for one in fact.about))

    def known(self, at: datetime) -> "Dossier":
        """What anybody could know at `at`."""
        return Dossier.of(fact for fact in self.facts if fact.known <= at)

    def received(self, at: datetime) -> "Dossier":
        """What had come through the door by `at`; what belongs together counts as known from the beginning."""
        return Dossier(tuple(fact for fact in self.facts if fact.received <= at), self.links, at)

    def subjects(self) -> Iterator[tuple[Subject, str]]:
        """Everything that there could be a clock for. A clock of relevant persons may be for an incident as a whole."""
        for reference in sorted({one for fact in self.facts for one in fact.references}):
            for subject in _BY_PREFIX.get(reference[:3], ()):
                yield subject, reference

    def revisions(self, incident: str) -> list[Fact]:
        """All revisions of an incident, the lowest first."""
        found = [fact for fact in self.facts if fact.subject == incident and fact.happening in REVISIONS]
        return sorted(found, key=lambda fact: (fact.revision, fact.time))

    def home_of(self, reference: str) -> str:
        """The incident that a clock of incidents or of relevant persons belongs to; empty while nobody named them."""
        naming = (one.subject for one in self.facts if one.happening in REVISIONS and reference in one.persons)
        return reference if reference[:3] == "inc" else next(naming, "")

    def persons_of(self, incident: str) -> set[str]:
        """The relevant persons whom its own revisions name, a withdrawal and history included."""
        return {person for one in self.revisions(incident) for person in one.persons}

    def named_at(self, incident: str) -> datetime | None:
        """When it was first received that the incident has relevant persons."""
        return min((one.received for one in self.revisions(incident) if one.persons), default=None)

    def known_of(self, incident: str) -> list[Fact]:
        """Its revisions that are no withdrawal: `incident-known`."""
        return [one for one in self.revisions(incident) if one.happening is not Happening.INCIDENT_WITHDRAWN]

    def concerning(self, reference: str) -> list[Fact]:
        """The happenings of one subject, without the revisions of an incident."""
        if reference[:3] == "pat":
            return [fact for fact in self.concerning(self.home_of(reference)) if self.names(fact, reference)]
        return [fact for fact in self.facts if self._concerns(fact, reference) and fact.happening not in REVISIONS]

    def done_for(self, reference: str) -> list[Fact]:
        """Of these, what can stop a clock: a talk with one family is no talk with the other."""
        return [fact for fact in self.concerning(reference) if self._is_for(fact, reference)]

    def _is_for(self, fact: Fact, reference: str) -> bool:
        """Not where it might have been for somebody else: several are named, and it doesn't say whom it regards."""
        says_whom = fact.subject[:3] == "inc" or fact.happening is Happening.RCA_FEEDBACK_TO_FAMILY
        several = reference[:3] == "pat" and len(self.persons_of(self.home_of(reference))) > 1
        return not (says_whom and several) or reference in fact.persons

    def names(self, fact: Fact, reference: str) -> bool:
        """Whether it is told of this person: it names them, or nobody whom their incident knows."""
        named = self.persons_of(self.home_of(reference)).intersection(fact.persons)
        return reference in named or not named

    def _concerns(self, fact: Fact, reference: str) -> bool:
        match reference[:3]:
            case "inc":
                whole = self.joined(reference)
                by_analysis = self._named("inc", fact.subject, of="rca")
                ends_analysis_alone = fact.happening is Happening.RCA_CANCELLED
                return fact.subject in whole or not (ends_analysis_alone or whole.isdisjoint(by_analysis))
            case "cas":
                return fact.subject == reference or reference in self._named("cas", fact.subject, of="asg")
            case "obl":
                cases = self._named("cas", reference)
                return fact.subject == reference or any(self._concerns(fact, case) for case in cases)
            case _:
                return fact.subject == reference

    def obligations_of(self, reference: str) -> list[str]:
        """The obligations behind a subject of the support side, the one received first at the front."""
        match reference[:3]:
            case "obl":
                return [reference]
            case "asg":
                cases = self._named("cas", reference)
                found = {one for case in cases for one in self.obligations_of(case)}
            case _:
                found = {one for one, named in self.links if one[:3] == "obl" and named == reference}
        return sorted(found, key=lambda one: (self.came(one), one))

    def incidents_of(self, reference: str) -> list[str]:
        """The incidents that a subject belongs to, the one received first at the front."""
        match reference[:3]:
            case "inc" | "pat":
                return [self.home_of(reference)]
            case "obl" | "rca":
                return sorted(self._named("inc", reference), key=lambda one: (self.came(one), one))
            case _:
                return [one for obligation in self.obligations_of(reference) for one in self.incidents_of(obligation)]

    def came(self, reference: str) -> datetime:
        """When it was first received; the end of time for what has not come."""
        openings = REVISIONS | {Happening.OBLIGATION_OPENED}
        mine = [one.received for one in self.facts if one.subject == reference and one.happening in openings]
        return min(mine, default=NEVER)

    def site_of(self, reference: str) -> str | None:
        """The site by the highest revision of its incident; of several incidents, of the one received first."""
        if reference[:3] in ("cas", "asg"):
            obligations = self.obligations_of(reference)
            return self.site_of(obligations[0]) if obligations else None
        revisions = [one for incident in self.incidents_of(reference)[:1] for one in self.revisions(incident)]
        return revisions[-1].site if revisions else None

    def withdrawn_at(self, incident: str) -> datetime | None:
        """When an incident was taken back, if no higher revision revived it."""
        found = None
        for revision in reversed(self.revisions(incident)):
            if revision.happening is not Happening.INCIDENT_WITHDRAWN:
                break
            found = revision.time if found is None else min(found, revision.time)
        return found

    def merged_at(self, incident: str) -> datetime | None:
        """When an incident went up in another one that has come."""
        mine = [merge for merge in self._merges() if merge.merged == incident != merge.survivor]
        times = [max(merge.time, self.came(merge.into)) for merge in mine]
        return min(times, default=None)

    def joined(self, incident: str) -> set[str]:
        """The incident and all that went up in it, straight or by way of others."""
        found = {incident}
        while True:
            more = {merge.merged for merge in self._merges() if merge.survivor in found} - found
            if not more:
                return found
            found |= more

    def _named(self, prefix: str, by: str, of: str = "") -> set[str]:
        """References of one kind that `by` named; none unless `by` is of the kind `of`, where that is given."""
        return {named for one, named in self.links if one == by and named[:3] == prefix and one.startswith(of)}

    def routes_of(self, reference: str) -> set[str]:
        """How the people behind a subject came to be named."""
        obligations = self.obligations_of(reference)
        return {fact.route for fact in self.facts if fact.subject in obligations and fact.route is not None}

    def methods_of(self, reference: str) -> set[str]:
        """How the analysis, or any analysis of the incident, is made, as any of its messages says."""
        analyses = {reference}
        if reference[:3] != "rca":
            whole = {other for one in self.incidents_of(reference) for other in self.joined(one)}
            analyses = {one for one, named in self.links if one[:3] == "rca" and named in whole}
        said = [one for one in self.facts if one.subject in analyses and not one.is_silent]
        return {one.method for one in said if one.method is not None}

    def _merges(self) -> list[Merge]:
        """Merges into incidents that have come."""
        merges = [
            Merge(fact.subject, into, into, fact.time)
            for fact in self.facts
            if fact.happening is Happening.INCIDENT_MERGED and fact.time <= self.until
            for into in fact.about
            if into != fact.subject and self.came(into) < NEVER
        ]
        return [_without_circle(merge, merges) for merge in merges]


def _without_circle(merge: Merge, merges: Sequence[Merge]) -> Merge:
    """Of a circle the lowest reference survives: all others went up in it, and it in none of them."""
    targets: dict[str, set[str]] = {}
    for one in merges:
        targets.setdefault(one.merged, set()).add(one.into)
    circle = {one for one in _reachable(merge.merged, targets) if merge.merged in _reachable(one, targets)}
    return replace(merge, survivor=min(circle)) if merge.into in circle else merge


def _reachable(begin: str, targets: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    frontier = {begin}
    while frontier:
        frontier = {into for one in frontier for into in targets.get(one, ())} - found
        found |= frontier
    return found
