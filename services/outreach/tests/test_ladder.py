"""The ladder: who is written to when, and when a human takes over."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.outreach.domain import vocabulary
from aftercare.outreach.domain.ladder import Attempt, CallHuman, Rest, Send, Wait, fit, next_move
from aftercare.outreach.domain.vocabulary import Channel, HumanReason, MessageStatus, Purpose
from aftercare.programme.loader import load_programme
from aftercare.programme.model import Channel as Carrier
from aftercare.programme.model import Ladder, Rung

BEGAN = datetime(2026, 3, 10, 12, tzinfo=UTC)
POLICY = load_programme("generic").outreach
HOUR = timedelta(hours=1)
LADDER = Ladder(
    rungs=(
        Rung(channel=Carrier.EMAIL, after=timedelta()),
        Rung(channel=Carrier.SMS, after=HOUR),
        Rung(channel=Carrier.PUSH, after=2 * HOUR),
    ),
    human_after=4 * HOUR,
)
SENT, FAILED, QUEUED = MessageStatus.SENT, MessageStatus.FAILED, MessageStatus.QUEUED


def steps(*own_order: Channel) -> list[tuple[str, timedelta]]:
    return [(str(step.channel), step.after) for step in fit(LADDER, own_order).steps]


def test_the_programmes_order_stands_while_nothing_is_known() -> None:
    assert steps() == [("email", timedelta()), ("sms", HOUR), ("push", 2 * HOUR)]


def test_the_persons_own_order_wins() -> None:
    assert steps(Channel.PUSH, Channel.EMAIL, Channel.SMS) == [
        ("push", timedelta()),
        ("email", HOUR),
        ("sms", 2 * HOUR),
    ]


def test_nobody_waits_for_a_channel_that_they_do_not_have() -> None:
    assert steps(Channel.SMS) == [("sms", timedelta())]


def test_a_wish_to_be_called_brings_the_human_in_its_place() -> None:
    plan = fit(LADDER, (Channel.SMS, Channel.CALL, Channel.EMAIL))
    assert [step.channel for step in plan.steps] == [Channel.SMS]
    assert plan.human_after == HOUR


def test_a_repeated_rung_is_relabelled_as_a_whole() -> None:
    ladder = Ladder(rungs=(*LADDER.rungs[:2], Rung(channel=Carrier.EMAIL, after=3 * HOUR)), human_after=5 * HOUR)
    plan = fit(ladder, (Channel.SMS, Channel.EMAIL))
    assert [step.channel for step in plan.steps] == [Channel.SMS, Channel.EMAIL, Channel.SMS]


def test_undelivered_moves_on_at_once() -> None:
    plan = fit(LADDER, ())
    assert next_move(plan, [Attempt(Channel.EMAIL, FAILED)], BEGAN, BEGAN) == Send(1, Channel.SMS)


def test_silence_climbs_by_time() -> None:
    plan = fit(LADDER, ())
    tried = [Attempt(Channel.EMAIL, SENT)]
    assert next_move(plan, tried, BEGAN, BEGAN + HOUR - timedelta(seconds=1)) == Wait(BEGAN + HOUR)
    assert next_move(plan, tried, BEGAN, BEGAN + HOUR) == Send(1, Channel.SMS)


def test_a_mail_that_still_waits_for_its_server_does_not_hold_the_ladder() -> None:
    plan = fit(LADDER, ())
    assert next_move(plan, [Attempt(Channel.EMAIL, QUEUED)], BEGAN, BEGAN + HOUR) == Send(1, Channel.SMS)


def test_all_undelivered_ends_at_a_human_at_once() -> None:
    plan = fit(LADDER, (Channel.EMAIL,))
    assert next_move(plan, [Attempt(Channel.EMAIL, FAILED)], BEGAN, BEGAN) == CallHuman(HumanReason.UNDELIVERABLE)


def test_nobody_without_a_channel_waits_at_all() -> None:
    assert next_move(fit(LADDER, (Channel.CALL,)), [], BEGAN, BEGAN) == CallHuman(HumanReason.NO_CHANNEL)


def test_an_information_rests_once_it_is_out() -> None:
    plan = fit(LADDER, (), climbs=False)
    assert next_move(plan, [Attempt(Channel.EMAIL, SENT)], BEGAN, BEGAN + 9 * HOUR) == Rest()


def test_an_information_that_bounces_tries_the_next_channel() -> None:
    plan = fit(LADDER, (), climbs=False)
    assert next_move(plan, [Attempt(Channel.EMAIL, FAILED)], BEGAN, BEGAN) == Send(1, Channel.SMS)


def test_a_coordinators_task_climbs_but_ends_in_no_other_human() -> None:
    plan = fit(LADDER, (Channel.EMAIL, Channel.SMS), human_at_end=False)
    tried = [Attempt(Channel.EMAIL, SENT), Attempt(Channel.SMS, SENT)]
    assert next_move(plan, tried[:1], BEGAN, BEGAN + HOUR) == Send(1, Channel.SMS)
    assert next_move(plan, tried, BEGAN, BEGAN + 99 * HOUR) == Rest()


attempts = st.lists(
    st.builds(
        Attempt, st.sampled_from([Channel.EMAIL, Channel.SMS, Channel.PUSH]), st.sampled_from(list(MessageStatus))
    ),
    max_size=4,
)
orders = st.lists(st.sampled_from(list(Channel)), max_size=4)
purposes = st.sampled_from(list(Purpose))


@given(purposes, st.booleans(), orders, attempts, st.integers(0, 20_000))
def test_every_ladder_ends_and_never_forgets_to_look_again(
    purpose: Purpose, urgent: bool, order: list[Channel], tried: list[Attempt], minutes: int
) -> None:
    """Whatever happened: send, wait for a later moment, call a human, or rest because nobody expects an answer."""
    policy = POLICY
    ladder = vocabulary.ladder_for(policy, purpose, urgent=urgent)
    human = vocabulary.ends_at_human(purpose)
    plan = fit(ladder, order, climbs=vocabulary.climbs(purpose), human_at_end=human)
    now = BEGAN + timedelta(minutes=minutes)
    move = next_move(plan, tried, BEGAN, now)
    if isinstance(move, Wait):
        assert move.until > now
    if isinstance(move, Rest):
        assert not human
    if isinstance(move, Send):
        assert move.rung == len(tried)
    if human and minutes > 12_000 and tried:
        assert isinstance(move, CallHuman | Send)


@given(orders)
def test_a_fitted_ladder_uses_only_what_the_person_has(order: list[Channel]) -> None:
    used = {step.channel for step in fit(LADDER, order).steps}
    assert used <= set(order) if order else used
    assert Channel.CALL not in used


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_purpose_has_a_ladder(purpose: Purpose) -> None:
    assert vocabulary.ladder_for(POLICY, purpose, urgent=False).rungs
