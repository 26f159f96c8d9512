"""What `outreach` measures. No attribute says anything about a person."""

from enum import StrEnum

from aftercare.kit.telemetry.catalogue import Catalogue, Described
from aftercare.outreach.domain.vocabulary import Channel, Choice, HumanReason, MessageStatus, Purpose


class Metric(StrEnum):
    MESSAGES = "aftercare.outreach.messages"
    TIME_TO_SENT = "aftercare.outreach.time_to_sent"
    SEND_DURATION = "aftercare.outreach.send_duration"
    POSTPONED = "aftercare.outreach.postponed"
    HUMAN_NEEDED = "aftercare.outreach.human_needed"
    ANSWERS = "aftercare.outreach.answers"
    RECEIPTS = "aftercare.outreach.receipts"
    CARD_LOOKS = "aftercare.outreach.card_looks"
    PAGES = "aftercare.outreach.pages_refused"


class Attribute(StrEnum):
    CHANNEL = "channel"
    STATUS = "status"
    PURPOSE = "purpose"
    REASON = "reason"
    KIND = "kind"


_SECONDS_LONG = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 120.0, 600.0, 3600.0, 14400.0, 86400.0)

CATALOGUE = Catalogue(
    "aftercare.outreach",
    {
        Metric.MESSAGES: Described(
            "counter",
            "{message}",
            "Messages by what became of them. *Sent* is a server's 250, not a person.",
            (Attribute.CHANNEL, Attribute.STATUS, Attribute.PURPOSE),
        ),
        Metric.TIME_TO_SENT: Described(
            "histogram",
            "s",
            "From the request to the first server that took the message, merge window and waking hours included.",
            (Attribute.CHANNEL, Attribute.KIND),
            _SECONDS_LONG,
        ),
        Metric.SEND_DURATION: Described(
            "histogram", "s", "From claiming a message to the server's answer.", (Attribute.CHANNEL,)
        ),
        Metric.POSTPONED: Described("counter", "{message}", "Messages that wait for something.", (Attribute.REASON,)),
        Metric.HUMAN_NEEDED: Described("counter", "{approach}", "Ladders that ended at a human.", (Attribute.REASON,)),
        Metric.ANSWERS: Described(
            "counter", "{answer}", "Confirmed choices. Which one is not said.", (Attribute.KIND,)
        ),
        Metric.RECEIPTS: Described("counter", "{receipt}", "Receipts by what they led to.", (Attribute.REASON,)),
        Metric.CARD_LOOKS: Described("counter", "{look}", "Contact cards shown.", ()),
        Metric.PAGES: Described("counter", "{request}", "Page requests that were slowed down.", (Attribute.REASON,)),
    },
)


def count_message(channel: Channel, status: MessageStatus, purpose: Purpose) -> None:
    """A message moved."""
    CATALOGUE.add(
        Metric.MESSAGES,
        1,
        {Attribute.CHANNEL: str(channel), Attribute.STATUS: str(status), Attribute.PURPOSE: str(purpose)},
    )


def record_sent(channel: Channel, *, urgent: bool, since_request: float, sending: float) -> None:
    """A server took a message: seconds since the request, and seconds since it was claimed."""
    kind = "urgent" if urgent else "usual"
    CATALOGUE.record(Metric.TIME_TO_SENT, since_request, {Attribute.CHANNEL: str(channel), Attribute.KIND: kind})
    CATALOGUE.record(Metric.SEND_DURATION, sending, {Attribute.CHANNEL: str(channel)})


def count_postponed(reason: str) -> None:
    """`reason` is a slug of our own."""
    CATALOGUE.add(Metric.POSTPONED, 1, {Attribute.REASON: reason})


def count_human_needed(reason: HumanReason) -> None:
    CATALOGUE.add(Metric.HUMAN_NEEDED, 1, {Attribute.REASON: str(reason)})


def count_answer(choice: Choice, *, by_human: bool) -> None:
    """An answer or an undo; the choice itself is nobody's business here."""
    kind = "undo" if choice is Choice.UNDO else "by-human" if by_human else "own"
    CATALOGUE.add(Metric.ANSWERS, 1, {Attribute.KIND: kind})


def count_receipt(result: str) -> None:
    """`result` is a slug of our own."""
    CATALOGUE.add(Metric.RECEIPTS, 1, {Attribute.REASON: result})


def count_card_look() -> None:
    CATALOGUE.add(Metric.CARD_LOOKS, 1)


def count_refused_page(reason: str) -> None:
    """`reason` is a slug of our own."""
    CATALOGUE.add(Metric.PAGES, 1, {Attribute.REASON: reason})
