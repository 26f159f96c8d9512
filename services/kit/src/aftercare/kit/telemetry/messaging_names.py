"""Attribute names of the OpenTelemetry messaging conventions (1.44, still *Development*), in one place to change.

Only what is opaque is named here: no message body, no header, no URL.
"""

from enum import StrEnum


class Messaging(StrEnum):
    """Span and metric attributes for messages."""

    SYSTEM = "messaging.system"
    """Always `kafka`."""
    OPERATION_NAME = "messaging.operation.name"
    """What is done, as Kafka calls it: `process`."""
    OPERATION_TYPE = "messaging.operation.type"
    """What is done, in general: `process`, `send`."""
    DESTINATION = "messaging.destination.name"
    """The topic."""
    PARTITION = "messaging.destination.partition.id"
    """The partition, as text."""
    GROUP = "messaging.consumer.group.name"
    """The consumer group."""
    BATCH_SIZE = "messaging.batch.message_count"
    """How many messages one operation handled."""
    OFFSET = "messaging.kafka.offset"
    """The offset of the first message."""
