"""How far the stream worker is: what health and metrics ask."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class ConsumerProgress:
    """One consumer's. Times are in the event loop's seconds."""

    last_batch_finished: float | None = None
    in_flight_since: float | None = None
    records: int = 0
    partitions: set[int] = field(default_factory=set)
    lag: dict[int, int] = field(default_factory=dict)
    """Records between what is handled and the end of the partition, as far as the last fetch told."""


class Progress:
    """Written by the worker, read by `/healthz`, `/readyz` and the gauges."""

    def __init__(self) -> None:
        self.consumers: dict[str, ConsumerProgress] = {}
        self.joined = False
        """Whether the group has given this worker its partitions (none is an answer, too)."""
        self.last_beat: float | None = None
        """When the worker's loop last turned: old means it hangs."""

    def of(self, consumer: str) -> ConsumerProgress:
        return self.consumers.setdefault(consumer, ConsumerProgress())

    def begun(self, consumer: str) -> None:
        self.of(consumer).in_flight_since = asyncio.get_running_loop().time()

    def finished(self, consumer: str, records: int) -> None:
        mine = self.of(consumer)
        mine.last_batch_finished = asyncio.get_running_loop().time()
        mine.in_flight_since = None
        mine.records += records

    def assigned(self, consumer: str, partitions: Iterable[int]) -> None:
        self.of(consumer).partitions = set(partitions)

    def beat(self) -> None:
        self.last_beat = asyncio.get_running_loop().time()

    def in_flight_seconds(self, consumer: str) -> float:
        """How long the current batch has been worked on; 0 when there is none."""
        since = self.of(consumer).in_flight_since
        return 0.0 if since is None else asyncio.get_running_loop().time() - since

    def seconds_since_beat(self) -> float:
        """How long ago the loop last turned; 0 before the start."""
        return 0.0 if self.last_beat is None else asyncio.get_running_loop().time() - self.last_beat

    def total_lag(self) -> int:
        return sum(sum(mine.lag.values()) for mine in self.consumers.values())
