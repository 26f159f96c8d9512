"""Which incidents count for which, once some of them turned out to be the same."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from aftercare.programme.happenings import Happening
from aftercare.sla.domain.model import Happened, Link


class Merges:
    """The merges among incidents. One whose surviving incident has not come is not there yet."""

    def __init__(self, told: Mapping[str, Sequence[Happened]], links: Iterable[Link]) -> None:
        self._come = _earliest(told, Happening.INCIDENT_KNOWN, lambda one: one.received)
        self._merged = _earliest(told, Happening.INCIDENT_MERGED, lambda one: one.at)
        self._into: dict[str, set[str]] = {}
        self._from: dict[str, set[str]] = {}
        for link in links:
            if link.source in self._merged and link.target in self._come:
                self._into.setdefault(link.source, set()).add(link.target)
                self._from.setdefault(link.target, set()).add(link.source)

    def members(self, incident: str) -> set[str]:
        """The incident, and all that were merged into it, one after the other; of a circle, for its survivor alone."""
        circle = self.circle(incident)
        return _reached(incident, self._from, frozenset() if incident == min(circle) else circle)

    def circle(self, incident: str) -> set[str]:
        """All that were merged into each other with it; itself alone, as a rule."""
        return _reached(incident, self._from) & _reached(incident, self._into)

    def merged_at(self, incident: str) -> datetime | None:
        """When it gave way to another; never, where it is itself what a circle of merges comes down to."""
        circle = self.circle(incident)
        survivors = self._into.get(incident, set()) - (circle if incident == min(circle) else set())
        moments = (max(self._merged[incident], self._come[survivor]) for survivor in survivors)
        return min(moments, default=None)


def _earliest(
    told: Mapping[str, Sequence[Happened]], kind: Happening, time: Callable[[Happened], datetime]
) -> dict[str, datetime]:
    moments = {subject: [time(one) for one in each if one.kind is kind] for subject, each in told.items()}
    return {subject: min(each) for subject, each in moments.items() if each}


def _reached(start: str, steps: Mapping[str, set[str]], avoided: AbstractSet[str] = frozenset()) -> set[str]:
    seen, ahead = {start}, [start]
    while ahead:
        found = steps.get(ahead.pop(), set()) - seen - avoided
        seen |= found
        ahead += sorted(found)
    return seen
