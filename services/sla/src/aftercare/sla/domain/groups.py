"""What has to be looked at for one subject, out of all that was told: everything it is linked to, and no more."""

from collections import defaultdict
from collections.abc import Mapping

from aftercare.programme.clocks import Subject
from aftercare.sla.domain.model import Happened, Link, Told

SUBJECTS: Mapping[str, tuple[Subject, ...]] = {
    "inc": (Subject.INCIDENT, Subject.RELEVANT_PERSON),
    "pat": (Subject.RELEVANT_PERSON,),
    "rca": (Subject.RCA,),
    "obl": (Subject.OBLIGATION,),
    "cas": (Subject.CASE,),
    "asg": (Subject.ASSIGNMENT,),
}
"""What a reference stands for, by how it begins. An incident stands for whom it befell until it names them."""
_PERSONAL = frozenset({"obl", "cas", "asg"})
_THROUGH = {
    "inc": frozenset({"inc"}),
    "pat": frozenset({"pat", "inc"}),
    "rca": frozenset({"rca"}),
} | dict.fromkeys(_PERSONAL, _PERSONAL)
"""What a subject of each kind looks through, to whatever is linked to that."""
_AT = {kind: frozenset({"inc", "rca"}) for kind in _THROUGH} | dict.fromkeys(_PERSONAL, _PERSONAL | {"inc"})
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
        """The group of a subject. Only clocks of an incident and of whom it befell look through it, at others."""
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
