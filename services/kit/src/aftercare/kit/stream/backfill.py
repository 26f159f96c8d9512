"""Runs a consumer's handler over history without Faust and without a group: for rebuilding, ten times as fast.

The same pipeline, so the same inbox: what was handled before has no second effect. Offsets of the group
don't move.
"""

import logging
from collections.abc import Callable, Mapping

from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.messaging.pipeline import Pipeline
from aftercare.kit.messaging.topic_reader import reader

log = logging.getLogger(__name__)


async def backfill(
    connection: KafkaConnection,
    pipeline: Pipeline,
    starts: Mapping[int, int] | None = None,
    done: Callable[[int, int], None] = lambda _count, _total: None,
) -> int:
    """Handle everything on the consumer's topic up to its end as it is now. Returns how many records were read.

    `starts` are first offsets by partition (from the beginning without). `done` hears (so far, at most in all).
    Retries in place like the worker; stop it by cancelling.
    """
    topic = pipeline.consumer.topic
    count = 0
    async with reader(connection) as source:
        ends = await source.ends(topic)
        total = sum(ends.values()) - sum((starts or {}).values())
        log.info("backfill of %s begins: at most %d records", topic, total)
        async for batch in source.records(topic, ends, starts):
            await pipeline.handle_batch(batch)
            count += len(batch)
            done(count, total)
    log.info("backfill of %s ends: %d records", topic, count)
    return count
