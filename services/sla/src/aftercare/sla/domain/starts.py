"""Whether there is a clock at all, and from when: `docs/clocks.md` 2."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from aftercare.programme.clocks import ClockRule, Timestamp, When
from aftercare.programme.happenings import Happening
from aftercare.sla.domain.model import Edition, Happened, View
from aftercare.sla.domain.views import Group

_RANK = {name: rank for rank, name in enumerate(Timestamp)}


@dataclass(frozen=True, slots=True)
class Start:
    """The instant from which a clock counts, and which of the times it is."""

    at: datetime
    named: Timestamp


@dataclass(frozen=True, slots=True)
class Birth:
    """When the system could first have known of a clock, and the version it was born with."""

    at: datetime
    edition: Edition


class Past:
    """One subject, as it was told by each instant."""

    def __init__(self, group: Group, subject: str, *, candour: bool = False) -> None:
        self._group = group
        self._subject = subject
        self._candour = candour
        self._only_grows = group.only_grows(subject)
        self._instants = sorted(group.instants)
        self._views: dict[datetime, View] = {}

    def first(self, rule: ClockRule) -> datetime | None:
        """The earliest instant by which enough was received for a clock of this rule."""
        if not self._instants or not self._gives(rule, self._instants[-1]):
            return None
        if self._only_grows:
            return self._instants[bisect_left(self._instants, 1, key=lambda then: int(self._gives(rule, then)))]
        return next(then for then in self._instants if self._gives(rule, then))

    def _gives(self, rule: ClockRule, instant: datetime) -> bool:
        return find_start(rule, self._view(instant)) is not None

    def _view(self, instant: datetime) -> View:
        if instant not in self._views:
            self._views[instant] = self._group.as_of(instant).view(self._subject, candour=self._candour)
        return self._views[instant]


def find_birth(versions: Sequence[Edition], past: Past) -> Birth | None:
    """Of the versions that were in force at the birth which they give themselves, the earliest born."""
    births = (Birth(at, edition) for edition in versions if (at := past.first(edition.rule)) is not None)
    valid = (birth for birth in births if _in_force(versions, birth.at) is birth.edition)
    return min(valid, key=lambda birth: birth.at, default=None)


def find_start(rule: ClockRule, view: View) -> Start | None:
    """The earliest moment of the happenings that start it; none, where the rule is not for this subject."""
    if not applies(rule.when, view):
        return None
    return min(_starts(rule, view), key=lambda start: (start.at, _RANK[start.named]), default=None)


def applies(when: When, view: View) -> bool:
    """Whether what was told satisfies the condition. Of harm, flags and kinds, one revision must satisfy all."""
    if when.routes and view.routes.isdisjoint(when.routes):
        return False
    if when.methods and view.methods.isdisjoint(when.methods):
        return False
    if view.needs_revision or when.harm_at_least or when.flags or when.kinds:
        return any(_satisfied_at(when, one, view.owed) for file in view.files for one in file)
    return True


def _satisfied_at(when: When, revision: Happened, owed: datetime | None) -> datetime | None:
    """From when on it was known that a revision is enough. One who found that disclosure is owed stands in for harm."""
    if revision.mute or (when.kinds and revision.event_kind not in when.kinds):
        return None
    if _grave_enough(when, revision):
        return revision.received
    return max(revision.received, owed) if owed is not None else None


def _grave_enough(when: When, revision: Happened) -> bool:
    if not revision.flags.isdisjoint(when.flags):
        return True
    if when.harm_at_least is None:
        return not when.flags
    if revision.harm is None or revision.harm == "unknown":
        return when.unknown_harm or when.harm_at_least == "unknown"
    return revision.harm.at_least(when.harm_at_least)


def _starts(rule: ClockRule, view: View) -> Iterator[Start]:
    if view.needs_revision and Happening.INCIDENT_KNOWN in rule.start.on:
        for file in view.files:
            yield from _of_record(rule, file, view.owed)
    for act in view.acts:
        if act.kind in rule.start.on and not act.mute:
            yield _of_times(rule, _times_of(act), act.received)


def _of_record(rule: ClockRule, file: Sequence[Happened], owed: datetime | None) -> Iterator[Start]:
    """Of an incident by itself: the times of its highest revision, but the earliest receipt that satisfies."""
    known = (_satisfied_at(rule.when, one, owed) for one in file)
    received = min((at for at in known if at is not None), default=None)
    if received is not None:
        yield _of_times(rule, _times_of(file[-1]) | {Timestamp.AT: None}, received)


def _times_of(told: Happened) -> dict[Timestamp, datetime | None]:
    return {
        Timestamp.OCCURRED: told.occurred,
        Timestamp.DISCOVERED: told.discovered,
        Timestamp.REPORTED: told.reported,
        Timestamp.AT: told.earliest or told.at,
    }


def _of_times(rule: ClockRule, times: dict[Timestamp, datetime | None], received: datetime) -> Start:
    """The first time in the rule's order that is known. None lies after the moment it was heard of."""
    known = times | {Timestamp.RECEIVED: received}
    order = (rule.start.at, *rule.start.otherwise, Timestamp.RECEIVED)
    named, at = next((name, at) for name in order if (at := known[name]) is not None)
    return Start(received, Timestamp.RECEIVED) if at > received else Start(at, named)


def _in_force(versions: Iterable[Edition], instant: datetime) -> Edition | None:
    day = instant.astimezone(UTC).date()
    begun = (one for one in versions if (one.rule.in_force or date.min) <= day)
    return max(begun, key=lambda one: one.rule.version, default=None)
