"""The relevant persons of an incident: patients, or who stands for one, to whom candour is owed (`domain.md` 3a).

Whom any version of the record named stays named: a family is not lost because a later version was made anonymous. So
the order in which versions come changes nothing. What is said of one person is what the newest version says that names
that person, and what the incidents say that were merged into this one. Where all of them together name more than a
message can hold, none is named one by one: to choose some would leave out the others. Nobody is a name here: `patient`
is a keyed reference that stays in this service, `reference` holds within this incident alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from aftercare.intake.domain.crosswalk import RANK
from aftercare.intake.domain.facts import IncidentDetails
from aftercare.intake.domain.harm import worst
from aftercare.intake.domain.standing import Standing
from aftercare.intake.domain.vocabulary import Actuality, HarmLevel, SubjectKind

MAX_PERSONS = 1000
"""Of one incident: beyond it a message would be too large. Where more are named, none is named one by one."""


@dataclass(frozen=True, slots=True)
class RelevantPerson:
    """One person, as one incident's record says it."""

    reference: str
    patient: str
    said_in: str
    """The incident whose record says so: this one, or one that was merged into it."""
    subject: SubjectKind = SubjectKind.PATIENT
    harm: HarmLevel | None = None
    """The person's own, where it is stated for each."""
    standing: Standing | None = None
    """Of the version that says so; of a merged incident none: what it hands over last counts."""


@dataclass(frozen=True, slots=True)
class ToldPerson:
    """One person as a revision of the incident tells it. `harm` `None`: that of the incident."""

    reference: str
    patient: str
    subject: SubjectKind
    harm: HarmLevel | None


def joined_persons(known: tuple[RelevantPerson, ...], said: Iterable[RelevantPerson]) -> tuple[RelevantPerson, ...]:
    """All of both, each once for each record that names them, by its newest version that does.

    Of too many one more than may be told stays, always the same ones whatever came first: enough to know that they
    are too many.
    """
    persons = {(one.patient, one.said_in): one for one in known}
    for one in said:
        before = persons.get((one.patient, one.said_in))
        if before is None or one.standing is None or one.standing.supersedes(before.standing):
            persons[one.patient, one.said_in] = one
    staying = frozenset(sorted({patient for patient, _ in persons})[: MAX_PERSONS + 1])
    return tuple(persons[key] for key in sorted(persons) if key[0] in staying)


def are_too_many(known: Iterable[RelevantPerson]) -> bool:
    """Whether more persons are named than can be told one by one."""
    return len({one.patient for one in known}) > MAX_PERSONS


def told_persons(known: tuple[RelevantPerson, ...], details: IncidentDetails | None) -> tuple[ToldPerson, ...]:
    """As they are published: nobody where they are too many."""
    return () if are_too_many(known) else each_person(known, details)


def each_person(known: tuple[RelevantPerson, ...], details: IncidentDetails | None) -> tuple[ToldPerson, ...]:
    """Each person once. Own harm is told only where it accounts for the incident's.

    Of a potential event the codes say what might have happened. And where the worst that is stated for the persons is
    less than what is stated for the incident, somebody was harmed worse and is not named, or not rightly: then the
    incident's counts for each, since a false alarm can be answered and a family that nobody called can't.
    """
    of_incident = details.harm if details is not None else HarmLevel.UNKNOWN
    by_patient: dict[str, list[RelevantPerson]] = {}
    for one in known:
        by_patient.setdefault(one.patient, []).append(one)
    told = [
        ToldPerson(said[0].reference, patient, _subject(said), _harm(said, of_incident))
        for patient, said in by_patient.items()
    ]
    own = [one.harm for one in told]
    potential = details is not None and details.actuality is Actuality.POTENTIAL
    if potential or (None not in own and _rank(worst(filter(None, own))) < _rank(of_incident)):
        told = [ToldPerson(one.reference, one.patient, one.subject, None) for one in told]
    return tuple(sorted(told, key=lambda one: one.reference))


def stated_for(one: ToldPerson, details: IncidentDetails | None) -> HarmLevel | None:
    """What another incident is told of this person: their harm, else this incident's, as far as it is known."""
    harm = one.harm or (details.harm if details is not None else HarmLevel.UNKNOWN)
    return harm if harm in RANK else None


def _harm(said: list[RelevantPerson], of_incident: HarmLevel) -> HarmLevel | None:
    """The worst of what several records state; one that states none states its incident's."""
    stated = [one.harm for one in said if one.harm is not None]
    if len(stated) == len(said):
        return worst(stated)
    together = worst([*stated, of_incident])
    return None if not stated or together is of_incident else together


def _subject(said: list[RelevantPerson]) -> SubjectKind:
    order = list(SubjectKind)
    return min((one.subject for one in said), key=order.index)


def _rank(level: HarmLevel) -> int:
    """Unknown is less than all."""
    return RANK.get(level, -1)
