"""Whether a rule gives a clock, from when it runs, and when it was born (`docs/clocks.md` 2 and 6)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from aftercare.programme.clocks import ClockRule, Subject, Timestamp, When
from aftercare.programme.happenings import Happening
from aftercare.programme.model import HarmLevel
from aftercare.sla.auditor.dossier import Dossier
from aftercare.sla.auditor.facts import Fact

OF_INCIDENTS = frozenset({Subject.INCIDENT, Subject.RELEVANT_PERSON})
OF_PEOPLE = frozenset({Subject.OBLIGATION, Subject.CASE, Subject.ASSIGNMENT})
Started = tuple[datetime, Timestamp]


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it holds at a site."""

    name: str
    version: int
    rules: tuple[ClockRule, ...]


PacksAt = Callable[[str | None], Sequence[Pack]]
"""The packs that hold at a site; of `None`, where no site is known."""


@dataclass(frozen=True, slots=True)
class Birth:
    """A rule for a subject, and the instant at which the system could first have known of it."""

    pack: Pack
    rule: ClockRule
    reference: str
    at: datetime


def births(dossier: Dossier, packs: PacksAt) -> Iterator[Birth]:
    """Every clock that these facts give."""
    for subject, reference in dossier.subjects():
        for pack in packs(dossier.site_of(reference)):
            for name in sorted({rule.id for rule in pack.rules}):
                versions = [rule for rule in pack.rules if rule.id == name and rule.subject is subject]
                birth = _newest(dossier, pack, versions, reference)
                if birth is not None:
                    yield birth


def _newest(dossier: Dossier, pack: Pack, versions: Sequence[ClockRule], reference: str) -> Birth | None:
    """Each version finds a birth by itself; of those in force at the birth they found, the earliest born counts."""
    found = []
    for rule in versions:
        born = _born(rule, reference, dossier)
        if born is not None and _in_force(versions, born.astimezone(UTC).date()) is rule:
            found.append(Birth(pack, rule, reference, born))
    first = min(found, key=lambda birth: birth.at, default=None)
    return first if first is not None and first.rule.enabled else None


def _in_force(versions: Sequence[ClockRule], day: date) -> ClockRule | None:
    begun = [rule for rule in versions if rule.in_force is None or rule.in_force <= day]
    return max(begun, key=lambda rule: rule.version, default=None)


def _born(rule: ClockRule, reference: str, dossier: Dossier) -> datetime | None:
    """The earliest instant at which what had been received gives the clock."""
    for instant in sorted({instant for fact in dossier.facts for instant in (fact.received, fact.time)}):
        received = dossier.received(instant)
        if start_of(rule, reference, received) is not None:
            return None if _has_gone_to_persons(rule, reference, received) else instant
    return None


def _has_gone_to_persons(rule: ClockRule, reference: str, dossier: Dossier) -> bool:
    """Whether it would be for an incident as a whole of which somebody is named already."""
    return rule.subject is Subject.RELEVANT_PERSON and bool(dossier.named_at(reference))


def start_of(rule: ClockRule, reference: str, dossier: Dossier) -> Started | None:
    """The instant from which the clock runs and the time that it was read from; `None` when there is no clock."""
    if not _holds(rule, reference, dossier):
        return None
    facts = dossier.concerning(reference)
    found = [_read(rule, fact.stated, fact.received) for fact in facts if _starts(rule, fact)]
    if Happening.INCIDENT_KNOWN in rule.start.on and rule.subject in OF_INCIDENTS:
        of_each = [_from_revisions(rule, reference, one, dossier) for one in _incidents(rule, reference, dossier)]
        found += [one for one in of_each if one is not None]
    return min(found, key=lambda started: (started[0], list(Timestamp).index(started[1])), default=None)


def _starts(rule: ClockRule, fact: Fact) -> bool:
    return fact.happening in rule.start.on and not fact.is_silent


def _from_revisions(rule: ClockRule, reference: str, incident: str, dossier: Dossier) -> Started | None:
    revisions = dossier.known_of(incident)
    found = [_satisfied_since(rule, reference, one, dossier) for one in revisions]
    received = [instant for instant in found if instant is not None]
    if not received:
        return None

    def stated(stamp: Timestamp) -> datetime | None:
        return None if stamp is Timestamp.AT else revisions[-1].stated(stamp)

    return _read(rule, stated, min(received))


def _read(rule: ClockRule, stated: Callable[[Timestamp], datetime | None], received: datetime) -> Started:
    for stamp in (rule.start.at, *rule.start.otherwise):
        instant = received if stamp is Timestamp.RECEIVED else stated(stamp)
        if instant is not None:
            return (instant, stamp) if instant <= received else (received, Timestamp.RECEIVED)
    return received, Timestamp.RECEIVED


def _holds(rule: ClockRule, reference: str, dossier: Dossier) -> bool:
    when = rule.when
    asks_of_incident = when.harm_at_least is not None or bool(when.flags) or bool(when.kinds)
    if when.methods and dossier.methods_of(reference).isdisjoint(when.methods):
        return False
    if when.routes and rule.subject in OF_PEOPLE and not dossier.routes_of(reference) & set(when.routes):
        return False
    return not (rule.subject in OF_INCIDENTS or asks_of_incident) or any(
        _satisfied_since(rule, reference, revision, dossier) is not None
        for incident in _incidents(rule, reference, dossier)
        for revision in dossier.known_of(incident)
    )


def _incidents(rule: ClockRule, reference: str, dossier: Dossier) -> list[str]:
    """The incidents whose revisions count: for a clock of an incident, those that were merged into it too."""
    own = dossier.incidents_of(reference)
    return sorted(one for incident in own for one in dossier.joined(incident)) if rule.subject in OF_INCIDENTS else own


def _satisfied_since(rule: ClockRule, reference: str, revision: Fact, dossier: Dossier) -> datetime | None:
    """When it was received that this revision of an incident is one that the rule is for; `None` where it is not."""
    when = rule.when
    if revision.is_silent or (when.kinds and revision.kind not in when.kinds):
        return None
    if rule.subject is not Subject.RELEVANT_PERSON:
        return revision.received if _is_grave(when, revision, reference) else None
    if not dossier.names(revision, reference) or (revision.is_of_staff and not revision.persons):
        return None
    if _is_grave(when, revision, reference):
        return revision.received
    required = [one for one in dossier.concerning(reference) if one.happening is Happening.DISCLOSURE_REQUIRED]
    return min((max(one.received, revision.received) for one in required), default=None)


def _is_grave(when: When, revision: Fact, reference: str) -> bool:
    """Whether a revision's flags, or the harm that it states, are what the rule asks for."""
    if any(flag in when.flags for flag in revision.flags):
        return True
    if when.harm_at_least is None:
        return not when.flags
    harm = HarmLevel(revision.harm_of(reference) or HarmLevel.UNKNOWN)
    if harm is HarmLevel.UNKNOWN:
        return when.unknown_harm or when.harm_at_least is HarmLevel.UNKNOWN
    return harm.at_least(when.harm_at_least)
