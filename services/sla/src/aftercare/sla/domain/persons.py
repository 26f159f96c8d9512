"""What of an incident counts for each of its relevant persons: `docs/clocks.md` 2 and 6."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from aftercare.programme.clock_subjects import is_milestone
from aftercare.programme.happenings import Happening
from aftercare.sla.domain.groups import kind_of
from aftercare.sla.domain.model import Happened, Told, View

Known = Mapping[str, datetime]
"""Whom an incident names, and since when."""
_NAMING = frozenset({Happening.INCIDENT_KNOWN, Happening.INCIDENT_WITHDRAWN})


def known_of(told: Iterable[Happened]) -> Known:
    """Whom the revisions among what was told of an incident name: a withdrawal's too."""
    known: dict[str, datetime] = {}
    for one in told:
        if one.kind in _NAMING:
            for person in one.persons:
                known[person.reference] = min(one.received, known.get(person.reference, one.received))
    return known


def seen_by(person: str, incident: View, known: Known) -> View:
    """Their incident, as it counts for one relevant person; nothing is told of one whom it does not name."""
    seen = _seen(person, incident, known)
    return seen if person in known else replace(seen, files=())


def seen_as_a_whole(incident: View, known: Known) -> View:
    """An incident, as it counts for those whom it befell as long as it names none of them."""
    return replace(_seen(None, incident, known), named=min(known.values(), default=None))


def without_persons(told: Told) -> Told:
    """The same, naming nobody to whom candour is owed."""
    happenings = frozenset(replace(one, persons=frozenset()) for one in told.happenings)
    return Told(happenings, frozenset(link for link in told.links if kind_of(link.target) != "pat"))


def named_too_late(told: Iterable[Happened], known: Known) -> bool:
    """Whether something named only people of whom the incident came to know afterwards."""
    for one in told:
        since = [known[person.reference] for person in one.persons if person.reference in known]
        if since and min(since) > one.received:
            return True
    return False


def _seen(person: str | None, incident: View, known: Known) -> View:
    acts = tuple(one for one in incident.acts if _concerns(person, one, known))
    owed = (one.received for one in acts if one.kind is Happening.DISCLOSURE_REQUIRED and not one.mute)
    return replace(
        incident,
        subject=person or incident.subject,
        files=tuple(tuple(_read_for(person, one, known) for one in file) for file in incident.files),
        acts=acts,
        done=tuple(one for one in acts if _is_done_for(person, one, known)),
        owed=min(owed, default=None),
    )


def _read_for(person: str | None, revision: Happened, known: Known) -> Happened:
    """A revision with the harm of this person; mute, where it says nothing of them."""
    named = {one.reference: one.harm for one in revision.persons if one.reference in known}
    if person in named:
        return replace(revision, harm=named[person] or revision.harm)
    regards_others = bool(named) or (revision.of_staff and not revision.persons)
    return replace(revision, mute=True) if regards_others else revision


def _concerns(person: str | None, act: Happened, known: Known) -> bool:
    """Whether it starts and cancels their clocks: what was done for others does not."""
    named = _named(act, known)
    return person is None or person in named or not (named and is_milestone(act.kind))


def _is_done_for(person: str | None, act: Happened, known: Known) -> bool:
    """Whether what was done was surely done for them: a talk with one family is no talk with the other."""
    at_whom = is_milestone(act.kind) or act.kind is Happening.RCA_FEEDBACK_TO_FAMILY
    return person is None or not at_whom or person in _named(act, known) or len(known) <= 1


def _named(act: Happened, known: Known) -> set[str]:
    return {one.reference for one in act.persons if one.reference in known}
