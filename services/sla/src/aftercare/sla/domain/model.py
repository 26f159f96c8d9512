"""Happenings in, clocks out: the values that the engine is built on. `docs/clocks.md` says what they mean.

`derive.derive(editions, organisation, told)` gives every clock of the subjects in `told`. It is a function of the *set*
of happenings and links: order and repetition change nothing. What must be loaded together is a *group*, everything that
hangs together by links:

- event side: incidents joined by merges, whom they name, the analyses of those incidents, and all happenings of them;
- support side: obligations, cases and assignments joined by links, all happenings of these, and the revisions
  (`incident-known`) of the incidents of the obligations. Other obligations of the same incident are other groups.

Several whole groups at once do no harm. A group of which a part is missing gives other clocks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from aftercare.programme.clocks import ClockRule, Route, Timestamp
from aftercare.programme.happenings import Happening
from aftercare.programme.model import HarmLevel, Site


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to whom candour is owed, as a revision or a milestone names them."""

    reference: str
    """It holds within one incident alone."""
    harm: HarmLevel | None = None
    """Their own, where the revision states it for each."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Something came about, of one subject. All times in UTC; what only some kinds have is empty for others."""

    subject: str
    kind: Happening
    at: datetime
    """The latest moment at which it can have come about, never after it was received."""
    received: datetime
    earliest: datetime | None = None
    """The earliest such moment; absent where the message does not state one."""
    occurred: datetime | None = None
    discovered: datetime | None = None
    reported: datetime | None = None
    revision: int | None = None
    """Of incidents: of every kind of their happenings."""
    harm: HarmLevel | None = None
    event_kind: str | None = None
    flags: frozenset[str] = frozenset()
    site: str | None = None
    route: str | None = None
    persons: frozenset[Person] = frozenset()
    """Whom a revision names, a withdrawal too, and whom a milestone regards."""
    of_staff: bool = False
    """Of a revision: it befell staff."""
    method: str | None = None
    """Of an analysis: every happening of it."""
    mute: bool = False
    """It starts no clock: history replayed, or a made-up incident that tests the way."""


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """What happens to `source` counts for `target` too.

    The merged incident and the surviving one, an incident and each whom it names, an analysis and its incidents, a case
    and the obligations settled with it, an assignment and its case; and an incident and its obligations, for which only
    its revisions count.
    """

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class End:
    """The subject itself ended: all its clocks do."""

    at: datetime
    reason: "CancelReason"


@dataclass(frozen=True, slots=True)
class View:
    """All that decides about the clocks of one subject."""

    subject: str
    home: str | None
    """The incident whose site it is at."""
    site: str | None
    files: tuple[tuple[Happened, ...], ...]
    """The revisions of each incident that counts, in their order."""
    acts: tuple[Happened, ...]
    """All other happenings that count."""
    done: tuple[Happened, ...]
    """Those of them that can stop something."""
    routes: frozenset[str]
    methods: frozenset[str]
    ends: tuple[End, ...] = ()
    owed: datetime | None = None
    """Of relevant persons: when it was first heard that somebody found that disclosure is owed to them."""
    named: datetime | None = None
    """Of an incident that stands for whom it befell: since when it names one of them."""

    @property
    def needs_revision(self) -> bool:
        """Whether nothing applies before a revision that satisfies has come."""
        return self.subject.startswith(("inc_", "pat_"))


@dataclass(frozen=True, slots=True)
class Told:
    """A set of happenings and of links: one group, or several."""

    happenings: frozenset[Happened] = frozenset()
    links: frozenset[Link] = frozenset()


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a rule, as it stands in a pack."""

    pack: str
    pack_version: int
    rule: ClockRule


@dataclass(frozen=True, slots=True)
class Editions:
    """All rules by jurisdiction: where a site's own has no pack, `generic` holds; else nothing does."""

    by_jurisdiction: Mapping[str, tuple[Edition, ...]]

    def of(self, site: Site | None) -> tuple[Edition, ...]:
        own = self.by_jurisdiction.get(site.jurisdiction) if site is not None else None
        return own if own is not None else self.by_jurisdiction.get("generic", ())


