"""`aftercare-intake`: the service's processes, and what people do with records from a shell."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from aftercare.intake.config import IntakeSettings, SourcesError, load_sources, places_of
from aftercare.intake.entrypoints.parked_cli import parked
from aftercare.kit.cli import service_cli

MIGRATIONS = Path(__file__).resolve().parents[4] / "migrations"
FIXED_MOMENT = "2026-01-01T00:00:00Z"

commands = typer.Typer()
commands.add_typer(parked, name="parked")


@commands.command()
def check(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders; '-' reads from standard input")],
    format_name: Annotated[
        str, typer.Option("--format", help="`auto`, or the one format to try, such as `fhir-bundle`")
    ] = "auto",
    as_received: Annotated[
        str, typer.Option(help="The moment of receipt to assume, so that the output is always the same")
    ] = FIXED_MOMENT,
    sources: Annotated[Path | None, typer.Option(help="Your file of sources (AFTERCARE_SOURCES)")] = None,
    organisation: Annotated[Path | None, typer.Option(help="Your organisation pack (AFTERCARE_ORGANISATION)")] = None,
    source: Annotated[str | None, typer.Option(help="Take everything as coming from this source of the file")] = None,
) -> None:
    """Say what would become of records: one JSON line each, nothing is sent or stored.

    Needs no Kafka, no Postgres and no keys. Every line has `file`, `record`, `outcome` (mapped, parked, rejected),
    `reason` and `format`; a mapped one has `event`, the exact message that would go out. Tokens are made with a
    public key, so they are worth nothing elsewhere.

    Try it: `aftercare-intake check services/intake/contract/examples`
    """
    from aftercare.intake.domain.examine import Delivery, Door  # noqa: PLC0415 - other commands don't need it
    from aftercare.intake.entrypoints import check as checking  # noqa: PLC0415

    received = _moment(as_received)
    only = None if format_name == "auto" else _known_format(format_name)
    door = Door(_sources(sources, source), _places(organisation), only=only, assumed=source)
    if paths == [Path("-")]:
        from aftercare.intake.service_layer.dry_run import dry_run  # noqa: PLC0415

        lines = (
            {"file": "-", **checking.describe(one)} for one in dry_run(door, Delivery(_stdin(door.limit)), received)
        )
        for line in lines:
            sys.stdout.write(checking.as_line(line) + "\n")
        return
    for text in checking.check(door, paths, received):
        sys.stdout.write(text + "\n")


def _stdin(limit: int) -> bytes:
    return sys.stdin.buffer.read(limit + 1)


def _moment(words: str) -> datetime:
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise typer.BadParameter("must be an instant such as 2026-01-01T00:00:00Z") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _known_format(name: str) -> str:
    from aftercare.intake.domain.formats import FORMATS  # noqa: PLC0415

    names = [row.name for row in FORMATS]
    if name not in names:
        raise typer.BadParameter(f"must be auto or one of {', '.join(names)}")
    return name


def _sources(path: Path | None, named: str | None) -> Any:
    try:
        sources = load_sources(path)
    except SourcesError as error:
        raise typer.BadParameter(str(error)) from None
    if named is not None and sources.named(named) is None:
        raise typer.BadParameter(f"there is no source {named!r} in the file of sources (--sources)")
    return sources


def _places(path: Path | None) -> Any:
    from aftercare.programme.loader import PackError, load_organisation  # noqa: PLC0415

    if path is None:
        return places_of(None)
    try:
        return places_of(load_organisation(path))
    except PackError as error:
        raise typer.BadParameter(str(error)) from None


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
