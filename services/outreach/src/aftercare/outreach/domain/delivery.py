"""What a receipt may do to a message, and how long to wait after a failure that will pass."""

from datetime import timedelta
from enum import StrEnum

from aftercare.outreach.domain.vocabulary import MessageStatus

_FIRST = timedelta(seconds=2)
_LONGEST = timedelta(minutes=5)


class Action(StrEnum):
    """RFC 3464, 2.3.3."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


def after_receipt(status: MessageStatus, action: Action) -> MessageStatus:
    """The message's status once a receipt has come. Late, doubled and odd receipts change nothing.

    Nothing returns from *failed* or *cancelled*. A *failed* after *delivered* is believed: a relay may have said
    *delivered* too early, and going on is the smaller error.
    """
    if status in (MessageStatus.FAILED, MessageStatus.CANCELLED):
        return status
    if action is Action.FAILED:
        return MessageStatus.FAILED
    if action is Action.DELIVERED:
        return MessageStatus.DELIVERED
    return status


def backoff(attempts: int, chance: float) -> timedelta:
    """How long to wait after the `attempts`-th failure (1 is the first). `chance` is in [0, 1): full jitter, half kept.

    2 s, 4 s, 8 s … up to 5 minutes, each shortened by up to a half, so that many messages do not come back at once.
    """
    doubled: int = 2 ** min(attempts - 1, 16)
    whole = min(_FIRST * doubled, _LONGEST)
    return whole * (1 - chance / 2)
