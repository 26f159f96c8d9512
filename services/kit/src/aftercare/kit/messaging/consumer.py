"""What a service says about a topic that it reads. Who runs it (Faust, a backfill, HTTP) is not its concern."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from aftercare.kit.messaging.envelope import Cause
from aftercare.kit.store.transaction import Transaction

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the broker gave it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp_ms: int | None = None

    @property
    def position(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class Received(Generic[T]):
    """A record that could be read. `source` and `id` are its identity for the inbox."""

    source: str
    id: str
    message: T
    cause: Cause = field(default_factory=Cause)
    record: Record | None = None


Decode = Callable[[Record], Received[T] | None]
"""Reads a record. `None`: not for us (an unknown type), skipped and counted. Raises `InvalidMessage`."""

Handle = Callable[[Transaction, Sequence[Received[T]]], Awaitable[None]]
"""Handles a batch in one transaction, in order. It reads what it needs in one go, decides, writes in one go.

It may raise `InvalidMessage`: the batch is then rolled back and handled message by message, so that only
the offender becomes a dead letter. It never commits and never touches the outside world.
"""


@dataclass(frozen=True, slots=True)
class Consumer(Generic[T]):
    """One topic, read by one service."""

    name: str
    """Unique in the service, stable for ever: it is part of the inbox key."""
    topic: str
    decode: Decode[T]
    handle: Handle[T]
    keeps_bytes: bool = False
    """The service stores raw records itself (encrypted): dead letters carry a hash, not the bytes."""
    concurrency: int = 1
