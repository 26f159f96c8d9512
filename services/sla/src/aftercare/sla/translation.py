"""From our words to the contracts: what is said of a clock, on the topic of its side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aftercare.programme.clocks import Side
from aftercare.schemas import clock as contract
from aftercare.schemas.base import Message
from aftercare.sla.domain import model


@dataclass(frozen=True, slots=True)
class _Words:
    """The message types of one side."""

    started: type[Any]
    moved: type[Any]
    warned: type[Any]
    met: type[Any]
    missed: type[Any]
    stopped: type[Any]
    cancelled: type[Any]


_WORDS: Mapping[Side, _Words] = {
    Side.EVENT: _Words(
        contract.EventClockStartedV1,
        contract.EventClockMovedV1,
        contract.EventClockWarnedV1,
        contract.EventClockMetV1,
        contract.EventClockMissedV1,
        contract.EventClockStoppedV1,
        contract.EventClockCancelledV1,
    ),
    Side.SUPPORT: _Words(
        contract.SupportClockStartedV1,
        contract.SupportClockMovedV1,
        contract.SupportClockWarnedV1,
        contract.SupportClockMetV1,
        contract.SupportClockMissedV1,
        contract.SupportClockStoppedV1,
        contract.SupportClockCancelledV1,
    ),
}


class Speaker:
    """Says on the topic of one side what there is to say of its clocks."""

    def __init__(self, side: Side) -> None:
        self._words = _WORDS[side]
        self._rules: dict[int, tuple[model.Edition, Mapping[str, Any]]] = {}

    def message_of(self, transition: model.Transition) -> Message:
        """One event. Raises `TypeError` for a transition that no event stands for."""
        words, state = self._words, self._clock(transition.clock, transition.revision)
        made: Message
        match transition:
            case model.Started():
                made = words.started(state=state)
            case model.Moved():
                made = words.moved(state=state)
            case model.Warned(percent=percent, route=route, at=at, occasion=occasion):
                told_by = contract.WarningRoute(route.value)
                made = words.warned(state=state, percent=percent, route=told_by, at=at, occasion=occasion)
            case model.Met(stopped=stopped):
                made = words.met(state=state, stopped=stopped)
            case model.Missed(at=at, route=route, occasion=occasion):
                told_by = contract.WarningRoute(route.value)
                made = words.missed(state=state, at=at, route=told_by, occasion=occasion)
            case model.Stopped(stopped=stopped):
                made = words.stopped(state=state, stopped=stopped)
            case model.Cancelled(reason=reason, cancelled=cancelled):
                told = contract.ClockCancelReason(reason.value)
                made = words.cancelled(state=state, reason=told, cancelled=cancelled)
            case _:
                raise TypeError(type(transition).__name__)
        return made

    def _clock(self, clock: model.Clock, revision: int) -> contract.Clock:
        return contract.Clock(
            **self._of_rule(clock.edition),
            clock=clock.reference,
            revision=revision,
            subject=clock.subject,
            incident=clock.incident,
            site=clock.site,
            start=clock.start,
            start_from=contract.StartedFrom(clock.start_from.value),
            opens=clock.opens,
            due=clock.due,
            born=clock.born,
            unmeetable=clock.unmeetable,
            attempted=clock.attempted,
        )

    def _of_rule(self, edition: model.Edition) -> Mapping[str, Any]:
        """What the rule says, the same for all its clocks. Editions are few and live as long as the process."""
        known = self._rules.get(id(edition))
        if known is None:
            known = self._rules[id(edition)] = (edition, _said_of(edition))
        return known[1]


def _said_of(edition: model.Edition) -> Mapping[str, Any]:
    rule = edition.rule
    return {
        "pack": edition.pack,
        "pack_version": edition.pack_version,
        "rule": rule.id,
        "rule_version": rule.version,
        "catalogue": rule.catalogue,
        "standing": contract.Standing(rule.standing.value),
        "verified": rule.verified,
        "form": contract.ClockForm(rule.form.kind),
        "owner": rule.owner.value,
    }
