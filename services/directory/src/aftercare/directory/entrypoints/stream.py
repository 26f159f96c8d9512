"""What the directory consumes: `aftercare.identity-question`. The kit runs it on Faust."""

from collections.abc import Sequence

from aftercare.directory.service_layer.identity import Seals, on_asked
from aftercare.kit.messaging.codec import typed
from aftercare.kit.messaging.consumer import Consumer, Received, Record
from aftercare.kit.store.transaction import Transaction
from aftercare.schemas.identity import IdentityAskedV1
from aftercare.schemas.registry import UnreadableMessageError, decode

_decode = typed(lambda kind, data, key: decode(kind, data, key=key), UnreadableMessageError)


def asked(record: Record) -> Received[IdentityAskedV1] | None:
    """A question, or `None` for a type that came later than this release."""
    received = _decode(record)
    if received is None or not isinstance(received.message, IdentityAskedV1):
        return None
    return Received(received.source, received.id, received.message, received.cause, received.record)


def consumers(seals: Seals) -> tuple[Consumer[IdentityAskedV1], ...]:
    """All topics that the directory reads."""

    async def handle(tx: Transaction, batch: Sequence[Received[IdentityAskedV1]]) -> None:
        await on_asked(tx, seals, batch)

    return (Consumer("identity-questions", IdentityAskedV1.topic, asked, handle),)
