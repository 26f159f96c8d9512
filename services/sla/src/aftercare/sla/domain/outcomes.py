"""What became of a clock: `docs/clocks.md` 4 and 7. What happened decides, not when it was heard of."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from aftercare.programme.clocks import ClockRule, NotBefore, Recurring, Window
from aftercare.programme.happenings import Happening
from aftercare.sla.domain.forms import Form, Frame
from aftercare.sla.domain.model import CancelReason, End, Happened, Outcome, State, View

_REASONS = {Happening.CASE_WITHDRAWN: CancelReason.WITHDRAWN}


def stops_of(rule: ClockRule, acts: Iterable[Happened]) -> list[Happened]:
    """What ends it, the earliest first."""
    return sorted((one for one in acts if one.kind in rule.stop.on), key=lambda one: (one.at, one.kind))


def first_end(rule: ClockRule, view: View) -> End | None:
    """What it is cancelled by: the happenings that its rule names, or the end of the subject itself."""
    named = (one for one in view.acts if one.kind in rule.stop.cancelled)
    ends = [End(one.at, _REASONS.get(one.kind, CancelReason.NOT_APPLICABLE)) for one in named]
    if view.named is not None:
        ends.append(End(view.named, CancelReason.NOT_APPLICABLE))
    return min((*view.ends, *ends), key=lambda end: (end.at, end.reason), default=None)


def last_round(form: Form, start: datetime, stops: Iterable[Happened], end: End | None) -> Happened | None:
    """The stop by which the round of a recurring clock began; none in the first round, and for other forms."""
    if not isinstance(form, Recurring):
        return None
    begun = [one for one in stops if start <= one.at and (end is None or one.at <= end.at)]
    return begun[-1] if begun else None


def outcome_of(form: Form, frame: Frame, born: datetime, stops: Sequence[Happened], end: End | None) -> Outcome:
    """What is certain of a clock, by its stops in order and by what cancelled it first."""
    early = tuple(one.at for one in stops if isinstance(form, Window) and _is_early(frame, one.at))
    if isinstance(form, Recurring):
        return _of_round(frame, born, stops, end)
    stop = next((one for one in stops if one.at not in early), None)
    if stop is not None and (end is None or stop.at <= end.at):
        return _stopped(form, frame, born, stop, early)
    if end is not None and _in_time(frame, end.at):
        return Outcome(State.CANCELLED, early=early, cancelled=end.at, reason=end.reason)
    if stop is not None:
        return _stopped(form, frame, born, stop, early)
    return Outcome(_open(frame, born), early=early)


def _is_early(frame: Frame, at: datetime) -> bool:
    """Before a window opens; but nobody waits for what was done before the clock even started."""
    return frame.opens is not None and frame.start <= at < frame.opens


def _stopped(form: Form, frame: Frame, born: datetime, stop: Happened, early: tuple[datetime, ...]) -> Outcome:
    if isinstance(form, NotBefore) and _is_early(frame, stop.at):
        return Outcome(State.MISSED, stopped_by=stop.kind, broken=stop.at)
    verdict = State.MET if _in_time(frame, stop.at) else _too_late(frame, born)
    return Outcome(verdict, stopped=stop.at, stopped_by=stop.kind, early=early)


def _of_round(frame: Frame, born: datetime, stops: Sequence[Happened], end: End | None) -> Outcome:
    """Stops only begin rounds: the newest is the start of the frame."""
    begun = next((one for one in stops if one.at == frame.start), None)
    stopped, stopped_by = (begun.at, begun.kind) if begun else (None, None)
    if end is not None and _in_time(frame, end.at):
        return Outcome(State.CANCELLED, stopped, stopped_by, cancelled=end.at, reason=end.reason)
    return Outcome(_open(frame, born), stopped, stopped_by)


def _in_time(frame: Frame, at: datetime) -> bool:
    return frame.due is None or at <= frame.due


def _too_late(frame: Frame, born: datetime) -> State:
    return State.UNMEETABLE if frame.due is not None and frame.due <= born else State.MISSED


def _open(frame: Frame, born: datetime) -> State:
    return State.UNMEETABLE if _too_late(frame, born) is State.UNMEETABLE else State.RUNNING
