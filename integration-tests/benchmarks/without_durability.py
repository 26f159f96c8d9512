"""The baseline of throughput: support's worker that reads the same records and keeps nothing.

The same Faust loop, the same batches, the same decoding, and no database: `python without_durability.py JSON`, where
JSON holds `kafka`, `group` and `count`. Prints the seconds from the first batch to the last record.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any
from unittest.mock import Mock

import uvloop

from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.messaging.consumer import Consumer, Record
from aftercare.kit.messaging.pipeline import Pipeline
from aftercare.kit.stream.faust_worker import StreamOptions, run_worker
from aftercare.schemas.topics import Topic
from aftercare.support.entrypoints.stream import consumers

_NEVER_CALLED: Any = Mock()
"""Handlers: the records are decoded as by support, and then nobody handles them."""


class Forgetful(Pipeline):
    """Decodes each record, counts it, and lets it go."""

    def __init__(self, consumer: Consumer[Any], count: int, stop: asyncio.Event) -> None:
        super().__init__(consumer, None, "bench")  # type: ignore[arg-type] # it opens no transaction
        self._left = count
        self._stop = stop
        self._began: float | None = None

    async def handle_batch(self, records: Sequence[Record]) -> None:
        loop = asyncio.get_running_loop()
        self._began = self._began or loop.time()
        self._left -= sum(self.consumer.decode(record) is not None for record in records)
        if self._left <= 0 and not self._stop.is_set():
            print(loop.time() - self._began, flush=True)
            self._stop.set()

    def forget_partitions(self, partitions: object) -> None:
        """Nothing is remembered."""


async def main(given: dict[str, Any]) -> None:
    stop = asyncio.Event()
    incidents = next(one for one in consumers(_NEVER_CALLED) if one.topic == Topic.INCIDENT)
    pipeline = Forgetful(incidents, given["count"], stop)
    await run_worker(KafkaConnection(**given["kafka"]), [pipeline], StreamOptions(given["group"]), stop)


if __name__ == "__main__":
    uvloop.run(main(json.loads(sys.argv[1])))
