"""What has to be looked at for one subject, out of all that was told: everything it is linked to, and no more."""

from collections import defaultdict

from aftercare.programme.clocks import Subject
from aftercare.sla.domain.model import Happened, Link, Told

SUBJECTS: dict[str, frozenset[Subject]] = {
    "inc": frozenset({Subject.INCIDENT, Subject.RELEVANT_PERSON}),
    "rca": frozenset({Subject.RCA}),
    "obl": frozenset({Subject.OBLIGATION}),
    "cas": frozenset({Subject.CASE}),
    "asg": frozenset({Subject.ASSIGNMENT}),
}
"""What a reference stands for, by how it begins. Patients stand for their incident as a whole."""
_PERSONAL = frozenset({"obl", "cas", "asg"})
_THROUGH = {"inc": frozenset({"inc"}), "rca": frozenset({"rca"})} | dict.fromkeys(_PERSONAL, _PERSONAL)
"""What a subject of each kind looks through, to whatever is linked to that."""
_AT = {"inc": frozenset({"inc", "rca"}), "rca": frozenset({"rca", "inc"})} | dict.fromkeys(
    _PERSONAL, _PERSONAL | {"inc"}
)
"""What it looks at: an incident never at its people."""


def kind_of(subject: str) -> str:
    return subject.partition("_")[0]


class Index:
    """All that was told, found by subject and by link."""

    def __init__(self, told: Told) -> None:
        self._of: dict[str, list[Happened]] = defaultdict(list)
        for one in told.happenings:
            self._of[one.subject].append(one)
        self._links: dict[str, list[Link]] = defaultdict(list)
        for link in told.links:
            self._links[link.source].append(link)
            self._links[link.target].append(link)

    @property
    def subjects(self) -> set[str]:
        """Whatever may have clocks: a case too of which only an assignment was heard."""
        return {subject for subject in {*self._of, *self._links} if kind_of(subject) in SUBJECTS}

    def around(self, subject: str) -> Told:
        """The group of a subject. Only an incident's own clocks look through it, at other incidents."""
        through, looked_at = _THROUGH[kind_of(subject)], _AT[kind_of(subject)]
        seen = [subject]
        links: set[Link] = set()
        for each in seen:
            if kind_of(each) in through:
                links.update(self._links.get(each, ()))
                seen += sorted(one for one in self._beside(each) - set(seen) if kind_of(one) in looked_at)
        return Told(frozenset(one for each in seen for one in self._of.get(each, ())), frozenset(links))

    def _beside(self, subject: str) -> set[str]:
        links = self._links.get(subject, ())
        return {link.source for link in links} | {link.target for link in links}
