"""What is measured of what was said: recorded once, when the transaction that said it commits."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import event as hooks

from aftercare.kit.store.transaction import Transaction
from aftercare.programme.clocks import Route, Side
from aftercare.sla import telemetry
from aftercare.sla.domain import model
from aftercare.sla.telemetry import MeasuredRule, Outcome, RuleLabels

_COMMITTING = "commit"
"""What SQLAlchemy calls the moment. Nothing is ended here: the kit does that."""
_Warning = tuple[RuleLabels, Route, int, bool]
_Ending = tuple[RuleLabels, Route]


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one clock, and how it stood before."""

    before: model.Published | None
    after: model.Published
    events: Sequence[model.Transition]


class Meter:
    """The meters of one side."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def measure_at_commit(self, tx: Transaction, said: Sequence[Said]) -> None:
        """Count `said` when `tx` commits, and not at all when it does not."""
        connection = tx.connection.sync_connection
        if said and connection is not None:
            hooks.listen(connection, _COMMITTING, lambda _connection: self._measure(said), once=True)

    def rules(self, editions: Iterable[model.Edition]) -> list[MeasuredRule]:
        """Every rule that can be measured, once, in the newest of its versions."""
        newest: dict[str, model.Edition] = {}
        for one in editions:
            known = newest.get(one.rule.id)
            if one.rule.enabled and (known is None or known.rule.version < one.rule.version):
                newest[one.rule.id] = one
        return [MeasuredRule(self._labels(one), missed_by(one), one.rule.verified) for one in newest.values()]

    def _measure(self, said: Sequence[Said]) -> None:
        """What time brings comes by the thousand, and is counted by the thousand."""
        warnings: Counter[_Warning] = Counter()
        misses: Counter[_Ending] = Counter()
        for one in said:
            for each in one.events:
                match each:
                    case _ if _said_again(one, each):
                        continue
                    case model.Warned(clock=clock, percent=percent, route=route):
                        warnings[self._labels(clock.edition), route, percent, clock.unmeetable] += 1
                    case model.Missed(clock=clock):
                        misses[self._labels(clock.edition), missed_by(clock.edition)] += 1
                    case _:
                        self._count(one.before, each)
        for (labels, route, percent, late), times in warnings.items():
            telemetry.count_warnings(labels, route, percent, born_late=late, times=times)
        for (labels, route), times in misses.items():
            telemetry.count_ended(labels, route, Outcome.MISSED, times=times)

    def _count(self, before: model.Published | None, each: model.Transition) -> None:
        clock, labels, route = each.clock, self._labels(each.clock.edition), missed_by(each.clock.edition)
        match each:
            case model.Started():
                telemetry.count_started(labels, detection_lag=(clock.born - clock.start).total_seconds())
                if clock.unmeetable:
                    telemetry.count_ended(labels, route, Outcome.UNMEETABLE)
            case model.Met():
                if before is not None and before.state is model.State.MISSED:
                    telemetry.count_corrected(labels)
                else:
                    telemetry.count_ended(labels, route, Outcome.MET)
                _record_stopped(labels, clock)
            case model.Stopped():
                _record_stopped(labels, clock)
            case model.Cancelled():
                telemetry.count_ended(labels, route, Outcome.CANCELLED)
            case _:
                return

    def _labels(self, edition: model.Edition) -> RuleLabels:
        return RuleLabels(self._side, edition.rule.standing, edition.rule.id)


def missed_by(edition: model.Edition) -> Route:
    """How a miss travels."""
    return edition.rule.warnings.missed or edition.rule.warnings.route


def _said_again(one: Said, event: model.Transition) -> bool:
    """An ending that stands tells new times by saying itself again: it ended once."""
    if isinstance(event, model.Missed):
        return event.occasion is None
    endings = (model.Met, model.Cancelled)
    return isinstance(event, endings) and one.before is not None and one.before.state is one.after.state


def _record_stopped(labels: RuleLabels, clock: model.Clock) -> None:
    stopped, by = clock.outcome.stopped, clock.outcome.stopped_by
    if stopped is None or by is None:
        return
    promised: timedelta | None = clock.due - clock.start if clock.due is not None else None
    telemetry.record_stopped(
        labels,
        by,
        elapsed=(stopped - clock.start).total_seconds(),
        promised=promised.total_seconds() if promised is not None else None,
    )
