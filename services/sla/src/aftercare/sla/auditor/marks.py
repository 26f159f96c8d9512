"""Which warnings a clock must have given, by playing its life again: what was known when, and what passed meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aftercare.programme.clocks import Age
from aftercare.schemas.clock_audit import AuditedStatus as Status
from aftercare.sla.auditor.crossing import AHEAD
from aftercare.sla.auditor.deriving import Derived

BORN_LATE = 100
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Mark:
    """A warning as the rules have it: once in its round, not before `at`."""

    percent: int
    at: datetime
    begun: datetime | None
    """The stop by which its round began, as of a clock."""
    since: datetime
    """The round is certainly this one since then: what was said before it was said in another."""
    is_certain: bool
    """Whatever was on its way, the engine had to give it, in this round."""
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
    """A clock from the first instant at which it was known until now."""

    phases: Sequence[Phase]
    news: Sequence[datetime]
    """Instants at which something was known, in order."""
    at: Callable[[datetime], Derived | None]
    """The clock at any instant, by all that was known then."""
    may_be: Callable[[datetime], Sequence[Derived | None]]
    """The clock at an instant, by everything that the engine may have heard of what was known then."""


def phases(instants: Sequence[datetime], as_of: datetime, at: Callable[[datetime], Derived | None]) -> list[Phase]:
    """Play a clock's life: `instants` are those at which something new was known, in order."""
    moments = [instant for instant in instants if instant <= as_of]
    found = []
    for index, since in enumerate(moments):
        clock = at(since)
        if clock is not None:
            until = moments[index + 1] if index + 1 < len(moments) else as_of
            found.append(Phase(since, until, clock))
    return found


def expected(life: Life, grace: timedelta) -> list[Mark]:
    """Every warning of the whole life, in order. `grace`: how long the engine may take to see something new."""
    marks: list[Mark] = []
    stood_for: set[tuple[datetime | None, int]] = set()
    for index, phase in enumerate(life.phases):
        begun = phase.clock.begun
        stood_for |= {(begun, percent) for percent in _stood_for(phase.clock)}
        others = [one.until - AHEAD for one in life.phases[:index] if one.clock.begun != begun and _lasts(one, grace)]
        since = max(others, default=_BEGINNING)
        for percent, at, is_certain in _of_phase(phase, grace):
            in_time = phase.since < at < phase.until
            marks.append(Mark(percent, at, begun, since, is_certain and (begun, percent) not in stood_for, in_time))
    return marks


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


def warnings_of(clock: Derived) -> dict[int, datetime]:
    """The warnings that a clock gives as it stands, and the instant that each names; of those past, once."""
    born = clock.birth.at
    if clock.is_late_born:
        return {BORN_LATE: born} if clock.end.status is Status.UNMEETABLE else {}
    if clock.end.status is not Status.RUNNING:
        return {}
    silent = _stood_for(clock)
    return {percent: max(at, born) for percent, at in way_points(clock).items() if percent not in silent}


def _of_phase(phase: Phase, grace: timedelta) -> Iterator[tuple[int, datetime, bool]]:
    """Percent and instant of each warning that falls into a phase or had passed when it began, and if it is certain."""
    clock = phase.clock
    points = warnings_of(clock)
    passed = {percent: at for percent, at in points.items() if at <= phase.since}
    runs_until = phase.until if clock.due is None or clock.is_late_born else min(phase.until, clock.due)
    for percent, at in points.items():
        if at < phase.until:
            waits = runs_until - max(at, phase.since) >= grace
            yield percent, at, waits and (percent not in passed or percent == max(passed))


def _lasts(phase: Phase, grace: timedelta) -> bool:
    """Whether the engine must have seen the clock as it was then."""
    return phase.until - phase.since >= grace


def _stood_for(clock: Derived) -> set[int]:
    """Marks that had passed before the birth: the highest of them stands for all others."""
    passed = {percent for percent, at in way_points(clock).items() if at <= clock.birth.at}
    return passed - {max(passed, default=0)}
