"""Which warnings a clock must have given, by playing its life again: what was known when, and what passed meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aftercare.programme.clocks import Age
from aftercare.schemas.clock_audit import AuditedStatus as Status
from aftercare.sla.auditor.deriving import Derived

BORN_LATE = 100


class Worth(StrEnum):
    """Whether a warning must have been given."""

    CERTAIN = "certain"
    POSSIBLE = "possible"
    """The engine may have learned at almost the same instant that nobody need be told."""
    NEVER = "never"
    """Passed before the clock was born, and a higher one stands for it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A warning as the rules have it: once, not before `at`."""

    percent: int
    at: datetime
    worth: Worth
    is_due_by_time: bool = False
    """It came by the passing of time alone, so that its lateness is the engine's own."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A clock between two instants at which something new was known."""

    since: datetime
    until: datetime
    clock: Derived


@dataclass(frozen=True, slots=True)
class Life:
    """A clock from the first instant at which it was known until now. `at` derives it for any instant."""

    phases: Sequence[Phase]
    at: Callable[[datetime], Derived | None]


def live(instants: Sequence[datetime], as_of: datetime, at: Callable[[datetime], Derived | None]) -> Life:
    """Play a clock's life: `instants` are those at which something new was known, in order."""
    moments = [instant for instant in instants if instant <= as_of]
    found = []
    for index, since in enumerate(moments):
        clock = at(since)
        if clock is not None:
            until = moments[index + 1] if index + 1 < len(moments) else as_of
            found.append(Phase(since, until, clock))
    return Life(found, at)


def expected(life: Life, grace: timedelta) -> list[Mark]:
    """Every warning of the whole life, in order. `grace`: how long the engine may take to see something new."""
    marks: list[Mark] = []
    of_round: list[Mark] = []
    begun: datetime | None = None
    for index, phase in enumerate(life.phases):
        if phase.clock.begun != begun:
            begun, of_round = phase.clock.begun, []
        fresh = list(_of_phase(phase, of_round, grace, is_birth=index == 0))
        of_round += fresh
        marks += fresh
    return [mark for mark in marks if mark.worth is not Worth.NEVER]


def misses(life: Life) -> tuple[datetime, ...]:
    """Instants at which it came due by the passing of time alone, while it ran."""
    running = (phase for phase in life.phases if phase.clock.end.status is Status.RUNNING)
    return tuple(one.clock.due for one in running if one.clock.due is not None and one.clock.due <= one.until)


def way_points(clock: Derived) -> dict[int, datetime]:
    """Percent and instant of each warning on the way; the miss itself is none, except an age's objective."""
    if clock.way is None:
        return {}
    begin, finish = clock.way
    percents = [one for one in clock.birth.rule.warnings.at if one < 100 or isinstance(clock.birth.rule.form, Age)]
    return {percent: begin + (finish - begin) * percent / 100 for percent in percents}


def _of_phase(phase: Phase, before: Sequence[Mark], grace: timedelta, *, is_birth: bool) -> Iterator[Mark]:
    clock = phase.clock
    lasts = phase.until - phase.since >= grace
    if clock.is_late_born:
        unmeetable = lasts and clock.end.status is Status.UNMEETABLE
        if BORN_LATE not in {mark.percent for mark in before}:
            worth = Worth.CERTAIN if is_birth and unmeetable else Worth.POSSIBLE
            yield Mark(BORN_LATE, clock.birth.at, worth)
        return
    if clock.end.status is not Status.RUNNING:
        return
    given = {mark.percent for mark in before if mark.worth is not Worth.NEVER}
    points = {percent: at for percent, at in way_points(clock).items() if percent not in given}
    yield from _passed(phase, points, before, lasts=lasts)
    for percent, at in points.items():
        if phase.since < at < phase.until:
            worth = Worth.CERTAIN if phase.until - at >= grace and not _was_passed(before, percent) else Worth.POSSIBLE
            yield Mark(percent, at, worth, is_due_by_time=True)


def _passed(phase: Phase, points: dict[int, datetime], before: Sequence[Mark], *, lasts: bool) -> Iterator[Mark]:
    """Marks that had passed when something new was known: of those before the birth, the highest stands for all."""
    born = phase.clock.birth.at
    passed = [one for one, at in points.items() if at <= phase.since]
    unborn = [one for one, at in way_points(phase.clock).items() if at <= born]
    for percent in passed:
        worth = Worth.POSSIBLE
        if percent in unborn and percent != max(unborn):
            worth = Worth.NEVER
        elif lasts and percent == max(passed) and not _was_passed(before, percent):
            worth = Worth.CERTAIN
        yield Mark(percent, max(points[percent], born), worth)


def _was_passed(before: Sequence[Mark], percent: int) -> bool:
    """Whether a higher one stood for this mark when the clock was born: it may be said if the start moves."""
    return any(mark.percent == percent for mark in before)
