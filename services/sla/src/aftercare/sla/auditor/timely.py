"""What was said in passing, warnings and misses, against all that the engine may have known when it said it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from aftercare.programme.clocks import Recurring
from aftercare.schemas.clock_audit import AuditedStatus as Status
from aftercare.schemas.clock_audit import DifferenceKind as Kind
from aftercare.sla.auditor.comparing import EXACT, Moment, Pair, same
from aftercare.sla.auditor.deriving import Derived
from aftercare.sla.auditor.facts import Change, Difference, Said
from aftercare.sla.auditor.marks import Life, Mark, expected, misses, warnings_of


@dataclass(frozen=True, slots=True)
class _Given:
    """A warning that was given. `rounds`: those in which it was due by something that the engine may have heard."""

    said: Said
    rounds: frozenset[datetime | None]

    def answers(self, mark: Mark) -> bool:
        """Whether it is this warning, in this round."""
        return self.said.time >= mark.since and mark.begun in self.rounds


def said_in_time(pair: Pair, life: Life, moment: Moment) -> Iterator[Difference]:
    """Every warning and every miss that should not have been said when it was, or was not when it should."""
    if not pair.account.is_whole:
        return
    yield from _misses(pair, life, moment)
    if pair.account.has_one_birth:
        yield from _warnings(pair, life, moment)


def _misses(pair: Pair, life: Life, moment: Moment) -> Iterator[Difference]:
    """A miss is said when the time has passed: not before, and not much after."""
    for said in pair.account.events:
        if said.change is not Change.MISSED or said.at is None:
            continue
        if said.time < said.at:
            yield pair.differs(Kind.END_EARLY, expected=said.at, published=said.time)
        elif _is_late_miss(pair, said, said.at, life, moment):
            yield pair.differs(Kind.END_LATE, expected=said.at, published=said.time)


def _is_late_miss(pair: Pair, said: Said, at: datetime, life: Life, moment: Moment) -> bool:
    """Late by the engine's own fault: nothing but time had to pass, and it was not said before."""

    def is_missed(clock: Derived) -> bool:
        return clock.end.status is Status.MISSED and same(clock.end.at, at)

    before = (event for event in pair.account.events if event.revision < said.revision)
    again = any(event.change is Change.MISSED and same(event.at, at) for event in before)
    foreseen = any(same(miss, at) for miss in misses(life))
    return foreseen and not again and _overslept(life, at, said.time, is_missed, moment)


def _warnings(pair: Pair, life: Life, moment: Moment) -> Iterator[Difference]:
    marks = expected(life, moment.settle)
    given = [_Given(said, _rounds(said, life)) for said in pair.account.warned if said.percent is not None]
    for percent in sorted({mark.percent for mark in marks} | {one.said.percent or 0 for one in given}):
        of_it = [one for one in given if one.said.percent == percent]
        of_marks = [mark for mark in marks if mark.percent == percent]
        yield from _needless(pair, life, of_marks, of_it) or _owed(pair, life, of_marks, of_it, moment)


def _rounds(said: Said, life: Life) -> frozenset[datetime | None]:
    """The rounds, by all that the engine may have heard, in which a warning was due when it was given."""
    if said.at is None or said.time < said.at - EXACT:
        return frozenset()
    clocks = [one for one in life.may_be(said.time) if one is not None]
    return frozenset(one.begun for one in clocks if said.percent and same(warnings_of(one).get(said.percent), said.at))


def _needless(pair: Pair, life: Life, marks: Sequence[Mark], given: Sequence[_Given]) -> list[Difference]:
    """The first warning of one percent that was not due, or was given already."""
    for index, one in enumerate(given):
        said, before = one.said, given[:index]
        if not one.rounds:
            return [_unfounded(pair, marks, said, before)]
        if before and not _may_begin_anew(pair, life, before[-1].said.time, said.time):
            return [pair.differs(Kind.WARNING_DOUBLE, percent=said.percent, published=said.time)]
    return []


def _unfounded(pair: Pair, marks: Sequence[Mark], said: Said, before: Sequence[_Given]) -> Difference:
    """What is wrong about a warning that was due by nothing that the engine may have heard."""
    passed = [mark.at for mark in marks if mark.at <= said.time + EXACT]
    last = max(passed, default=None)
    if last is None or said.at is None or said.at < last - EXACT:
        due = warnings_of(pair.derived).get(said.percent or 0, last)
        return pair.differs(Kind.WARNING_EARLY, percent=said.percent, expected=due, published=said.time)
    if any(same(one.said.at, said.at) for one in before):
        return pair.differs(Kind.WARNING_DOUBLE, percent=said.percent, published=said.time)
    return pair.differs(Kind.WARNING_LATE, percent=said.percent, expected=last, published=said.at)


def _may_begin_anew(pair: Pair, life: Life, one: datetime, other: datetime) -> bool:
    """Whether a round may have begun, for the engine, between two instants."""
    if not isinstance(pair.derived.birth.rule.form, Recurring):
        return False
    instants = (one, *(news for news in life.news if one < news <= other), other)
    return len({clock.begun for instant in instants for clock in life.may_be(instant) if clock is not None}) > 1


def _owed(
    pair: Pair, life: Life, marks: Sequence[Mark], given: Sequence[_Given], moment: Moment
) -> Iterator[Difference]:
    """Warnings of one percent that had to be given and were not, or only much later."""
    for mark in marks:
        answer = next((one.said for one in given if one.answers(mark)), None)
        if answer is None:
            if mark.is_certain and mark.at <= moment.settled:
                yield pair.differs(Kind.WARNING_MISSING, percent=mark.percent, expected=mark.at)
                return
        elif mark.is_due_by_time and same(answer.at, mark.at) and _is_late(answer, mark, life, moment):
            yield pair.differs(Kind.WARNING_LATE, percent=mark.percent, expected=mark.at, published=answer.time)


def _is_late(said: Said, mark: Mark, life: Life, moment: Moment) -> bool:
    def warns(clock: Derived) -> bool:
        return same(warnings_of(clock).get(mark.percent), mark.at)

    return _overslept(life, mark.at, said.time, warns, moment)


def _overslept(life: Life, at: datetime, said: datetime, is_due: Callable[[Derived], bool], moment: Moment) -> bool:
    """Whether something due at `at` was said too late: it was due all the while, whatever the engine had heard."""
    heard = max((news for news in life.news if news <= at), default=at) + moment.settle
    begin = max(at, heard)
    finish = begin + moment.lateness
    if said <= finish:
        return False
    instants = (begin, *(news for news in life.news if begin < news <= finish))
    return all(clock is not None and is_due(clock) for instant in instants for clock in life.may_be(instant))
