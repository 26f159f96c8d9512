"""Runs a service's consumers on Faust: the only module that imports it.

Faust brings the records, the group and the commits; it never sees a message, an exception or a table of ours
(stream-runtime D1-D3). Whatever escapes ends the process at once: a Faust agent that failed would go on
acknowledging messages that nobody handled.
"""

import asyncio
import contextlib
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faust
from faust.transport.drivers.aiokafka import Consumer

from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.messaging.consumer import Record
from aftercare.kit.messaging.metadata_rest import rest_after_failures
from aftercare.kit.messaging.pipeline import BATCH_SIZE, Pipeline
from aftercare.kit.messaging.standing import Standing
from aftercare.kit.stream import offset_guard
from aftercare.kit.stream.batches import Batches, SourceEnded
from aftercare.kit.stream.broker_wait import wait_for_broker
from aftercare.kit.stream.progress import Progress
from aftercare.kit.stream.stale_leader import StaleLeader

log = logging.getLogger(__name__)

EXIT_ESCAPED = 70
"""Exit status when something went wrong that only a new process can put right."""
BEAT_SECONDS = 2.0
CANCEL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """How a worker joins its group."""

    group: str
    """Consumer group: `aftercare.<service>`. Stable for ever: offsets and rights hang on it."""
    instance: str | None = None
    """A stable name of this replica, for static membership: a quick restart then disturbs nobody."""
    session_timeout: float = 30.0
    heartbeat_interval: float = 3.0
    rebalance_timeout: float = 60.0
    commit_interval: float = 1.0
    stop_timeout: float = 20.0
    """How long a stop waits for the batch in hand. Nothing is lost if it has to be cut."""


async def run_worker(
    connection: KafkaConnection,
    pipelines: Sequence[Pipeline],
    options: StreamOptions,
    stop: asyncio.Event,
    progress: Progress | None = None,
) -> None:
    """Consume until `stop` is set, then finish the batches in hand, commit and leave.

    Waits for the broker first. Ends the process (status 70) if anything escapes.
    """
    progress = progress or Progress()
    standing = pipelines[0].standing
    standing.troubled("stream", "starts")
    if not await _unless_stopped(wait_for_broker(connection, standing), stop):
        return
    offset_guard.install(Consumer, faust.__version__)
    rest_after_failures()
    app = build_app(connection, pipelines, options, progress)
    beat = asyncio.create_task(_watch(app, progress, standing), name="stream-watch")
    try:
        starting = asyncio.ensure_future(app.start())
        await _until_stopped_or_crashed(app, starting, stop)
        await _leave(app, starting, options.stop_timeout)
    except Exception as error:  # noqa: BLE001 # see the module's text
        die("the stream worker", error)
    finally:
        beat.cancel()


def build_app(
    connection: KafkaConnection, pipelines: Sequence[Pipeline], options: StreamOptions, progress: Progress
) -> faust.App:
    """The Faust app with one agent per consumer: raw bytes in, nothing out, no web, no tables, no topics made."""
    app = faust.App(
        options.group,
        broker=connection.broker_urls(),
        broker_credentials=_credentials(connection),
        store="memory://",
        table_standby_replicas=0,
        key_serializer="raw",
        value_serializer="raw",
        broker_session_timeout=options.session_timeout,
        broker_heartbeat_interval=options.heartbeat_interval,
        broker_rebalance_timeout=options.rebalance_timeout,
        broker_commit_interval=options.commit_interval,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=options.instance,
        stream_wait_empty=True,
        stream_buffer_maxsize=4096,
        producer_acks=-1,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        datadir=str(Path(tempfile.gettempdir()) / f"faust-{os.getpid()}"),
        worker_redirect_stdouts=False,
    )
    for pipeline in pipelines:
        _add_agent(app, pipeline, progress)
    _follow_assignments(app, pipelines, progress)
    return app


def die(who: str, error: BaseException) -> None:
    """Leave at once, without running anything that could acknowledge what was not handled."""
    log.critical(
        "%s failed with %s; the process ends, nothing is acknowledged", who, type(error).__name__, exc_info=error
    )
    logging.shutdown()
    os._exit(EXIT_ESCAPED)


def _add_agent(app: faust.App, pipeline: Pipeline, progress: Progress) -> None:
    async def consume(stream: Any) -> None:
        try:
            await _consume(stream, pipeline, progress)
        except SourceEnded as error:
            if not app.should_stop:  # while all is being stopped, a stream may well end first
                die(pipeline.consumer.name, error)
        except Exception as error:  # noqa: BLE001 # an exception that left here would acknowledge its batch
            die(pipeline.consumer.name, error)

    topic = app.topic(pipeline.consumer.topic, key_serializer="raw", value_serializer="raw")
    app.agent(topic, name=pipeline.consumer.name, concurrency=1)(consume)


async def _consume(stream: Any, pipeline: Pipeline, progress: Progress) -> None:
    name = pipeline.consumer.name
    async with contextlib.aclosing(aiter(Batches[Any](_events(stream), BATCH_SIZE))) as batches:
        async for batch in batches:
            progress.begun(name)
            await pipeline.handle_batch([record_of(event.message) for event in batch])
            for event in batch:  # in offset order, only after the commit
                await stream.ack(event)
            progress.finished(name, len(batch))


