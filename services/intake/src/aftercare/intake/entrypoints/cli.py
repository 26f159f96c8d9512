"""`aftercare-intake`: the service's processes, and what people do with records from a shell."""

from pathlib import Path
from typing import Any

import typer

from aftercare.intake.config import IntakeSettings
from aftercare.intake.entrypoints.check_command import check, mapping_schema
from aftercare.intake.entrypoints.parked_cli import parked
from aftercare.kit.cli import service_cli

MIGRATIONS = Path(__file__).resolve().parents[4] / "migrations"

commands = typer.Typer()
commands.add_typer(parked, name="parked")


commands.command()(check)
commands.command("mapping-schema")(mapping_schema)


def _bootstrap(runtime: Any, settings: Any) -> Any:
    from aftercare.intake.bootstrap import bootstrap  # noqa: PLC0415 - `check` starts faster without it

    return bootstrap(runtime, settings)


def _create_app(service: Any, runtime: Any) -> Any:
    from aftercare.intake.entrypoints.api import create_app  # noqa: PLC0415 - only `api` loads a web framework

    return create_app(service, runtime)


app = service_cli(
    "intake",
    settings=IntakeSettings,
    bootstrap=_bootstrap,
    create_app=_create_app,
    migrations=MIGRATIONS,
    commands=commands,
)
