"""The `stream` process: the Faust worker and the relay. It works while nobody calls HTTP, without a web framework."""

import asyncio

from aftercare.kit.health import Trouble
from aftercare.kit.messaging.pipeline import Pipeline
from aftercare.kit.process.api import serve_until_asked
from aftercare.kit.process.assembly import Assembly, assembled, start_background, start_relay
from aftercare.kit.process.blueprint import Blueprint
from aftercare.kit.process.ending import Ending
from aftercare.kit.process.garbage import rarely_collected
from aftercare.kit.process.operations import Operations
from aftercare.kit.process.server import HttpServer
from aftercare.kit.settings import ServiceSettings
from aftercare.kit.store.inbox import purging
from aftercare.kit.stream.progress import Progress
from aftercare.kit.telemetry import meters
from aftercare.kit.telemetry.setup import Telemetry

HANGS_AFTER_SECONDS = 60.0
_LAG_EVERY_SECONDS = 5.0
_STOP_SECONDS = 15.0


async def run(blueprint: Blueprint, settings: ServiceSettings, telemetry: Telemetry) -> int:
    """Consume until asked to end. Returns the exit code: 0 for a clean end."""
    ending = Ending()
    ending.listen()
    async with rarely_collected(), assembled(blueprint, settings, "stream") as assembly:
        server = HttpServer(Operations(assembly.health, telemetry.scrape), settings)
        serving = await server.start()
        start_relay(assembly)
        start_background(assembly)
        assembly.loops.start([("inbox-purge", purging(assembly.runtime.unit_of_work))])
        working = asyncio.create_task(_work(assembly, ending.asked), name="worker")
        working.add_done_callback(lambda _: ending.ask())
        code = await serve_until_asked(ending, server, serving, settings)
        await working
    return code


async def _work(assembly: Assembly, stop: asyncio.Event) -> None:
    if not assembly.service.consumers:
        await stop.wait()
        return
    from aftercare.kit.stream.faust_worker import StreamOptions, run_worker  # noqa: PLC0415 - the only use of Faust

    progress = Progress()
    assembly.health.vitals["stream"] = lambda: _hanging(progress)
    assembly.loops.start([("lag", lambda: _report_lag(progress))])
    settings = assembly.settings
    options = StreamOptions(
        group=f"aftercare.{assembly.service.name}",
        instance=settings.kafka_instance,
        session_timeout=settings.kafka_session_seconds,
        heartbeat_interval=min(3.0, settings.kafka_session_seconds / 3),
        stop_timeout=_STOP_SECONDS,
    )
    await run_worker(assembly.kafka, _pipelines(assembly), options, stop, progress)


def _pipelines(assembly: Assembly) -> list[Pipeline]:
    return [
        Pipeline(
            consumer,
            assembly.runtime.unit_of_work,
            assembly.service.name,
            assembly.observer,
            assembly.health.standing,
        )
        for consumer in assembly.service.consumers
    ]


def _hanging(progress: Progress) -> Trouble:
    return "makes no progress" if progress.seconds_since_beat() > HANGS_AFTER_SECONDS else None


async def _report_lag(progress: Progress) -> float:
    for name, consumer in progress.consumers.items():
        meters.record_lag(name, sum(consumer.lag.values()))
        meters.record_partitions(name, len(consumer.partitions))
    return _LAG_EVERY_SECONDS
