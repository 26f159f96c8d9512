"""The words of outreach, and what each purpose of a message implies."""

from enum import StrEnum

from aftercare.programme.model import Ladder, OutreachPolicy


class Channel(StrEnum):
    """How a person can be reached. `CALL` is a human's work, never a machine's."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    CALL = "call"


class Purpose(StrEnum):
    """Why we write. Same words as the contracts; a test holds them together."""

    OFFER = "offer"
    OFFER_BEFORE_INTERVIEW = "offer-before-interview"
    OFFER_AFTER_INTERVIEW = "offer-after-interview"
    REMINDER = "reminder"
    SUPPORTER_FOUND = "supporter-found"
    COORDINATOR_WILL_CALL = "coordinator-will-call"
    SUPPORTER_ASK = "supporter-ask"
    SUPPORTER_CARD = "supporter-card"
    COORDINATOR_TASK = "coordinator-task"


class Choice(StrEnum):
    """What somebody can say on a page. `UNDO` takes the last answer back and is no answer itself."""

    TALK = "talk"
    LATER = "later"
    NO = "no"
    URGENT = "urgent"
    ACCEPT = "accept"
    REFUSE = "refuse"
    CONTACTED = "contacted"
    NOT_REACHED = "not-reached"
    UNDO = "undo"
    OPEN = "open"
    """Show the contact card. Changes nothing but the audit."""


class MessageStatus(StrEnum):
    """*Sent* is a server's 250. Nothing here means that a person was reached."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class HumanReason(StrEnum):
    """Why a human must take over."""

    SILENCE = "silence"
    UNDELIVERABLE = "undeliverable"
    NO_CHANNEL = "no-channel"
    NO_CONTACT = "no-contact"


OFFERS = (Purpose.OFFER_BEFORE_INTERVIEW, Purpose.OFFER_AFTER_INTERVIEW, Purpose.OFFER)
"""The offers, the most telling words first: a merged message takes the first that is among its requests."""

TO_THE_PERSON = (*OFFERS, Purpose.REMINDER, Purpose.SUPPORTER_FOUND, Purpose.COORDINATOR_WILL_CALL)
TO_A_SUPPORTER = (Purpose.SUPPORTER_ASK, Purpose.SUPPORTER_CARD)
WITH_A_CARD = (Purpose.SUPPORTER_CARD, Purpose.COORDINATOR_TASK)
OFFER_CHOICES = (Choice.TALK, Choice.URGENT, Choice.LATER, Choice.NO)
AT_ANY_HOUR = (Purpose.SUPPORTER_CARD, Purpose.COORDINATOR_TASK)
"""Waited for (a supporter who has just said yes) or for a person on duty."""


def climbs(purpose: Purpose) -> bool:
    """Whether silence means anything. A message that only informs is done once it has been sent."""
    return purpose in (*OFFERS, Purpose.REMINDER, Purpose.SUPPORTER_ASK, Purpose.COORDINATOR_TASK)


def ends_at_human(purpose: Purpose) -> bool:
    """Whether silence ends at a human. A coordinator's task does not: `support` tells the next one on call."""
    return climbs(purpose) and purpose is not Purpose.COORDINATOR_TASK


def minds_waking_hours(purpose: Purpose, *, urgent: bool) -> bool:
    """Whether the message waits for the morning. Urgent ones never do."""
    return not urgent and purpose not in AT_ANY_HOUR


def ladder_for(policy: OutreachPolicy, purpose: Purpose, *, urgent: bool) -> Ladder:
    """Which of the pack's three ladders a purpose climbs."""
    if purpose in TO_A_SUPPORTER:
        return policy.supporter
    if urgent or purpose is Purpose.COORDINATOR_TASK:
        return policy.urgent
    return policy.offer


def choices_for(purpose: Purpose) -> tuple[Choice, ...]:
    """What the answer page of this purpose offers, in its order (`domain.md` R35-R37: later change of mind is free)."""
    if purpose is Purpose.SUPPORTER_ASK:
        return (Choice.ACCEPT, Choice.REFUSE)
    if purpose in TO_THE_PERSON:
        return OFFER_CHOICES
    return ()


def card_choices(*, by_coordinator: bool) -> tuple[Choice, ...]:
    """What can be recorded from a contact card: a supporter has spoken; a coordinator says what came of the call."""
    if by_coordinator:
        return (*OFFER_CHOICES, Choice.NOT_REACHED)
    return (Choice.CONTACTED,)
