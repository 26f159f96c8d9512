"""Puts one process together: database, clock, unit of work, relay, service, health; and takes it apart again."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from aftercare.kit.clock import clock_from
from aftercare.kit.health import Health, Trouble
from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.messaging.observer import Observer
from aftercare.kit.process.blueprint import Blueprint
from aftercare.kit.process.brokers import kafka_connection
from aftercare.kit.process.loops import Loops
from aftercare.kit.service import Runtime, Service
from aftercare.kit.settings import ServiceSettings, SettingsError
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.kit.telemetry.meters import MeteredObserver, MeteredStanding
from aftercare.kit.telemetry.traces import outgoing_traceparent

Role = Literal["api", "stream"]
RELAY = "relay"
_ASK_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Assembly:
    """A process, wired."""

    role: Role
    settings: ServiceSettings
    engine: AsyncEngine
    runtime: Runtime
    service: Service
    loops: Loops
    health: Health
    observer: Observer
    kafka: KafkaConnection


@asynccontextmanager
async def assembled(blueprint: Blueprint, settings: ServiceSettings, role: Role) -> AsyncIterator[Assembly]:
    """Build everything, start the loops that both roles have, and close what was opened at the end."""
    with _told_to_a_person():
        clock = clock_from(settings.clock, local=settings.is_local)
        kafka = kafka_connection(settings)
    health = Health(blueprint.name, role, MeteredStanding(), frozenset({RELAY}) if role == "api" else frozenset())
    loops = Loops(health)
    engine = create_engine(settings.database_url.get_secret_value(), name=f"aftercare {blueprint.name} {role}")
    source = f"urn:aftercare:{blueprint.name}"
    unit_of_work = UnitOfWork(engine, clock, source, lambda: loops.wake(RELAY), outgoing_traceparent)
    runtime = Runtime(blueprint.name, clock, unit_of_work, loops.wake)
    try:
        with _told_to_a_person():
            built = blueprint.bootstrap(runtime, settings)
            service = await built if inspect.isawaitable(built) else built
        health.needs["database"] = lambda: database_trouble(engine)
        assembly = Assembly(
            role, settings, engine, runtime, service, loops, health, MeteredObserver(f"aftercare.{service.name}"), kafka
        )
        try:
            yield assembly
        finally:
            await loops.stop()
            for close in service.closing:
                await close()
    finally:
        await engine.dispose()


@contextmanager
def _told_to_a_person() -> Iterator[None]:
    """What can't be built from the settings is said in its own words, at the start, on the console."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise SettingsError(f"Can't start: {error}") from error


def start_relay(assembly: Assembly) -> None:
    """Publish what transactions leave in the outbox, in this process too."""
    from aftercare.kit.messaging.kafka_publisher import KafkaPublisher  # noqa: PLC0415 - loads the Kafka client
    from aftercare.kit.store.relay import Relay  # noqa: PLC0415

    name = f"aftercare.{assembly.service.name}.{assembly.role}"
    relay = Relay(
        assembly.engine,
        KafkaPublisher(assembly.kafka, name),
        assembly.runtime.clock,
        assembly.observer,
        assembly.health.standing,
    )
    assembly.loops.keep(RELAY, relay.run, relay.kick)


def start_background(assembly: Assembly) -> None:
    """Start the service's own steps that belong to this role."""
    assembly.loops.start(
        (each.name, each.step)
        for each in assembly.service.background
        if (each.in_api if assembly.role == "api" else each.in_stream)
    )


async def database_trouble(engine: AsyncEngine) -> Trouble:
    """Whether the database answers and knows our tables, asked within 2 seconds."""
    try:
        async with asyncio.timeout(_ASK_SECONDS), engine.connect() as connection:
            await connection.execute(text("select 1 from outbox limit 1"))
    except ProgrammingError:
        return "not migrated: run the migrate command"
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is that the database can't be used
        return f"unreachable: {type(error).__name__}"
    return None
