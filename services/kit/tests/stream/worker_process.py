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

from aiokafka.client import AIOKafkaClient
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
from aftercare.kit.stream import faust_worker
from aftercare.kit.stream.faust_worker import StreamOptions, run_worker
from aftercare.kit.stream.progress import Progress
from aftercare.kit.testing.waiting import eventually


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


def break_faust(progress: Progress) -> None:
    """Have Faust's consumer thread crash as soon as the worker has joined."""
    build_app = faust_worker.build_app
    crashes = []

    def build_and_break(*arguments: Any) -> Any:
        app: Any = build_app(*arguments)

        async def crash() -> None:
            await eventually(lambda: progress.joined, within=60)
            await app.consumer._thread.crash(RuntimeError("broken on purpose"))

        crashes.append(asyncio.create_task(crash()))
        return app

    faust_worker.build_app = build_and_break


def learn_nothing_of_topics(client: Any = AIOKafkaClient) -> None:
    """As if the broker went away just when the consumer first asked for its topics."""
    update, has_failed = client._metadata_update, []

    async def fail_once(self: Any, cluster: Any, topics: Any) -> bool:
        if topics and not has_failed:
            has_failed.append(True)
            return False
        return bool(await update(self, cluster, topics))

    client._metadata_update = fail_once


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
    options = StreamOptions(
        given["group"],
        given.get("instance"),
        session_timeout=6.0,
        heartbeat_interval=1.0,
        stop_timeout=given.get("stop_timeout", 20.0),
    )
    progress = Progress()
    if given.get("blind"):
        learn_nothing_of_topics()
    if given.get("crash"):
        break_faust(progress)
    await run_worker(connection, [pipeline], options, stop, progress)
    relaying.cancel()
    await asyncio.gather(relaying, return_exceptions=True)
    await engine.dispose()


if __name__ == "__main__":
    import logging

    import uvloop

    logging.basicConfig(level=os.environ.get("LOG", "WARNING"))
    uvloop.run(main(json.loads(sys.argv[1])))
