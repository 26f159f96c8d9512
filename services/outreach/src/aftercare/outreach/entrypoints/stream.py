"""What `outreach` reads: requests to reach somebody, and cards to show."""

from collections.abc import Sequence
from itertools import groupby

from aftercare.kit.messaging.consumer import Consumer, Received
from aftercare.kit.store.transaction import Transaction
from aftercare.outreach import translation
from aftercare.outreach.service_layer.requesting import Requesting
from aftercare.schemas.base import Message
from aftercare.schemas.outreach_request import CardGrantedV1, CardRevokedV1, ContactCancelledV1, ContactRequestedV1
from aftercare.schemas.topics import Topic


def consumers(requesting: Requesting) -> tuple[Consumer[Message], ...]:
    """One topic, in order per person."""

    async def handle(tx: Transaction, batch: Sequence[Received[Message]]) -> None:
        for kind, run in groupby(batch, key=lambda received: type(received.message)):
            await _handle_run(tx, requesting, kind, list(run))

    return (Consumer("outreach-request", Topic.OUTREACH_REQUEST, translation.read, handle),)


async def _handle_run(
    tx: Transaction, requesting: Requesting, kind: type[Message], run: Sequence[Received[Message]]
) -> None:
    """Messages of one type that follow each other, in one go. Other types on the topic are not for us."""
    messages = [received.message for received in run]
    if kind is ContactRequestedV1:
        await requesting.request(tx, [translation.request_from(received) for received in run])
    elif kind is ContactCancelledV1:
        await requesting.cancel(tx, [one.request for one in messages if isinstance(one, ContactCancelledV1)])
    elif kind is CardGrantedV1:
        cards = [translation.card_from(one) for one in messages if isinstance(one, CardGrantedV1)]
        await requesting.grant_cards(tx, cards)
    elif kind is CardRevokedV1:
        await requesting.revoke_cards(tx, [one.card for one in messages if isinstance(one, CardRevokedV1)])
