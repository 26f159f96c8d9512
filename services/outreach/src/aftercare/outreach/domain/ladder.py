"""The channel ladder: which message next, when, and when a human must take over.

*Undelivered* moves on at once; *silence* climbs by time; at the end stands a person (`product-bar.md` O5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aftercare.outreach.domain.vocabulary import Channel, HumanReason, MessageStatus
from aftercare.programme.model import Ladder


@dataclass(frozen=True, slots=True)
class Step:
    """One message of the plan, this long after the beginning."""

    channel: Channel
    after: timedelta


@dataclass(frozen=True, slots=True)
class Plan:
    """A ladder fitted to one person.

    `climbs`: silence moves on by time; a message that only informs rests once it is out. `human_after` is `None`
    where somebody else watches the time.
    """

    steps: tuple[Step, ...]
    human_after: timedelta | None
    climbs: bool = True


@dataclass(frozen=True, slots=True)
class Attempt:
    """A rung that has been taken, and what became of it."""

    channel: Channel
    status: MessageStatus
    had_channel: bool = True
    """False: the person turned out not to have this channel."""


@dataclass(frozen=True, slots=True)
class Send:
    """Write now, on this channel."""

    rung: int
    channel: Channel


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class CallHuman:
    """The ladder has ended; a human calls."""

    reason: HumanReason


@dataclass(frozen=True, slots=True)
class Rest:
    """Done: it was sent, and no answer is expected."""


Move = Send | Wait | CallHuman | Rest
_GONE_OUT = (MessageStatus.SENT, MessageStatus.DELIVERED)


def fit(ladder: Ladder, own_order: Sequence[Channel], *, climbs: bool = True, human_at_end: bool = True) -> Plan:
    """Fit a programme's ladder to a person.

    `own_order` are the channels that the person has and wishes, best first; empty means that nothing is known yet,
    and the programme's order stands. The person's order wins over the programme's; a channel that the person does
    not have drops out, and what remains takes the earliest times, so that nobody waits for an empty rung.
    *Call* in the person's order is where a human takes over.
    """
    order = _order(ladder, own_order)
    times = sorted(rung.after for rung in ladder.rungs)
    steps = tuple(Step(channel, after) for channel, after in zip(order, times, strict=False))
    if not (climbs and human_at_end):
        return Plan(steps, None, climbs)
    human_after = ladder.human_after
    if Channel.CALL in own_order and len(steps) < len(times):
        human_after = min(human_after, times[len(steps)])
    return Plan(steps, human_after)


def next_move(plan: Plan, attempts: Sequence[Attempt], began: datetime, now: datetime) -> Move:
    """What to do now, given what was tried. Asking again at the same moment gives the same answer."""
    human_due = None if plan.human_after is None else began + plan.human_after
    taken = len(attempts)
    all_failed = all(attempt.status is MessageStatus.FAILED for attempt in attempts)
    if taken >= len(plan.steps):
        if all_failed:
            return CallHuman(_why_nothing_arrived(attempts))
        return _wait_for_an_answer(attempts, human_due, now)
    if attempts and human_due is not None and now >= human_due:
        return _wait_for_an_answer(attempts, human_due, now)
    due = now if not attempts or attempts[-1].status is MessageStatus.FAILED else began + plan.steps[taken].after
    if not plan.climbs and any(attempt.status in _GONE_OUT for attempt in attempts):
        return Rest()
    if due <= now:
        return Send(taken, plan.steps[taken].channel)
    return Wait(due if human_due is None else min(due, human_due))


def _order(ladder: Ladder, own_order: Sequence[Channel]) -> list[Channel]:
    """The rungs' channels for this person: the programme's rungs, relabelled by the person's own order."""
    usual = [Channel(rung.channel) for rung in ladder.rungs]
    if not own_order:
        return usual
    wished = list(dict.fromkeys(own_order))
    if Channel.CALL in wished:
        wished = wished[: wished.index(Channel.CALL)]
    wished = [channel for channel in wished if channel in usual]
    theirs = [channel for channel in usual if channel in wished]
    relabelled = dict(zip(dict.fromkeys(theirs), wished, strict=True))
    return [relabelled[channel] for channel in theirs]


def _wait_for_an_answer(attempts: Sequence[Attempt], human_due: datetime | None, now: datetime) -> Move:
    if human_due is None:
        return Rest()
    if now < human_due:
        return Wait(human_due)
    if any(attempt.status in _GONE_OUT for attempt in attempts):
        return CallHuman(HumanReason.SILENCE)
    return CallHuman(_why_nothing_arrived(attempts))


def _why_nothing_arrived(attempts: Sequence[Attempt]) -> HumanReason:
    if any(attempt.had_channel for attempt in attempts):
        return HumanReason.UNDELIVERABLE
    return HumanReason.NO_CHANNEL
