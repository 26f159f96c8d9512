"""The first reading of a roster file: what can only be seen when all lines are seen."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from aftercare.directory.domain.issues import Issue

MASS_LEAVE_PERCENT = 10


class LineStanding(Enum):
    """What one line says for itself."""

    WORKS_HERE = auto()
    LEAVER = auto()
    REFUSED = auto()


@dataclass(slots=True)
class Survey:
    """Who is named where. Claims are opaque to it: identifier tokens and login tokens.

    Both lines of a contradiction are refused, since nobody can say which one is right.
    """

    first_line: dict[str, int] = field(default_factory=dict)
    lines: int = 0
    unreadable: int = 0
    """Lines whose employee number nobody could read: somebody is on them, but nobody knows who."""
    refused: set[int] = field(default_factory=set)
    leavers: set[int] = field(default_factory=set)
    """Good lines that say: this person has left."""
    _claimed: dict[str, int] = field(default_factory=dict)
    _number_clashes: dict[str, list[int]] = field(default_factory=dict)
    _claim_clashes: dict[str, list[int]] = field(default_factory=dict)

    def add(self, line: int, number: str | None, claims: Iterable[str] = (), *, standing: LineStanding) -> None:
        """Take note of one line; `number` is the key of its employee number."""
        self.lines += 1
        if standing is LineStanding.REFUSED:
            self.refused.add(line)
        if standing is LineStanding.LEAVER:
            self.leavers.add(line)
        if number is None:
            self.unreadable += 1
        else:
            _note(self.first_line, self._number_clashes, number, line)
        for claim in claims:
            _note(self._claimed, self._claim_clashes, claim, line)

    def contradictions(self) -> Iterator[Issue]:
        """One issue for each line that contradicts another; those lines are refused from here on."""
        clashes = (
            ("employee-number-twice", "employee_number", "the employee number is used twice", self._number_clashes),
            ("identifier-twice", "identifiers", "two people have the same identifier or sign-in", self._claim_clashes),
        )
        for code, column, what, found in clashes:
            told: set[tuple[int, ...]] = set()
            for lines in found.values():
                group = tuple(sorted(set(lines)))
                if len(group) > 1 and group not in told:
                    told.add(group)
                    yield from self._refuse(group, Issue(code, what, _DO[code], column=column))

    def _refuse(self, group: tuple[int, ...], issue: Issue) -> Iterator[Issue]:
        for line in group:
            self.refused.add(line)
            self.leavers.discard(line)
            others = tuple(other for other in group if other != line)[:10]
            yield Issue(issue.code, issue.what, issue.do, line=line, column=issue.column, lines=others)


_DO = {
    "employee-number-twice": "Remove one of the lines, or correct its number; neither is imported until then.",
    "identifier-twice": "Give it to one of them; neither line is imported until then.",
}


def _note(first: dict[str, int], clashes: dict[str, list[int]], key: str, line: int) -> None:
    earlier = first.setdefault(key, line)
    if earlier != line:
        clashes.setdefault(key, [earlier]).append(line)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who would leave with this file, and whether that is too many to be true."""

    people: tuple[str, ...]
    of: int

    @property
    def is_mass_leave(self) -> bool:
        """More than a tenth at once is far more often a cut-off file than a tenth of a hospital leaving."""
        return len(self.people) * 100 > self.of * MASS_LEAVE_PERCENT

    def refusal(self) -> Issue:
        return Issue(
            "mass-leave",
            f"{len(self.people)} of {self.of} people would leave, over {MASS_LEAVE_PERCENT} %; nothing is imported",
            "If the file is complete and this is meant, import it again with --allow-mass-leave.",
        )


def leaving(active: Collection[str], stay: Collection[str], leave: Collection[str], *, full: bool) -> Leaving:
    """The people who leave: those marked as leavers and, with a full file, those it does not mention.

    All are person tokens; `active` are those whom the roster has made and who work here now.
    """
    gone = {person for person in active if person in leave or (full and person not in stay)}
    return Leaving(tuple(sorted(gone)), len(active))