async def _events(stream: Any) -> AsyncIterator[Any]:
    async for event in stream.noack().events():
        yield event


def record_of(message: Any) -> Record:
    """Our own record from Faust's message."""
    headers = message.headers or ()
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=tuple((name, value or b"") for name, value in pairs),
        timestamp_ms=None if message.timestamp is None else int(message.timestamp * 1000),
    )


def _follow_assignments(app: faust.App, pipelines: Sequence[Pipeline], progress: Progress) -> None:
    async def assigned(_app: Any, partitions: Any, **_: Any) -> None:
        for pipeline in pipelines:
            mine = {tp.partition for tp in partitions if tp.topic == pipeline.consumer.topic}
            progress.assigned(pipeline.consumer.name, mine)
        progress.joined = True

    async def revoked(_app: Any, partitions: Any, **_: Any) -> None:
        for pipeline in pipelines:
            pipeline.forget_partitions((tp.topic, tp.partition) for tp in partitions)
            progress.assigned(pipeline.consumer.name, ())

    signals: Any = app
    signals.on_partitions_assigned.connect(assigned, weak=False)
    signals.on_partitions_revoked.connect(revoked, weak=False)


def _credentials(connection: KafkaConnection) -> Any:
    if connection.uses_sasl:
        return faust.SASLCredentials(
            username=connection.username,
            password=connection.password,
            mechanism=connection.mechanism,
            ssl_context=connection.tls(),
        )
    return connection.tls()


async def _watch(app: faust.App, progress: Progress, standing: Standing) -> None:
    """The heartbeat, readiness and lag."""
    stale = StaleLeader()
    while True:
        progress.beat()
        if stale.heard():
            _rejoin(app)
            standing.troubled("stream", "waits to learn of its topics")
        elif app.rebalancing or not progress.joined:
            standing.troubled("stream", "joins its group")
        else:
            standing.fine("stream")
            with contextlib.suppress(Exception):  # between two assignments Faust knows no numbers; the next look will
                _measure_lag(app, progress)
        await asyncio.sleep(BEAT_SECONDS if progress.joined else 0.05)


def _rejoin(app: faust.App) -> None:
    """Ask the group for a rebalance: this worker dealt out partitions without knowing the topics.

    Learns of the topics first: aiokafka asks by itself only every five minutes once the broker has answered.
    """
    log.warning("stream: partitions were dealt out without knowing the topics; asking for it again")
    consumer: Any = app.consumer
    thread = consumer._thread  # noqa: SLF001 # no public way to it
    kafka = thread._ensure_consumer()  # noqa: SLF001

    async def learn_and_rejoin() -> None:
        try:
            await kafka._client.force_metadata_update()  # noqa: SLF001
        finally:  # whatever became of it: without a rebalance nobody would ask again
            kafka._coordinator.request_rejoin()  # noqa: SLF001

    asyncio.run_coroutine_threadsafe(learn_and_rejoin(), thread.thread_loop)


def _measure_lag(app: faust.App, progress: Progress) -> None:
    consumers = {str(agent.channel.get_topic_name()): name for name, agent in app.agents.items()}
    for lags in progress.consumers.values():
        lags.lag.clear()
    consumer: Any = app.consumer
    for tp in consumer.assignment():
        end = consumer.highwater(tp)
        handled = consumer._committed_offset.get(tp)  # noqa: SLF001 # no public way to it
        if end is not None and tp.topic in consumers:
            progress.of(consumers[tp.topic]).lag[tp.partition] = max(0, end - (handled or 0))


async def _until_stopped_or_crashed(app: faust.App, starting: asyncio.Future[None], stop: asyncio.Event) -> None:
    if not await _unless_stopped(asyncio.shield(starting), stop):
        return
    await _unless_stopped(app.wait_until_stopped(), stop)
    if not stop.is_set():
        raise RuntimeError("Faust stopped by itself") from app.crash_reason


async def _leave(app: faust.App, starting: asyncio.Future[None], seconds: float) -> None:
    """Faust swallows a cancellation while it waits for a batch, so its stop is watched from outside.

    A start is never cut short: Faust would leave its consumer's thread behind, which keeps the process for ever.
    """

    async def start_and_stop() -> None:
        await starting
        await app.stop()

    stopping = asyncio.ensure_future(start_and_stop())
    done, _ = await asyncio.wait({stopping}, timeout=seconds)
    if done:
        stopping.result()
        return
    log.warning("not ended after %.0f s; a batch that is still in hand will be delivered again", seconds)
    logging.shutdown()
    os._exit(0)


async def _unless_stopped(work: Any, stop: asyncio.Event) -> bool:
    """Run `work` to its end, or drop it when `stop` comes first. Returns whether it ended."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            return False
        await working
        return True
    finally:
        stopping.cancel()
        if not working.done():
            working.cancel()
            await asyncio.wait({working}, timeout=CANCEL_SECONDS)
