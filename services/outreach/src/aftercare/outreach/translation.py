"""Between the contracts (`aftercare.schemas`) and our own words. The only file that knows both."""

import re
from collections.abc import Sequence
from datetime import datetime

from aftercare.kit.messaging.codec import typed
from aftercare.kit.messaging.consumer import Received
from aftercare.kit.messaging.envelope import Cause
from aftercare.kit.outcome import InvalidMessage
from aftercare.outreach.adapters.answers import StoredAnswer
from aftercare.outreach.adapters.approaches import Carried
from aftercare.outreach.adapters.rows import Approach
from aftercare.outreach.adapters.rows import Message as StoredMessage
from aftercare.outreach.domain.vocabulary import Channel, HumanReason, MessageStatus, Purpose
from aftercare.outreach.service_layer.commands import GrantCard, RequestContact, Trail
from aftercare.schemas import answer, outreach, outreach_request, staff
from aftercare.schemas.base import Message
from aftercare.schemas.registry import UnreadableMessageError, decode

_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_TRACEPARENT = re.compile(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")

read = typed(lambda kind, data, key: decode(kind, data, key=key), UnreadableMessageError)
"""Reads a record of `aftercare.outreach-request`."""


def request_from(received: Received[Message]) -> RequestContact:
    """A request in our words. Its trail is kept only where it is an opaque reference."""
    message = received.message
    if not isinstance(message, outreach_request.ContactRequestedV1):
        raise TypeError(type(message).__name__)
    if (message.person is None) is (message.duty is None):
        raise InvalidMessage("no-recipient", "exactly one of person and duty must be set")
    return RequestContact(
        ref=message.request,
        purpose=Purpose(message.purpose),
        regarding=message.regarding,
        person=message.person,
        duty=message.duty,
        urgent=message.urgent,
        zone=message.zone,
        language=message.language,
        channels=tuple(Channel(channel) for channel in message.channels),
        requested=message.requested,
        expires=message.expires,
        trail=Trail(
            correlation=_if(_UUID, received.cause.correlation_id),
            causation=_if(_UUID, received.id),
            traceparent=_if(_TRACEPARENT, received.cause.traceparent),
        ),
    )


def card_from(message: outreach_request.CardGrantedV1) -> GrantCard:
    """A card in our words."""
    return GrantCard(
        ref=message.card,
        request=message.request,
        regarding=message.regarding,
        person=message.person,
        holder=message.holder,
        duty=message.duty,
        wishes=tuple(str(wish) for wish in message.wishes),
        urgent=message.urgent,
        granted=message.granted,
        expires=message.expires,
    )


def cause_of(trail: Trail) -> Cause:
    """What an event that follows from a request names as its cause."""
    return Cause(trail.correlation, trail.causation, trail.traceparent)


def status_changed(
    message: StoredMessage, approach: Approach, carried: Sequence[Carried], status: MessageStatus, now: datetime
) -> outreach.MessageStatusChangedV1:
    """One message moved. It names all live requests that travel with it, or all when none is live any more."""
    live = [one for one in carried if not one.cancelled] or list(carried)
    return outreach.MessageStatusChangedV1(
        message=message.ref,
        requests=tuple(one.ref for one in live),
        person=approach.person,
        purpose=outreach_request.Purpose(approach.purpose),
        channel=staff.ChannelKind(message.channel or Channel.EMAIL),
        status=outreach.MessageStatus(status),
        regarding=tuple(dict.fromkeys(one.regarding for one in live)),
        changed=now,
    )


def human_needed(one: Carried, person: str | None, reason: HumanReason, now: datetime) -> outreach.HumanNeededV1:
    """The ladder of this request has ended."""
    return outreach.HumanNeededV1(
        request=one.ref,
        regarding=one.regarding,
        person=person,
        reason=outreach.HumanNeededReason(reason),
        needed=now,
    )


def answer_given(one: StoredAnswer) -> answer.AnswerGivenV1:
    """A confirmed choice."""
    return answer.AnswerGivenV1(
        answer=one.ref,
        request=one.request,
        regarding=one.regarding,
        person=one.person,
        choice=answer.Choice(one.choice),
        by_human=one.by_human,
        given=one.given,
    )


def answer_undone(one: StoredAnswer, now: datetime) -> answer.AnswerUndoneV1 | None:
    """The answer was taken back. `None` for an answer that no request stands behind."""
    if one.request is None:
        return None
    return answer.AnswerUndoneV1(
        answer=one.ref, request=one.request, regarding=one.regarding, person=one.person, undone=now
    )


def person_reached(regarding: str, person: str, request: str | None, *, by_human: bool, now: datetime) -> Message:
    """A person answered, or a human says to have spoken to them."""
    return outreach.PersonReachedV1(
        request=request,
        regarding=regarding,
        person=person,
        by=outreach.ReachedBy.HUMAN if by_human else outreach.ReachedBy.ANSWER,
        reached=now,
    )


def _if(pattern: re.Pattern[str], value: str | None) -> str | None:
    return value if value and pattern.fullmatch(value) else None
