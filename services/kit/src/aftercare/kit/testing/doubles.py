"""Stand-ins that several packages' tests share."""

from collections.abc import Sequence
from typing import Any

from aftercare.kit.messaging.consumer import Received
from aftercare.kit.messaging.observer import Observer
from aftercare.kit.store.relay import Published, Ready
from aftercare.kit.store.transaction import Transaction


class RecordingHandler:
    """A `Handle` that remembers what it was given, batch by batch, and raises what it is told to.

    `fail_on` maps a message's id to the exception to raise when the message is in the batch.
    """

    def __init__(self, fail_on: dict[str, Exception] | None = None) -> None:
        self.batches: list[list[Received[Any]]] = []
        self.fail_on = fail_on or {}

    async def __call__(self, tx: Transaction, batch: Sequence[Received[Any]]) -> None:  # noqa: ARG002
        for received in batch:
            if received.id in self.fail_on:
                raise self.fail_on[received.id]
        self.batches.append(list(batch))

    @property
    def ids(self) -> list[str]:
        """Ids of everything handled, in order."""
        return [received.id for batch in self.batches for received in batch]


class CountingObserver(Observer):
    """An `Observer` that remembers what it was told, so that a test can ask."""

    def __init__(self) -> None:
        self.retries: list[str] = []
        self.letters: list[str] = []
        self.known = 0
        self.unknown = 0
        self.halts: list[str] = []
        self.probes: list[float] = []

    def probe(self, _consumer: str, seconds: float) -> None:
        self.probes.append(seconds)

    def retried(self, _consumer: str, error_type: str) -> None:
        self.retries.append(error_type)

    def dead_letter(self, _consumer: str, reason: str) -> None:
        self.letters.append(reason)

    def duplicates(self, _consumer: str, count: int) -> None:
        self.known += count

    def skipped(self, _consumer: str, count: int) -> None:
        self.unknown += count

    def halted(self, _consumer: str, reason: str) -> None:
        self.halts.append(reason)


class FakeBroker:
    """A `Publisher` in memory. Switch `down` on for an outage, name topics in `refusing` for a single one."""

    def __init__(self) -> None:
        self.rows: list[Ready] = []
        self.down = False
        self.refusing: set[str] = set()
        self.closed = False

    async def publish(self, rows: Sequence[Ready]) -> Published:
        if self.down:
            raise ConnectionError("the broker is down")
        taken = [row for row in rows if row.topic not in self.refusing]
        self.rows.extend(taken)
        refused = {row.topic: "TopicAuthorizationFailedError" for row in rows if row.topic in self.refusing}
        return Published([row.id for row in taken], refused)

    async def close(self) -> None:
        self.closed = True
