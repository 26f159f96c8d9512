"""`aftercare-intake parked`: look into the parking lot, understand a record, try a fix on it, release what it mends."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from aftercare.intake.config import IntakeSettings
from aftercare.intake.entrypoints.options import with_options
from aftercare.kit.settings import SettingsError, load

parked = typer.Typer(no_args_is_help=True, help="Records that could not be mapped: list, explain, dry-run, release.")
ASKED_BY = "command-line"


@dataclass(frozen=True, slots=True)
class Which:
    """Which records are meant."""

    source: Annotated[str | None, typer.Option(help="Only from this source")] = None
    reason: Annotated[str | None, typer.Option(help="Only with this reason, such as `unknown-shape`")] = None
    format: Annotated[str | None, typer.Option(help="Only of this format, such as `csv` or `mapping:wardlog@2`")] = None
    site: Annotated[str | None, typer.Option(help="Only from sources of this site (`site` in the file of sources)")] = (
        None
    )
    older_than_days: Annotated[float | None, typer.Option(help="Only what has waited longer than so many days")] = None
    outcome: Annotated[str, typer.Option(help="`parked` or `rejected`")] = "parked"


@dataclass(frozen=True, slots=True)
class Listing(Which):
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100
    before: Annotated[int | None, typer.Option(help="Go on below this `number` of the page before")] = None


@dataclass(frozen=True, slots=True)
class Trying(Which):
    mapping: Annotated[list[Path] | None, typer.Option(help="A mapping file to try on them; may be given again")] = None


@dataclass(frozen=True, slots=True)
class Releasing(Which):
    contact: Annotated[
        bool | None,
        typer.Option("--contact/--books-only", help="May people be offered support now, or is it history?"),
    ] = None
    rate: Annotated[float, typer.Option(min=0.1, max=1000, help="Records per second")] = 50.0
    resume: Annotated[str | None, typer.Option(help="Go on with this release (rpl_…), which was stopped")] = None
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask before starting")] = False


@parked.command("list")
@with_options(Listing)
def list_parked(options: Listing) -> None:
    """How many are parked, by source, format and reason, since when; then the newest: one JSON line each."""

    async def work(application: Any, unit_of_work: Any) -> None:
        from aftercare.intake.adapters import parking  # noqa: PLC0415
        from aftercare.kit.store.paging import PageAsked  # noqa: PLC0415

        after = None if options.before is None else parking.below(options.before)
        async with unit_of_work() as tx:
            wanted = _wanted(options, application, tx.now)
            for count in await parking.counts(tx, wanted):
                _say(count)
            page = await parking.newest(tx, wanted, PageAsked(options.limit, after))
        for row in page.rows:
            _say(row)
        if page.next is not None:
            sys.stderr.write(f"There are more: go on with --before {page.rows[-1]['number']}\n")

    asyncio.run(_with_application(work))


@parked.command()
def explain(reference: Annotated[str, typer.Argument(help="The record's reference: rec_…")]) -> None:
    """Why this record was not mapped, since when, how many are alike, and what to do. It is not shown itself."""

    async def work(_: Any, unit_of_work: Any) -> None:
        from aftercare.intake.adapters import parking  # noqa: PLC0415

        async with unit_of_work() as tx:
            found = await parking.explain(tx, reference)
            if found is None:
                sys.stderr.write(f"There is no record {reference}.\n")
                raise typer.Exit(1)
            _say(found | {"alike": await parking.alike(tx, found)})

    asyncio.run(_with_application(work))


@parked.command("dry-run")
@with_options(Trying)
def dry_run(options: Trying) -> None:
    """What would become of them now, or by another mapping file: counts before and after. Nothing is changed."""

    async def work(application: Any, unit_of_work: Any) -> None:
        replaying, wanted = await _replaying(options, application, unit_of_work)
        total = await replaying.waiting(wanted)
        with _progress("trying", total) as tell:
            trial = await replaying.try_out(wanted, _door(application, options.mapping or []), tell)
        _say(trial.told)

    asyncio.run(_with_application(work))


@parked.command()
@with_options(Releasing)
def release(options: Releasing) -> None:
    """Map parked records again, after a fix. Counts first, asks, keeps to a rate, and leaves a record of it.

    Say `--contact` (people named in them get their offers) or `--books-only` (nobody is contacted: it is history). Try
    it with `dry-run` first. A release that was stopped goes on with `--resume`.
    """
    if options.resume is None and options.contact is None:
        raise typer.BadParameter("say --contact or --books-only, or try it with dry-run first")

    async def work(application: Any, unit_of_work: Any) -> None:
        replaying, wanted = await _replaying(options, application, unit_of_work)
        reference = options.resume or await _begun(replaying, wanted, options)
        if reference is None:
            return
        sys.stderr.write(f"Release {reference}: should it stop, go on with --resume {reference}\n")
        try:
            with _progress("releasing", None) as tell:
                done = await replaying.run(reference, lambda one: tell(one.mapped + one.still_refused, one.total))
        except LookupError:
            sys.stderr.write(f"There is no release {reference}.\n")
            raise typer.Exit(1) from None
        _say(done.told)

    asyncio.run(_with_application(work))


@parked.command()
def releases(limit: Annotated[int, typer.Option(min=1, max=1000)] = 20) -> None:
    """Who released what and when, and how far each has come: one JSON line each, newest first."""

    async def work(_: Any, unit_of_work: Any) -> None:
        from aftercare.intake.adapters import releases as kept  # noqa: PLC0415

        async with unit_of_work() as tx:
            found = await kept.newest(tx, limit + 1)
        for row in found[:limit]:
            _say(row)
        if len(found) > limit:
            sys.stderr.write("There are older ones: ask for more with --limit\n")

    asyncio.run(_with_application(work))


async def _begun(replaying: Any, wanted: Any, options: Releasing) -> str | None:
    total = await replaying.waiting(wanted)
    sys.stderr.write(f"{total} records to map again.\n")
    if not total:
        return None
    if not options.yes and not typer.confirm("Go on?"):
        raise typer.Exit(1)
    begun = await replaying.begin(wanted, contact=bool(options.contact), rate=options.rate, asked_by=ASKED_BY)
    return str(begun.reference)


async def _replaying(options: Which, application: Any, unit_of_work: Any) -> tuple[Any, Any]:
    from aftercare.intake.service_layer.replay import Replaying  # noqa: PLC0415

    async with unit_of_work() as tx:
        wanted = _wanted(options, application, tx.now)
    return Replaying(application.intake, application.vault, unit_of_work), wanted


def _wanted(options: Which, application: Any, now: Any) -> Any:
    from datetime import timedelta  # noqa: PLC0415

    from aftercare.intake.adapters.parking import Filter  # noqa: PLC0415

    before = None if options.older_than_days is None else now - timedelta(days=options.older_than_days)
    among = None if options.site is None else application.intake.door.sources.of_sites([options.site])
    return Filter(options.outcome, options.reason, options.source, options.format, among, before)


def _door(application: Any, paths: list[Path]) -> Any:
    """The door in force, with these mapping files before all others."""
    from aftercare.intake.adapters.mapping.file import load_mapping  # noqa: PLC0415
    from aftercare.intake.adapters.mapping.problems import MappingError  # noqa: PLC0415

    door = application.intake.door
    try:
        tried = tuple(load_mapping(path) for path in paths)
    except MappingError as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(2) from None
    return replace(door, mappings=replace(door.mappings, assumed=tried))


def _progress(what: str, total: int | None) -> Any:
    from aftercare.intake.entrypoints.progress import progress  # noqa: PLC0415 - draws only where it is needed

    return progress(what, total)


def _say(content: Any) -> None:
    sys.stdout.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")


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
