"""A small service in a process of its own, for tests that kill it: one consumer, one table, a relay.

Usage: `python worker_process.py JSON`, where JSON holds database, topic, group, and how to reach Kafka.
Each message is an effect row and an event on `<topic>.out`.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from aftercare.kit.clock import SystemClock
from aftercare.kit.messaging.codec import typed
from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.messaging.consumer import Consumer, Received
from aftercare.kit.messaging.kafka_publisher import KafkaPublisher
from aftercare.kit.messaging.pipeline import Pipeline
from aftercare.kit.outcome import InvalidMessage
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.relay import Relay
from aftercare.kit.store.transaction import OutboxRow, Transaction, UnitOfWork
from aftercare.kit.stream.faust_worker import StreamOptions, run_worker


def read(message_type: str, data: bytes | None, key: str | None) -> dict[str, Any] | None:
    del message_type, key
    body: dict[str, Any] = json.loads(data or b"null")
    return body


async def handle(tx: Transaction, batch: Sequence[Received[Any]]) -> None:
    for received in batch:
        if received.message.get("poison"):
            raise InvalidMessage("poison")
        if received.message.get("deadly"):
            os.kill(os.getpid(), signal.SIGKILL)
    ids = [received.id for received in batch]
    await tx.connection.execute(
        text("insert into effect (id, at) select i, clock_timestamp() from unnest(cast(:ids as text[])) as i"),
        {"ids": ids},
    )
    for received in batch:
        record = received.record
        if record is not None:
            headers = {"ce_id": received.id, "ce_specversion": "1.0", "ce_source": "urn:w", "ce_type": "out.v1"}
            tx.publish(OutboxRow(f"{record.topic}.out", record.key, record.value, headers))


async def main(given: dict[str, Any]) -> None:
    connection = KafkaConnection(**given["kafka"])
    engine = create_engine(given["database"])
    relay = Relay(engine, KafkaPublisher(connection, "worker"), SystemClock())
    unit_of_work = UnitOfWork(engine, SystemClock(), "urn:worker", relay.kick)
    consumer: Consumer[Any] = Consumer("worker", given["topic"], typed(read, ValueError), handle)
    pipeline = Pipeline(consumer, unit_of_work, "worker")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    relaying = asyncio.create_task(relay.run())
    options = StreamOptions(given["group"], given.get("instance"), session_timeout=6.0, heartbeat_interval=1.0)
    await run_worker(connection, [pipeline], options, stop)
    relaying.cancel()
    await asyncio.gather(relaying, return_exceptions=True)
    await engine.dispose()


if __name__ == "__main__":
    import logging

    import uvloop

    logging.basicConfig(level=os.environ.get("LOG", "WARNING"))
    uvloop.run(main(json.loads(sys.argv[1])))
