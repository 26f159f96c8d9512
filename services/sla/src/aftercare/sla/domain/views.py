"""What counts for one subject: its own happenings, and those of what it is linked to."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from aftercare.programme.happenings import Happening
from aftercare.sla.domain.groups import kind_of
from aftercare.sla.domain.merges import Merges
from aftercare.sla.domain.model import CancelReason, End, Happened, Told, View
from aftercare.sla.domain.persons import Known, known_of, named_too_late, seen_as_a_whole, seen_by

OF_THE_RECORD = frozenset({Happening.INCIDENT_KNOWN, Happening.INCIDENT_WITHDRAWN, Happening.INCIDENT_MERGED})
"""What is said of an incident's record, not of what was done about it."""
_NOT_DONE_ABOUT_IT = OF_THE_RECORD | {Happening.RCA_CANCELLED, Happening.RCA_INTERVIEW_CANCELLED}
"""What ends an analysis ends nothing of its incidents: another may come."""
_OPENINGS = OF_THE_RECORD | {Happening.OBLIGATION_OPENED}
"""What an incident or an obligation comes by. What is done about one that has not come brings it no nearer."""


class Group:
    """A set of happenings with its links, to be looked at from one subject."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._of: dict[str, list[Happened]] = defaultdict(list)
        for one in told.happenings:
            self._of[one.subject].append(one if one.at <= one.received else replace(one, at=one.received))
        self._sources: dict[str, set[str]] = defaultdict(set)
        self._targets: dict[str, set[str]] = defaultdict(set)
        for link in told.links:
            self._sources[link.target].add(link.source)
            self._targets[link.source].add(link.target)
        self._merges = Merges(self._of, told.links)

    @property
    def instants(self) -> set[datetime]:
        """When something was received."""
        return {one.received for one in self._told.happenings}

    def as_of(self, instant: datetime) -> "Group":
        """What was received by then. Links count as known from the beginning."""
        known = frozenset(one for one in self._told.happenings if one.received <= instant)
        return Group(Told(known, self._told.links))

    def view(self, subject: str, *, candour: bool = False) -> View:
        """What counts for a subject. `candour`: of an incident, for whom it befell while it names nobody."""
        if kind_of(subject) == "pat":
            home = self._home(subject)
            return seen_by(subject, self._incident(home), self._known(home)) if home is not None else _empty(subject)
        if kind_of(subject) == "inc":
            whole = self._incident(subject)
            return seen_as_a_whole(whole, self._known(subject)) if candour else whole
        home = self._home(subject)
        acts = tuple(one for each in self._upstream(subject) for one in self._of.get(each, ()))
        return View(
            subject,
            home,
            self._site(home),
            tuple(self._revisions(incident) for incident in self._incidents(subject)),
            acts,
            acts,
            self._routes(subject),
            _methods(acts),
            tuple(End(one.at, CancelReason.NOT_APPLICABLE) for one in acts if one.kind is Happening.RCA_CANCELLED),
        )

    def only_grows(self, subject: str) -> bool:
        """Whether no instant takes away what an earlier one gave: of an incident in a circle of merges another may
        survive, and who was named may turn out to be somebody else.
        """
        home = subject if kind_of(subject) == "inc" else self._home(subject)
        if home is None or kind_of(subject) not in ("inc", "pat"):
            return True
        told = (one for member in self._merges.members(home) for one in self._of.get(member, ()))
        return home == min(self._merges.circle(home)) and not named_too_late(told, self._known(home))

    def _incident(self, subject: str) -> View:
        members = self._merges.members(subject)
        acting = members | {rca for member in members for rca in self._linked(member, "rca")}
        told = [one for each in sorted(acting) for one in self._of.get(each, ())]
        acts = tuple(one for one in told if one.kind not in _NOT_DONE_ABOUT_IT)
        return View(
            subject,
            subject,
            self._site(subject),
            tuple(self._revisions(member) for member in sorted(members)) if self._revisions(subject) else (),
            acts,
            acts,
            frozenset(),
            _methods(told),
            tuple(self._ends(subject)),
        )

    def _known(self, incident: str) -> Known:
        return known_of(self._of.get(incident, ()))

    def _ends(self, incident: str) -> Iterable[End]:
        known = max((one.revision or 0 for one in self._revisions(incident)), default=0)
        told = self._of.get(incident, ())
        withdrawn = [one for one in told if one.kind is Happening.INCIDENT_WITHDRAWN and (one.revision or 0) > known]
        if withdrawn:
            yield End(min(one.at for one in withdrawn), CancelReason.WITHDRAWN)
        merged = self._merges.merged_at(incident)
        if merged is not None:
            yield End(merged, CancelReason.MERGED)

    def _revisions(self, incident: str) -> tuple[Happened, ...]:
        known = (one for one in self._of.get(incident, ()) if one.kind is Happening.INCIDENT_KNOWN)
        return tuple(sorted(known, key=_by_revision))

    def _site(self, incident: str | None) -> str | None:
        revisions = self._revisions(incident) if incident is not None else ()
        return revisions[-1].site if revisions else None

    def _upstream(self, subject: str) -> list[str]:
        """The subject, and what happens to counts for it: an obligation's cases, a case's assignments."""
        seen = [subject]
        for each in seen:
            seen += [one for kind in ("cas", "asg") for one in self._linked(each, kind) if one not in seen]
        return seen

    def _linked(self, target: str, kind: str) -> list[str]:
        return sorted(source for source in self._sources.get(target, ()) if kind_of(source) == kind)

    def _obligations(self, subject: str) -> list[str]:
        """Of a case or an assignment, first received first."""
        if kind_of(subject) == "asg":
            cases = sorted(self._targets.get(subject, ()))
            return list(dict.fromkeys(one for case in cases for one in self._obligations(case)))
        linked = (one for one in self._targets.get(subject, ()) if kind_of(one) == "obl")
        return sorted(linked, key=self._first_received)

    def _incidents(self, subject: str) -> list[str]:
        if kind_of(subject) in ("obl", "pat"):
            return self._linked(subject, "inc")
        if kind_of(subject) == "rca":
            linked = (one for one in self._targets.get(subject, ()) if kind_of(one) == "inc")
            return sorted(linked, key=self._first_received)
        return list(dict.fromkeys(each for one in self._obligations(subject) for each in self._incidents(one)))

    def _home(self, subject: str) -> str | None:
        if kind_of(subject) in ("cas", "asg"):
            obligations = self._obligations(subject)
            return self._home(obligations[0]) if obligations else None
        return next(iter(self._incidents(subject)), None)

    def _routes(self, subject: str) -> frozenset[str]:
        obligations = [subject] if kind_of(subject) == "obl" else self._obligations(subject)
        told = (one for each in obligations for one in self._of.get(each, ()))
        return frozenset(one.route for one in told if one.route and one.kind is Happening.OBLIGATION_OPENED)

    def _first_received(self, subject: str) -> tuple[bool, float, str]:
        """What has not come at all comes last."""
        openings = (one for one in self._of.get(subject, ()) if one.kind in _OPENINGS)
        received = min((one.received.timestamp() for one in openings), default=None)
        return (received is None, received or 0.0, subject)


def _empty(subject: str) -> View:
    return View(subject, None, None, (), (), (), frozenset(), frozenset())


def _methods(acts: Iterable[Happened]) -> frozenset[str]:
    return frozenset(one.method for one in acts if one.method is not None and not one.mute)


def _by_revision(one: Happened) -> tuple[int | datetime | str, ...]:
    """Revisions rise. Two of one number differ in nothing by right; if they do, it is the same one that comes last."""
    times = (one.received, *(time or one.received for time in (one.occurred, one.discovered, one.reported)))
    return (one.revision or 0, *times, one.site or "")
