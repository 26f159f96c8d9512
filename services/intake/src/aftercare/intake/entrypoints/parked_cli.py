"""`aftercare-intake parked`: look into the parking lot, understand one record, map again after a fix."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import typer

from aftercare.intake.config import IntakeSettings
from aftercare.kit.settings import SettingsError, load

parked = typer.Typer(no_args_is_help=True, help="Records that could not be mapped: list, explain, replay.")

Reason = Annotated[str | None, typer.Option(help="Only with this reason, such as `unsupported-release`")]
Source = Annotated[str | None, typer.Option(help="Only from this source")]


@parked.command("list")
def list_parked(
    reason: Reason = None,
    source: Source = None,
    outcome: Annotated[str, typer.Option(help="`parked` or `rejected`")] = "parked",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
) -> None:
    """How many are parked, by source and reason, and then the newest: one JSON line each."""

    async def work(tx: Any, _: Any) -> None:
        from aftercare.intake.adapters import parking  # noqa: PLC0415

        wanted = parking.Filter(outcome=outcome, reason=reason, source=source)
        for count in await parking.counts(tx, wanted):
            _say(count)
        for row in await parking.newest(tx, wanted, limit):
            _say(row)

    _run(work)


@parked.command()
def explain(reference: Annotated[str, typer.Argument(help="The record's reference: rec_…")]) -> None:
    """Why this record was not mapped, and what to do. The record itself is not shown: read it at its source."""

    async def work(tx: Any, _: Any) -> None:
        from aftercare.intake.adapters import parking  # noqa: PLC0415

        found = await parking.explain(tx, reference)
        if found is None:
            sys.stderr.write(f"There is no record {reference}.\n")
            raise typer.Exit(1)
        _say(found)

    _run(work)


@parked.command()
def replay(
    reason: Reason = None,
    source: Source = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of them")] = False,  # noqa: FBT002
    contact: Annotated[
        bool | None,
        typer.Option("--contact/--books-only", help="May people be offered support now, or is it history?"),
    ] = None,
    rate: Annotated[float, typer.Option(min=0.1, help="Records per second")] = 50.0,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask before starting")] = False,  # noqa: FBT002
) -> None:
    """Map parked records again, after a fix. Counts first, asks, keeps to a rate, and leaves a record of it.

    Without `--dry-run` say `--contact` (people named in them get their offers) or `--books-only` (nobody is
    contacted: it is history).
    """
    if not dry_run and contact is None:
        raise typer.BadParameter("say --contact or --books-only, or try it with --dry-run first")

    async def work(application: Any, unit_of_work: Any) -> None:
        from aftercare.intake.adapters.parking import Filter  # noqa: PLC0415
        from aftercare.intake.service_layer.replay import Replaying  # noqa: PLC0415

        wanted = Filter(reason=reason, source=source)
        replaying = Replaying(application.intake, application.vault, unit_of_work, contact=bool(contact))
        frozen = await replaying.freeze(wanted)
        sys.stderr.write(f"{len(frozen)} records to map again.\n")
        if not frozen:
            return
        if dry_run:
            _say(await replaying.try_out(frozen))
            return
        if not yes and not typer.confirm("Go on?"):
            raise typer.Exit(1)
        _say(await replaying.run(frozen, wanted, rate))

    asyncio.run(_with_application(work))


def _say(content: Any) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")


def _run(work: Callable[[Any, Any], Awaitable[None]]) -> None:
    async def in_transaction(application: Any, unit_of_work: Any) -> None:
        async with unit_of_work() as tx:
            await work(tx, application)

    asyncio.run(_with_application(in_transaction))


async def _with_application(work: Callable[[Any, Any], Awaitable[None]]) -> None:
    async with _application() as (application, unit_of_work):
        await work(application, unit_of_work)


@asynccontextmanager
async def _application() -> AsyncIterator[tuple[Any, Any]]:
    from aftercare.intake.bootstrap import wire  # noqa: PLC0415 - `check` starts faster without it
    from aftercare.kit.clock import clock_from  # noqa: PLC0415
    from aftercare.kit.store.engine import create_engine  # noqa: PLC0415
    from aftercare.kit.store.transaction import UnitOfWork  # noqa: PLC0415

    try:
        settings = load(IntakeSettings)
        application = wire(settings)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(78) from None
    engine = create_engine(settings.database_url.get_secret_value(), name="aftercare intake parked")
    clock = clock_from(settings.clock, local=settings.is_local)
    try:
        yield application, UnitOfWork(engine, clock, "urn:aftercare:intake")
    finally:
        await engine.dispose()
