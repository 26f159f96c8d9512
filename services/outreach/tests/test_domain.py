"""Small pure rules: merging, links and nonces, receipts, answers, words that two packages share."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.outreach.domain import vocabulary
from aftercare.outreach.domain.answers import Answer, Covered, answered_requests, standing
from aftercare.outreach.domain.delivery import Action, after_receipt, backoff
from aftercare.outreach.domain.links import check_nonce, is_token, make_nonce, token_hash
from aftercare.outreach.domain.merging import Held, may_join, purpose_of_all
from aftercare.outreach.domain.vocabulary import OFFERS, Choice, MessageStatus, Purpose
from aftercare.outreach.service_layer.purse import TokenPurse
from aftercare.schemas import answer, outreach, outreach_request, staff

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SALT = "0" * 32


def test_our_words_are_the_contracts_words() -> None:
    assert {*vocabulary.Purpose} == {*outreach_request.Purpose}
    assert {*vocabulary.Channel} == {*staff.ChannelKind}
    assert {*vocabulary.MessageStatus} == {*outreach.MessageStatus}
    assert {*vocabulary.HumanReason} == {*outreach.HumanNeededReason}
    assert {*vocabulary.Choice} - {Choice.UNDO, Choice.OPEN} == {*answer.Choice}


def test_only_offers_that_still_wait_are_joined() -> None:
    held = Held(Purpose.OFFER, urgent=False, due=NOW + timedelta(minutes=1))
    assert may_join(held, Purpose.OFFER_AFTER_INTERVIEW, urgent=False, now=NOW)
    assert not may_join(held, Purpose.REMINDER, urgent=False, now=NOW)
    assert not may_join(held, Purpose.OFFER, urgent=True, now=NOW)
    assert not may_join(held, Purpose.OFFER, urgent=False, now=held.due)


@given(st.lists(st.sampled_from(OFFERS), min_size=1))
def test_a_merged_message_speaks_for_one_of_its_requests(purposes: list[Purpose]) -> None:
    assert purpose_of_all(purposes) in purposes


@given(st.sampled_from(list(MessageStatus)), st.lists(st.sampled_from(list(Action))))
def test_no_row_of_receipts_brings_a_failed_message_back(status: MessageStatus, actions: list[Action]) -> None:
    for action in actions:
        after = after_receipt(status, action)
        if status in (MessageStatus.FAILED, MessageStatus.CANCELLED):
            assert after is status
        status = after
        assert after_receipt(status, action) is status, "the same receipt again changes nothing"


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_backoff_grows_stays_bounded_and_is_never_zero(attempts: int, chance: float) -> None:
    assert timedelta(seconds=1) <= backoff(attempts, chance) <= timedelta(minutes=5)


def test_a_token_is_long_random_and_kept_as_a_hash_only() -> None:
    purse = TokenPurse()
    kept = purse.mint("msg_1")
    token = purse.token("msg_1")
    assert is_token(token)
    assert len(token) == 43, "256 bits in base64"
    assert kept == token_hash(token)
    assert token not in repr(purse)
    assert purse.mint("msg_2") != kept


def test_a_nonce_is_good_for_its_link_and_choice_for_an_hour() -> None:
    nonce = make_nonce("token", Choice.NO, NOW, SALT)
    assert check_nonce(nonce.text, "token", Choice.NO, NOW + timedelta(minutes=59)) == nonce
    assert check_nonce(nonce.text, "token", Choice.TALK, NOW) is None
    assert check_nonce(nonce.text, "other", Choice.NO, NOW) is None
    assert check_nonce(nonce.text, "token", Choice.NO, NOW + timedelta(minutes=61)) is None


@given(st.text(max_size=200))
def test_made_up_nonces_are_refused_without_an_error(text: str) -> None:
    assert check_nonce(text, "token", Choice.NO, NOW) is None


def test_the_last_answer_counts_and_an_undo_revives_nothing() -> None:
    first, second = Answer("ans_1", Choice.NO, NOW), Answer("ans_2", Choice.TALK, NOW)
    assert standing([first, second]) is second
    assert standing([first, Answer("ans_2", Choice.TALK, NOW, undone=NOW)]) is None
    assert standing([]) is None


def test_an_answer_is_told_once_for_each_thing_it_is_about() -> None:
    covered = [Covered("req_1", "cas_1"), Covered("req_2", "cas_1"), Covered("req_3", "cas_2", cancelled=True)]
    assert [one.ref for one in answered_requests(covered)] == ["req_1"]


def test_a_link_goes_on_working_after_its_requests_were_cancelled() -> None:
    assert answered_requests([Covered("req_1", "cas_1", cancelled=True)])


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_purpose_leads_to_choices_or_a_card(purpose: Purpose) -> None:
    assert bool(vocabulary.choices_for(purpose)) is not (purpose in vocabulary.WITH_A_CARD)
