"""The command line of every service: `api`, `stream`, `migrate`, `settings`, `dead-letters`, and its own commands.

Each command imports what it needs when it runs: `stream` never loads a web framework, `api` never loads Faust.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import typer

from aftercare.kit.settings import (
    DatabaseSettings,
    KafkaSettings,
    ServiceSettings,
    SettingsError,
    describe,
    load,
    variable,
)

_HAND_ON: dict[str, Any] = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""A command whose words, `--help` too, go to a command line that is loaded only then."""

EXIT_SETTINGS = 78
"""As `sysexits.h` has it: the configuration is wrong; starting again will not help."""


def service_cli(
    name: str,
    *,
    settings: type[ServiceSettings],
    bootstrap: Callable[..., Any],
    create_app: Callable[..., Any] | None = None,
    migrations: Path | Mapping[str, Path] | None = None,
    commands: typer.Typer | None = None,
) -> typer.Typer:
    """The commands of one service.

    `bootstrap(runtime, settings) -> Service` (plain or async); `create_app(service, runtime)` gives the ASGI
    application (import FastAPI inside it); `migrations` is the folder with Alembic's `versions/`, or one folder
    per setting that holds a database's URL; `commands` are the service's own.
    """
    app = _app(name)
    folders = {"database_url": migrations} if isinstance(migrations, Path) else dict(migrations or {})

    def run(role: str) -> NoReturn:
        from aftercare.kit.process.blueprint import Blueprint  # noqa: PLC0415 - see the module's text

        _run(Blueprint(name, settings, bootstrap, create_app, folders), role)

    _add_processes(app, run)
    _add_chores(app, name, settings, folders)
    if commands is not None:
        app.add_typer(commands)
    return app


def _app(name: str) -> typer.Typer:
    return typer.Typer(
        name=f"aftercare-{name}",
        help=f"The service `{name}` of Aftercare. Settings come from the environment: see `aftercare-{name} settings`.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )


def _add_processes(app: typer.Typer, run: Callable[[str], NoReturn]) -> None:
    @app.command()
    def api() -> None:
        """Serve HTTP and fire timers. Needs Postgres; works while Kafka is down."""
        run("api")

    @app.command()
    def stream() -> None:
        """Consume topics. Needs Kafka and Postgres."""
        run("stream")


def _add_chores(app: typer.Typer, name: str, settings: type[ServiceSettings], folders: Mapping[str, Path]) -> None:
    @app.command()
    def migrate() -> None:
        """Bring the database to this release. Safe to repeat, and to run from many places at once."""
        _migrate(name, settings, folders)

    @app.command("settings")
    def show_settings() -> None:
        """List every environment variable that is read: meaning, default, required, secret."""
        _show(settings)

    @app.command("dead-letters", context_settings=_HAND_ON)
    def dead_letters(context: typer.Context) -> None:
        """Look at dead letters, and replay them. Needs Kafka, as the user `operator`."""
        from aftercare.kit.store.dead_letter_commands import dead_letter_commands  # noqa: PLC0415

        dead_letter_commands(_brokers)(context.args, prog_name=f"aftercare-{name} dead-letters")


def _brokers() -> Any:
    from aftercare.kit.process.brokers import kafka_connection  # noqa: PLC0415

    try:
        return kafka_connection(_loaded(KafkaSettings))
    except ValueError as error:
        _refuse(str(error))


def _run(blueprint: Any, role: str) -> NoReturn:
    loaded = _loaded(blueprint.settings)
    from aftercare.kit.telemetry import logs, setup  # noqa: PLC0415

    logs.configure(blueprint.name, role, loaded.log_level)
    telemetry = setup.start(blueprint.name, role, loaded.otlp_endpoint)
    runner = _runner(role)
    try:
        code = _in_loop(lambda: runner(blueprint, loaded, telemetry))
    except SettingsError as error:
        _refuse(str(error))
    finally:
        telemetry.stop()
    raise SystemExit(code)


def _runner(role: str) -> Callable[..., Awaitable[int]]:
    if role == "api":
        from aftercare.kit.process.api import run as run_api  # noqa: PLC0415

        return run_api
    from aftercare.kit.process.stream import run as run_stream  # noqa: PLC0415

    return run_stream


def _in_loop(main: Callable[[], Awaitable[int]]) -> int:
    from aftercare.kit.telemetry.logs import log_loop_errors  # noqa: PLC0415

    async def watched() -> int:
        log_loop_errors(asyncio.get_running_loop())
        return await main()

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(watched())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415

    return uvloop.new_event_loop


def _migrate(name: str, settings: type[ServiceSettings], folders: Mapping[str, Path]) -> None:
    from aftercare.kit.process.migrate import upgrade_now  # noqa: PLC0415

    urls = _database_urls(settings, folders)
    for field, folder in folders.items():
        try:
            before, after = upgrade_now(urls[field], folder, f"{name} {field}")
        except (OSError, TimeoutError) as error:
            _refuse(f"The database of {variable(field)} can't be reached ({type(error).__name__}).", 1)
        done = "is up to date" if before == after else f"went from {before or 'empty'} to {after}"
        typer.echo(f"{name}: the database of {variable(field)} {done}")


def _database_urls(settings: type[ServiceSettings], folders: Mapping[str, Path]) -> dict[str, str]:
    """The URLs that `migrate` needs, read without asking for anything else."""
    from pydantic import create_model  # noqa: PLC0415

    others = {field: settings.model_fields[field] for field in folders if field != "database_url"}
    extra: dict[str, Any] = {field: (info.annotation, info) for field, info in others.items()}
    loaded = _loaded(create_model("MigrateSettings", __base__=DatabaseSettings, **extra))
    return {field: getattr(loaded, field).get_secret_value() for field in folders}


def _show(settings: type[ServiceSettings]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table("variable", "meaning", "default", "required", "secret", show_lines=False)
    for one in describe(settings):
        table.add_row(
            one.variable, one.meaning, one.default, "yes" if one.required else "", "yes" if one.secret else ""
        )
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _loaded(settings: type[Any]) -> Any:
    try:
        return load(settings)
    except SettingsError as error:
        _refuse(str(error))


def _refuse(text: str, code: int = EXIT_SETTINGS) -> NoReturn:
    typer.echo(text, err=True)
    raise SystemExit(code)
