"""`aftercare-sla auditor`: the third process of one side.

`AFTERCARE_DATABASE_URL` of this process is the auditor's own database, not the engine's; its Kafka user is its own too.
"""

import asyncio
from pathlib import Path
from typing import Any, cast

from aftercare.kit.health import Trouble
from aftercare.kit.process.api import serve_until_asked
from aftercare.kit.process.assembly import Role, assembled, start_background, start_relay
from aftercare.kit.process.blueprint import Blueprint
from aftercare.kit.process.brokers import kafka_connection
from aftercare.kit.process.ending import Ending
from aftercare.kit.process.migrate import upgrade
from aftercare.kit.process.operations import Operations
from aftercare.kit.process.server import HttpServer
from aftercare.kit.service import Background, Runtime, Service
from aftercare.kit.settings import SettingsError, load, require
from aftercare.kit.telemetry import logs, setup
from aftercare.kit.telemetry.setup import Telemetry
from aftercare.programme import PackError, load_organisation
from aftercare.sla.auditor.packs import packs_at
from aftercare.sla.auditor.process import Auditor, Book, Limits
from aftercare.sla.config import SlaSettings
from aftercare.sla.telemetry import declare_auditor

ROLE = "auditor"
_HERE = Path(__file__).resolve()
MIGRATIONS = next((each for each in _HERE.parents if (each / "migrations_auditor").is_dir()), _HERE.parent) / (
    "migrations_auditor"
)


def bootstrap(runtime: Runtime, settings: SlaSettings) -> Service:
    """The auditor of one side. Raises `SettingsError` for a pack that can't be used."""
    require(settings, "organisation")
    path = settings.organisation or ""
    beside = Path(path).parent if Path(path).is_file() else None
    try:
        organisation = load_organisation(path)
        packs = packs_at(settings.side, organisation, settings.pack_names, beside)
    except PackError as error:
        raise SettingsError(f"A pack can't be used:\n{error}") from None
    limits = Limits(settings.auditor_every, settings.auditor_settle, settings.auditor_lateness)
    book = Book(settings.side, packs, organisation)
    auditor = Auditor(runtime.unit_of_work, kafka_connection(settings), book, limits)
    declare_auditor(settings.side)
    return Service(
        name=f"sla-{settings.side}-auditor",
        application=auditor,
        background=(Background("audit", auditor.step, in_api=False, in_stream=True),),
    )


async def run(blueprint: Blueprint, settings: SlaSettings, telemetry: Telemetry) -> int:
    """Audit until asked to end. Not ready before the first whole round, and while rounds fail."""
    ending = Ending()
    ending.listen()
    async with assembled(blueprint, settings, cast("Role", ROLE)) as assembly:
        auditor = assembly.service.application
        assembly.health.needs["audit"] = lambda: _unaudited(auditor)
        server = HttpServer(Operations(assembly.health, telemetry.scrape), settings)
        serving = await server.start()
        start_relay(assembly)
        start_background(assembly)
        return await serve_until_asked(ending, server, serving, settings)


async def _unaudited(auditor: Auditor) -> Trouble:
    return None if auditor.is_current() else "no whole round yet, or none for long"


def start() -> int:
    """The process, from the environment to its exit code. Raises `SettingsError`."""
    settings = load(SlaSettings)
    name = f"sla-{settings.side}"
    logs.configure(name, ROLE, settings.log_level)
    telemetry = setup.start(name, ROLE, settings.otlp_endpoint)
    blueprint = Blueprint(f"{name}-auditor", SlaSettings, bootstrap)
    try:
        return asyncio.run(run(blueprint, settings, telemetry))
    finally:
        telemetry.stop()


def migrate() -> tuple[str | None, str | None]:
    """Bring the auditor's own database to this release. Raises `SettingsError`."""
    settings: Any = load(SlaSettings)
    return asyncio.run(upgrade(settings.database_url.get_secret_value(), MIGRATIONS, "sla auditor"))
