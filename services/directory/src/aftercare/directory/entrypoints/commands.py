"""The commands beside `api`, `stream` and `migrate`. Each says in its help what it does and what to do next."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from aftercare.directory.adapters import audit, contacts, people
from aftercare.directory.adapters.roster_file import RosterFile
from aftercare.directory.adapters.roster_folder import write_report
from aftercare.directory.bootstrap import Directory
from aftercare.directory.domain.people import MergeRefusedError
from aftercare.directory.entrypoints.running import ACTOR, add_task, progress_bar, refuse, with_directory
from aftercare.directory.service_layer import describing
from aftercare.directory.service_layer import people as deeds
from aftercare.directory.service_layer.retoken import retoken
from aftercare.directory.service_layer.roster_import import ImportRunningError, Options, Report
from aftercare.directory.service_layer.roster_report import lines_of

commands = typer.Typer()
roster = typer.Typer(no_args_is_help=True, help="Bring in the roster that HR exports. Columns: docs/roster.md.")
staff = typer.Typer(no_args_is_help=True, help="What other services know of staff.")
person = typer.Typer(no_args_is_help=True, help="Merge, part or erase people, by their tokens.")
keys = typer.Typer(no_args_is_help=True, help="Rotate keys.")
audit_log = typer.Typer(no_args_is_help=True, help="The log of who looked at whom.")
for name, group in (
    ("roster", roster), ("staff", staff), ("person", person), ("keys", keys), ("audit", audit_log)
):  # fmt: skip
    commands.add_typer(group, name=name)


@roster.command("import")
def import_roster(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The CSV file.")],
    *,
    full: Annotated[bool, typer.Option(help="The file names everybody: who is missing has left.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Read and check everything, change nothing.")] = False,
    strict: Annotated[bool, typer.Option(help="Import nothing unless every line is good.")] = False,
    allow_mass_leave: Annotated[bool, typer.Option(help="More than a tenth may leave at once.")] = False,
    report: Annotated[Path | None, typer.Option(help="Where to write the report, with the values.")] = None,
) -> None:
    """Import a roster file.

    Good lines are imported even when others are bad; unchanged lines publish nothing, so it is safe to repeat.
    The report tells line, column, what is wrong and what to do. Try `--dry-run` first.

    Exit code: 0 imported, 2 imported but some lines were not, 1 nothing was imported.
    """
    options = Options("command", full, strict, dry_run, allow_mass_leave)
    done = with_directory(lambda directory: _import(directory, file, options))
    if report:
        write_report(report, lines_of(done, with_values=True))
    lines = list(lines_of(done, with_values=False))
    for line in lines[:40]:
        typer.echo(line)
    if len(lines) > 40:
        typer.echo(f"... {len(lines) - 40} more lines; write them to a file with --report FILE.")
    if dry_run:
        typer.echo("This was a dry run: nothing was changed.")
    raise SystemExit(1 if done.state != "done" else 2 if done.counts.refused else 0)


async def _import(directory: Directory, file: Path, options: Options) -> Report:
    with file.open("rb") as stream, progress_bar() as bar:
        reading, importing = add_task(bar, "reading", None), add_task(bar, "importing", None)

        async def progress(report: Report) -> None:
            counts, total = report.counts, report.counts.lines if report.state != "reading" else None
            bar.update(reading, completed=counts.lines, total=total)
            bar.update(importing, completed=counts.lines_done, total=total)

        try:
            return await directory.roster.run(RosterFile(stream, directory.settings.roster_encoding), options, progress)
        except ImportRunningError:
            refuse("Another import is running. Wait for it to end, then try again.")


@staff.command()
def republish() -> None:
    """Publish everybody again on `aftercare.staff`, unchanged: for a consumer that was away for very long.

    The service does this by itself once a day.
    """
    count = with_directory(_republish)
    typer.echo(f"{count} people will be published again by the running service.")


async def _republish(directory: Directory) -> int:
    after, count = "", 0
    with progress_bar() as bar:
        task = add_task(bar, "people", None)
        while True:
            async with directory.unit_of_work() as tx:
                page = await people.page_of_published(tx.connection, after, 2000)
                count += await describing.republish(tx, page)
            if not page:
                return count
            after = page[-1]
            bar.advance(task, len(page))


@person.command("merge")
def merge(survivor: str, loser: str) -> None:
    """Make two people one: whatever named LOSER names SURVIVOR from now on. Can be undone with `part`."""

    async def work(directory: Directory) -> str:
        async with directory.unit_of_work() as tx:
            try:
                return await deeds.merge(tx, survivor, loser, actor=ACTOR)
            except MergeRefusedError as error:
                refuse(str(error))

    typer.echo(f"Done. To undo it: aftercare-directory person part {with_directory(work)}")


@person.command("part")
def part(reference: Annotated[str, typer.Argument(help="The merge's reference, mrg_…")]) -> None:
    """Undo a merge: both people are there again."""

    async def work(directory: Directory) -> None:
        async with directory.unit_of_work() as tx:
            try:
                await deeds.undo_merge(tx, reference, actor=ACTOR)
            except deeds.NoSuchPersonError:
                refuse("There is no such merge, or it was undone before.")

    with_directory(work)
    typer.echo("Done: two people again.")


@person.command("erase")
def erase(
    tokens: Annotated[list[str], typer.Argument(help="Person tokens, per_…")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase people for good: their key is destroyed, so no copy or backup of their contact can be read any more.

    Take them off the roster first: the next import would bring them back as new people.
    """
    if not yes:
        typer.confirm(f"Erase {len(tokens)} people? This can't be undone", abort=True)

    async def work(directory: Directory) -> int:
        async with directory.unit_of_work() as tx:
            return await deeds.erase(tx, directory.keys, tokens, actor=ACTOR)

    typer.echo(f"Erased: {with_directory(work)} people.")


@keys.command("rewrap")
def rewrap() -> None:
    """Wrap every data key under the current master key (the first in AFTERCARE_CONTACT_MASTER_KEY).

    Safe to stop and to repeat. When it says 0 are left, the old master key may go.
    """

    async def work(directory: Directory) -> int:
        total = await directory.keys.count_outdated()
        with progress_bar() as bar:
            task = add_task(bar, "keys", total)
            while done := await directory.keys.rewrap():
                bar.advance(task, done)
        return total

    typer.echo(f"Wrapped {with_directory(work)} keys anew; 0 are left.")


@keys.command("retoken")
def retoken_everybody() -> None:
    """Make everybody's identifier tokens anew, after AFTERCARE_IDENTIFIER_KEYS has changed.

    Run it when a new key was added (in `intake` and here), and again when the old one was taken away.
    """

    async def work(directory: Directory) -> int:
        async with directory.unit_of_work() as tx:
            total = await contacts.count_of_all(tx.connection)
        with progress_bar() as bar:
            task = add_task(bar, "people", total)
            return await retoken(
                directory.unit_of_work, directory.keys, directory.tokens, lambda n: bar.advance(task, n)
            )

    typer.echo(f"{with_directory(work)} people have new tokens and will be published.")


@audit_log.command("verify")
def verify() -> None:
    """Compute the audit log's chains anew. Keep the printed heads elsewhere and compare them next time."""

    async def work(directory: Directory) -> Sequence[audit.Head]:
        async with directory.unit_of_work() as tx:
            return [head async for head in audit.verify(tx.connection)]

    heads = with_directory(work)
    for head in heads:
        typer.echo(f"chain {head.lane}: {head.entries} entries, {'intact' if head.intact else 'BROKEN'}, {head.hash}")
    raise SystemExit(0 if all(head.intact for head in heads) else 1)
