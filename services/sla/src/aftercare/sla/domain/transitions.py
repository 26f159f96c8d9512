"""From what was said of a clock and what is true of it now to what has to be said: one life, told step by step."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import count

from aftercare.programme.clocks import Recurring
from aftercare.sla.domain.model import (
    Cancelled,
    CancelReason,
    Clock,
    Mark,
    Met,
    Missed,
    Moved,
    Outcome,
    Published,
    Started,
    State,
    Stopped,
    Transition,
    Warned,
)
from aftercare.sla.domain.occasions import occasion_of

_WARNS = frozenset({State.RUNNING, State.UNMEETABLE})
_LATE = frozenset({State.MISSED, State.UNMEETABLE})


def transitions(
    said: Published | None, fresh: Clock | None, now: datetime
) -> tuple[tuple[Transition, ...], Published | None]:
    """What has to be said at `now`, in order, and all that is then said of the clock.

    `said` is none for a clock that nobody heard of; `fresh` is none for one that there is no more.
    """
    clock = fresh or (_gone(said, now) if said is not None else None)
    if clock is None:
        return (), said
    state = clock.state_at(now)
    warned = _warned_before(said, clock)
    warnings = [mark for mark in clock.marks if state in _WARNS and mark.at <= now and mark.percent not in warned]
    before = said.revision if said is not None else 0
    number = count(before + 1)
    events: tuple[Transition, ...] = (
        *_life(said, clock, state, number),
        *(_warned(clock, next(number), mark, now) for mark in warnings),
        *_endings(said, clock, state, number, now),
    )
    return events, Published(clock, state, warned | {mark.percent for mark in warnings}, before + len(events))


def next_due_instant(said: Published) -> datetime | None:
    """When something has to be said of a clock though nothing is told; never, where nothing is left to say."""
    marks = [mark.at for mark in said.clock.marks if said.state in _WARNS and mark.percent not in said.warned]
    due = [said.clock.due] if said.state is State.RUNNING and said.clock.due is not None else []
    return min((*marks, *due), default=None)


def _warned(clock: Clock, number: int, mark: Mark, now: datetime) -> Warned:
    occasion = occasion_of(clock.rule.id, clock.site, now)
    return Warned(clock, number, mark.percent, clock.rule.warnings.route, mark.at, occasion)


def _gone(said: Published, now: datetime) -> Clock:
    """It no longer applies, and nothing that was told says so: its site is another, with other rules."""
    if said.state is State.CANCELLED:
        return said.clock
    ended = Outcome(State.CANCELLED, cancelled=now, reason=CancelReason.NOT_APPLICABLE)
    return replace(said.clock, outcome=ended)


def _warned_before(said: Published | None, clock: Clock) -> frozenset[int]:
    """Each round of a recurring clock warns anew."""
    return frozenset() if said is None or _is_next_round(said, clock) else said.warned


def _is_next_round(said: Published, clock: Clock) -> bool:
    return isinstance(clock.rule.form, Recurring) and said.clock.outcome.stopped != clock.outcome.stopped


def _life(said: Published | None, clock: Clock, state: State, number: Iterator[int]) -> Iterator[Transition]:
    """That it began, or that it runs by other times than was said: an ended one tells them with its ending."""
    if said is None:
        yield Started(clock, next(number))
    elif state in _WARNS and (state is not said.state or _running_facts(clock) != _running_facts(said.clock)):
        yield Moved(clock, next(number))


def _endings(
    said: Published | None, clock: Clock, state: State, number: Iterator[int], now: datetime
) -> Iterator[Transition]:
    if state is State.RUNNING:
        return
    same = said is not None and said.state is state
    before = said.clock.outcome if said is not None and same else Outcome()
    retold = said is None or not same or _facts(clock) != _facts(said.clock)
    stopped, cancelled, reason = clock.outcome.stopped, clock.outcome.cancelled, clock.outcome.reason
    if state is State.MET and stopped is not None and (retold or stopped != before.stopped):
        yield Met(clock, next(number), stopped)
    if state is State.MISSED and clock.missed_at is not None and retold:
        route = clock.rule.warnings.missed or clock.rule.warnings.route
        rang = said is not None and same and not _is_next_round(said, clock)
        occasion = None if rang else occasion_of(clock.rule.id, clock.site, now)
        yield Missed(clock, next(number), clock.missed_at, route, occasion)
    if state in _LATE and clock.stopped_late and stopped is not None and stopped != before.stopped:
        yield Stopped(clock, next(number), stopped)
    other_end = retold or (cancelled, reason) != (before.cancelled, before.reason)
    if state is State.CANCELLED and cancelled is not None and reason is not None and other_end:
        yield Cancelled(clock, next(number), reason, cancelled)


def _running_facts(clock: Clock) -> tuple[object, ...]:
    return (*_facts(clock), clock.attempted)


def _facts(clock: Clock) -> tuple[object, ...]:
    """What a reader of its events knows it by."""
    times = (clock.start, clock.start_from, clock.opens, clock.due, clock.born)
    return (clock.rule.version, clock.incident, clock.site, *times)