class State(StrEnum):
    """`docs/clocks.md` 7."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    UNMEETABLE = "unmeetable"
    CANCELLED = "cancelled"


class CancelReason(StrEnum):
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class Mark:
    """A warning: so many percent of the way to due. 100 stands for a birth too late, and for an age's objective."""

    percent: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a clock, as far as it is told. Without any of it, the clock runs."""

    verdict: State = State.RUNNING
    """`running`: still open. Whether it was missed meanwhile is a question of the hour: `Clock.state_at`."""
    stopped: datetime | None = None
    """The earliest stop that counts; of a recurring clock the last."""
    stopped_by: Happening | None = None
    broken: datetime | None = None
    """The act that came too soon, of a `not-before`."""
    early: tuple[datetime, ...] = ()
    """Stops before a window opened: kept, and worth nothing."""
    cancelled: datetime | None = None
    reason: CancelReason | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """One rule applied to one subject, as told so far. Nothing in it depends on the hour but `state_at`."""

    edition: Edition
    subject: str
    incident: str | None
    site: str | None
    start: datetime
    start_from: Timestamp
    opens: datetime | None
    due: datetime | None
    born: datetime
    outcome: Outcome
    attempted: datetime | None
    marks: tuple[Mark, ...]
    """The warnings that it gives if nothing comes of it, in order."""

    @property
    def rule(self) -> ClockRule:
        return self.edition.rule

    @property
    def reference(self) -> str:
        """The same for the same rule and subject, whatever the version."""
        return "clk_" + sha256(f"{self.rule.id} {self.subject}".encode()).hexdigest()[:32]

    @property
    def unmeetable(self) -> bool:
        """It was due before it was born."""
        return self.due is not None and self.due <= self.born

    @property
    def missed_at(self) -> datetime | None:
        """When it is missed if nothing comes before: due, or the act that came too soon."""
        return self.outcome.broken or self.due

    @property
    def stopped_late(self) -> bool:
        """Done after all, too late. (A round of a recurring clock begins before it is due.)"""
        return self.due is not None and self.outcome.stopped is not None and self.due < self.outcome.stopped

    def state_at(self, now: datetime) -> State:
        overdue = self.due is not None and self.due <= now
        return State.MISSED if self.outcome.verdict is State.RUNNING and overdue else self.outcome.verdict


@dataclass(frozen=True, slots=True)
class Published:
    """What was said of a clock so far. Its `marks` and what came too early need not be kept."""

    clock: Clock
    state: State
    warned: frozenset[int] = frozenset()
    """The percents that were warned of; of a recurring clock, in this round."""
    revision: int = 1
    """Of the last event."""


@dataclass(frozen=True, slots=True)
class Transition:
    """Something to say of a clock. Every one carries it whole."""

    clock: Clock
    revision: int


class Started(Transition):
    """It was born."""


class Moved(Transition):
    """It runs by other times than was said, or it runs again. (One that ended says new times with its ending.)"""


@dataclass(frozen=True, slots=True)
class Warned(Transition):
    percent: int
    route: Route
    at: datetime
    """When the warning was due."""
    occasion: str


@dataclass(frozen=True, slots=True)
class Met(Transition):
    stopped: datetime


@dataclass(frozen=True, slots=True)
class Missed(Transition):
    at: datetime
    route: Route
    occasion: str | None
    """None where it was missed already, and is by its new times too: nobody is rung a second time."""


@dataclass(frozen=True, slots=True)
class Stopped(Transition):
    """Done after all, too late."""

    stopped: datetime


@dataclass(frozen=True, slots=True)
class Cancelled(Transition):
    reason: CancelReason
    cancelled: datetime
