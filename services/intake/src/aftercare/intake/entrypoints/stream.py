"""What `intake` consumes: the topics of existing systems. The kit runs it on Faust."""

from collections.abc import Sequence

from aftercare.intake.domain.examine import Delivery
from aftercare.intake.domain.outcome import Ending, Reason
from aftercare.intake.domain.source import Sources
from aftercare.intake.service_layer.receive import Arrival, Intake
from aftercare.intake.service_layer.take import Taken
from aftercare.kit.messaging.consumer import Consumer, Received, Record
from aftercare.kit.messaging.envelope import Cause
from aftercare.kit.messaging.tracing import trace_context
from aftercare.kit.store.transaction import OutboxRow, Transaction

SOURCE_HEADER = "aftercare-source"
"""A header by which a producer, or a bridge before us, names the source as the configuration does."""


def arrived(record: Record, sources: Sources) -> Received[Arrival]:
    """Any record, as it is. It is known by its place in the topic: the same event id with another body does occur."""
    headers = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
    lowered = {name.lower(): value for name, value in headers.items()}
    traceparent = trace_context(lowered)
    sender = sources.sender(lowered.get(SOURCE_HEADER))
    owner = sources.of_topic(record.topic)
    delivery = Delivery(record.value, headers, sender.name if sender else None, owner.name if owner else None)
    return Received(
        record.topic, record.position, Arrival(delivery, traceparent), Cause(traceparent=traceparent), record
    )


def consumers(intake: Intake, topics: Sequence[str]) -> tuple[Consumer[Arrival], ...]:
    """One consumer per topic."""

    def decode(record: Record) -> Received[Arrival]:
        return arrived(record, intake.door.sources)

    async def handle(tx: Transaction, batch: Sequence[Received[Arrival]]) -> None:
        results = await intake.receive(tx, [received.message for received in batch])
        for received, taken in zip(batch, results, strict=True):
            for one in taken:
                if _is_dead(one) and received.record is not None:
                    tx.publish(_rejection(one, received.record.topic))

    return tuple(Consumer(f"source:{topic}", topic, decode, handle, keeps_bytes=True) for topic in topics)


def _is_dead(taken: Taken) -> bool:
    """A subscription's sign of life is no record that somebody could miss."""
    return taken.outcome is Ending.REJECTED and taken.is_new and taken.reason is not Reason.SIGN_OF_LIFE


def _rejection(taken: Taken, topic: str) -> OutboxRow:
    """A dead letter without the letter: the bytes stay in our encrypted store, the reference finds them there."""
    headers = {
        "x-dead-letter-reason": taken.reason.value,
        "x-dead-letter-detail": taken.detail,
        "x-dead-letter-topic": topic,
        "x-dead-letter-service": "intake",
        "x-dead-letter-record": taken.reference,
        "x-dead-letter-sha256": taken.body_hash,
    }
    return OutboxRow(f"{topic}.dlq", taken.reference.encode(), b"{}", headers)
