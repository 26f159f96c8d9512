"""`aftercare-sla`: the processes of one side, named by `AFTERCARE_SIDE`."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import typer
from typer.main import get_command

from aftercare.kit.cli import EXIT_SETTINGS, service_cli
from aftercare.kit.settings import SettingsError
from aftercare.programme.clocks import Side
from aftercare.sla.config import SlaSettings

T = TypeVar("T")
_HERE = Path(__file__).resolve()
_FOLDER = next((each for each in _HERE.parents if (each / "migrations").is_dir()), _HERE.parent)


def bootstrap(runtime: Any, settings: Any) -> Any:
    """The wired service; a dry run needs none of it, and starts faster without."""
    from aftercare.sla.bootstrap import bootstrap as wire  # noqa: PLC0415

    return wire(runtime, settings)


def create_app(service: Any, runtime: Any) -> Any:
    """The HTTP application; `stream` never loads it."""
    from aftercare.sla.entrypoints.api import create_app as create  # noqa: PLC0415

    return create(service, runtime)


def deployment() -> str:
    """`sla-event` or `sla-support`: in logs, traces and events each side has a name of its own."""
    side = os.environ.get("AFTERCARE_SIDE", "")
    return f"sla-{side}" if side in set(Side) else "sla"


commands = typer.Typer()
_HAND_ON: dict[str, Any] = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""Their words, `--help` too, go to a command line that is loaded only then: no process carries what it never uses."""


@commands.command(context_settings=_HAND_ON)
def explain(context: typer.Context) -> None:
    """Print every clock that an incident would start: when it warns, when it is due, and why. Needs no database."""
    _hand_on("explain", context)


@commands.command(context_settings=_HAND_ON)
def test(context: typer.Context) -> None:
    """Play the scenarios of a pack. Needs no database."""
    _hand_on("test", context)


@commands.command()
def auditor() -> None:
    """Derive every clock a second time and compare. Needs Kafka and a database of its own; one per side is enough."""
    from aftercare.sla.auditor import command  # noqa: PLC0415

    raise SystemExit(_told(command.start))


@commands.command("migrate-auditor")
def migrate_auditor() -> None:
    """Bring the auditor's own database to this release. Safe to repeat."""
    from aftercare.sla.auditor import command  # noqa: PLC0415

    before, after = _told(command.migrate)
    typer.echo("up to date" if before == after else f"went from {before or 'empty'} to {after}")


def _told(act: Callable[[], T]) -> T:
    """What is wrong with the settings is said in one sentence, not in a traceback."""
    try:
        return act()
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(EXIT_SETTINGS) from None


def _hand_on(name: str, context: typer.Context) -> None:
    from aftercare.sla.entrypoints.explain import commands as dry  # noqa: PLC0415

    get_command(dry)([name, *context.args], prog_name="aftercare-sla")


app = service_cli(
    deployment(),
    settings=SlaSettings,
    bootstrap=bootstrap,
    create_app=create_app,
    migrations=_FOLDER / "migrations",
    commands=commands,
)
