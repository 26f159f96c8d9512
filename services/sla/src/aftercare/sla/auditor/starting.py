"""Whether a rule gives a clock, from when it runs, and when it was born (`docs/clocks.md` 2 and 6)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from aftercare.programme.clocks import ClockRule, Subject, Timestamp, When
from aftercare.programme.happenings import Happening
from aftercare.programme.model import HarmLevel
from aftercare.sla.auditor.dossier import Dossier
from aftercare.sla.auditor.facts import Fact

OF_INCIDENTS = frozenset({Subject.INCIDENT, Subject.RELEVANT_PERSON})
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
        if start_of(rule, reference, dossier.received(instant)) is not None:
            return instant
    return None


def start_of(rule: ClockRule, reference: str, dossier: Dossier) -> Started | None:
    """The instant from which the clock runs and the time that it was read from; `None` when there is no clock."""
    if not _holds(rule, reference, dossier):
        return None
    facts = dossier.concerning(reference)
    found = [_read(rule, fact.stated, fact.received) for fact in facts if _starts(rule, fact)]
    if Happening.INCIDENT_KNOWN in rule.start.on and rule.subject in OF_INCIDENTS:
        of_each = [_from_revisions(rule, dossier.known_of(one)) for one in sorted(dossier.joined(reference))]
        found += [one for one in of_each if one is not None]
    return min(found, key=lambda started: (started[0], list(Timestamp).index(started[1])), default=None)


def _starts(rule: ClockRule, fact: Fact) -> bool:
    return fact.happening in rule.start.on and not fact.is_silent


def _from_revisions(rule: ClockRule, revisions: Sequence[Fact]) -> Started | None:
    received = [one.received for one in revisions if satisfies(rule.when, one)]
    highest = revisions[-1]

    def stated(stamp: Timestamp) -> datetime | None:
        return None if stamp is Timestamp.AT else highest.stated(stamp)

    return _read(rule, stated, min(received)) if received else None


def _read(rule: ClockRule, stated: Callable[[Timestamp], datetime | None], received: datetime) -> Started:
    for stamp in (rule.start.at, *rule.start.otherwise):
        instant = received if stamp is Timestamp.RECEIVED else stated(stamp)
        if instant is not None:
            return (instant, stamp) if instant <= received else (received, Timestamp.RECEIVED)
    return received, Timestamp.RECEIVED


def _holds(rule: ClockRule, reference: str, dossier: Dossier) -> bool:
    when = rule.when
    asks_of_incident = when.harm_at_least is not None or bool(when.flags) or bool(when.kinds)
    if rule.subject in OF_INCIDENTS:
        return _any_satisfies(when, dossier.joined(reference), dossier)
    if when.routes and rule.subject is not Subject.RCA and not dossier.routes_of(reference) & set(when.routes):
        return False
    return not asks_of_incident or _any_satisfies(when, dossier.incidents_of(reference), dossier)


def _any_satisfies(when: When, incidents: Iterable[str], dossier: Dossier) -> bool:
    return any(satisfies(when, revision) for incident in incidents for revision in dossier.known_of(incident))


def satisfies(when: When, revision: Fact) -> bool:
    """Whether one revision of an incident is such that the rule is for it."""
    if revision.is_silent:
        return False
    if when.kinds and revision.kind not in when.kinds:
        return False
    if any(flag in when.flags for flag in revision.flags):
        return True
    if when.harm_at_least is None:
        return not when.flags
    harm = HarmLevel(revision.harm or HarmLevel.UNKNOWN)
    if harm is HarmLevel.UNKNOWN:
        return when.unknown_harm or when.harm_at_least is HarmLevel.UNKNOWN
    return harm.at_least(when.harm_at_least)
