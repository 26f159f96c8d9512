"""The `api` process: the service's pages, the timer loop, the relay. It works while Kafka is down."""

import asyncio
from typing import Any

from aftercare.kit.process.assembly import Assembly, assembled, start_background, start_relay
from aftercare.kit.process.blueprint import Blueprint
from aftercare.kit.process.ending import Ending
from aftercare.kit.process.garbage import rarely_collected
from aftercare.kit.process.operations import Operations
from aftercare.kit.process.server import HttpServer
from aftercare.kit.settings import ServiceSettings
from aftercare.kit.store.timers import Timers
from aftercare.kit.store.wakeups import Wakeups
from aftercare.kit.telemetry.setup import Telemetry

TIMERS = "timers"
WAKEUPS = "wakeups"


async def run(blueprint: Blueprint, settings: ServiceSettings, telemetry: Telemetry) -> int:
    """Serve until asked to end. Returns the exit code: 0 for a clean end, 1 when the server died by itself."""
    ending = Ending()
    ending.listen()
    async with rarely_collected(), assembled(blueprint, settings, "api") as assembly:
        app: Any = blueprint.create_app(assembly.service, assembly.runtime) if blueprint.create_app else None
        server = HttpServer(Operations(assembly.health, telemetry.scrape, app), settings)
        serving = await server.start()
        start_relay(assembly)
        _start_timers(assembly)
        start_background(assembly)
        return await serve_until_asked(ending, server, serving, settings)


async def serve_until_asked(
    ending: Ending, server: HttpServer, serving: asyncio.Task[None], settings: ServiceSettings
) -> int:
    """Wait for the wish to end (or the parent's, or the server's own end), then let running requests finish."""
    asked = asyncio.create_task(ending.asked.wait())
    watching = [asyncio.create_task(ending.with_parent())] if settings.end_with_parent else []
    await asyncio.wait([asked, serving], return_when=asyncio.FIRST_COMPLETED)
    died = serving.done()
    ending.ask()
    server.stop()
    for task in (asked, *watching):
        task.cancel()
    await asyncio.wait([serving], timeout=10)
    return 1 if died else 0


def _start_timers(assembly: Assembly) -> None:
    timers = Timers(assembly.runtime.unit_of_work, assembly.service.timers, assembly.observer, assembly.health.standing)
    wakeups = Wakeups(assembly.settings.database_url.get_secret_value(), timers.wake)
    assembly.loops.keep(TIMERS, timers.run, timers.wake)
    assembly.loops.keep(WAKEUPS, wakeups.run)
