"""The command `aftercare-intake check`: which files, seen with which eyes."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from aftercare.intake.entrypoints.options import with_options
from aftercare.kit.clock import SystemClock


@dataclass(frozen=True, slots=True)
class CheckOptions:
    paths: Annotated[list[Path], typer.Argument(help="Files or folders; '-' reads from standard input")]
    format_name: Annotated[
        str, typer.Option("--format", help="`auto`, or the one format to try, such as `fhir-bundle`")
    ] = "auto"
    mapping: Annotated[
        list[Path] | None, typer.Option(help="A mapping file to try, before all others; may be given again")
    ] = None
    trace: Annotated[
        bool, typer.Option("--trace", help="Show what each expression of the mapping gave. It shows what records hold!")
    ] = False
    lines: Annotated[bool, typer.Option("--lines", help="Each line is a body of its own, however many there are")] = (
        False
    )
    as_received: Annotated[
        str | None, typer.Option(help="The moment of receipt to assume, instead of now: the output is then the same")
    ] = None
    charset: Annotated[
        str | None, typer.Option(help="What the bytes are written in, if not UTF-8: as a source's `charset` says it")
    ] = None
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="End with 1 where a record isn't mapped, has a doubt, or a name or message fits none: CI",
        ),
    ] = False
    sources: Annotated[Path | None, typer.Option(help="Your file of sources (AFTERCARE_SOURCES)")] = None
    organisation: Annotated[Path | None, typer.Option(help="Your organisation pack (AFTERCARE_ORGANISATION)")] = None
    source: Annotated[str | None, typer.Option(help="Take everything as coming from this source of the file")] = None


@with_options(CheckOptions)
def check(options: CheckOptions) -> None:
    """Say what would become of records: one JSON line each, nothing is sent or stored.

    Needs no Kafka, no Postgres and no keys. Every line has `file`, `record`, `outcome` (mapped, parked, rejected),
    `reason` and `format`; a mapped one has `event`, the exact message that would go out. Tokens are made with a
    public key, so they are worth nothing elsewhere. On standard error it tells, with their lines, columns and names
    that a mapping looks for and nothing has; messages that apply to none of several records; texts of conditions that a
    field never is; how many people a condition leaves out; and fields that nothing reads. Below it shows what only a
    human can judge: the harm of each code, the zone of moments without one, and who stands in nearly every record.
    With `--trace` it is a page for people instead: what each expression of a mapping file gave, and why a record is
    parked. `--strict` ends with 1 where a record is parked or rejected (not where the mapping ignores it), has a doubt,
    a name is in no record, or a message applies to none; the rest is often right, so it doesn't count.

    Try it: `aftercare-intake check services/intake/contract/examples`
    """
    from aftercare.intake.entrypoints import check as checking  # noqa: PLC0415 - other commands don't need it
    from aftercare.intake.entrypoints import check_hints as hints  # noqa: PLC0415

    stated = {} if options.charset is None else {"content-type": f"text/plain; charset={_charset(options.charset)}"}
    checked = checking.Checking(_door(options), _moment(options.as_received), by_line=options.lines, headers=stated)
    for text in _told(checked, options):
        sys.stdout.write(text + "\n")
    files = _mapping_files(options)
    slips = list(hints.slips(checked.seen, files))
    leftovers = hints.leftovers(checked.seen, files, values=options.trace)
    for problem in (*slips, *leftovers, *hints.shown(checked.seen, files, values=options.trace)):
        sys.stderr.write(problem + "\n")
    if options.strict and (slips or not checked.is_clean()):
        raise typer.Exit(1)


def _told(checked: Any, options: CheckOptions) -> Iterator[str]:
    if not options.trace:
        yield from checked.lines(options.paths)
        return
    from aftercare.intake.entrypoints.trace_page import trace_page  # noqa: PLC0415

    yield from trace_page(checked, options.paths)


def _door(options: CheckOptions) -> Any:
    from aftercare.intake.adapters.mapping.file import load_mapping  # noqa: PLC0415
    from aftercare.intake.adapters.mapping.problems import MappingError  # noqa: PLC0415
    from aftercare.intake.config import SourcesError, load_source_files  # noqa: PLC0415
    from aftercare.intake.domain.examine import Door  # noqa: PLC0415

    only = None if options.format_name == "auto" else _known_format(options.format_name)
    try:
        files = load_source_files(options.sources)
        tried = tuple(load_mapping(path) for path in options.mapping or ())
    except (SourcesError, MappingError) as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(2) from None
    if options.source is not None and files.sources.named(options.source) is None:
        raise typer.BadParameter(f"there is no source {options.source!r} in the file of sources (--sources)")
    mappings = replace(files.mappings, assumed=tried)
    return Door(files.sources, _places(options.organisation), only=only, assumed=options.source, mappings=mappings)


def _mapping_files(options: CheckOptions) -> tuple[Path, ...]:
    from aftercare.intake.config import load_source_files  # noqa: PLC0415

    return (*(options.mapping or ()), *load_source_files(options.sources).paths[1:])


def _moment(words: str | None) -> datetime:
    if words is None:
        return SystemClock().now().replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise typer.BadParameter("must be an instant such as 2026-01-01T00:00:00Z") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _charset(name: str) -> str:
    from aftercare.intake.domain.readers.charset import is_charset  # noqa: PLC0415

    if not is_charset(name):
        raise typer.BadParameter("must be a charset such as windows-1252, iso-8859-15, shift-jis")
    return name


def _known_format(name: str) -> str:
    from aftercare.intake.domain.formats import FORMATS  # noqa: PLC0415

    names = [row.name for row in FORMATS]
    if name not in names:
        raise typer.BadParameter(f"must be auto or one of {', '.join(names)}")
    return name


def _places(path: Path | None) -> Any:
    from aftercare.intake.config import places_of  # noqa: PLC0415
    from aftercare.programme.loader import PackError, load_organisation  # noqa: PLC0415

    if path is None:
        return places_of(None)
    try:
        return places_of(load_organisation(path))
    except PackError as error:
        raise typer.BadParameter(str(error)) from None


def mapping_schema() -> None:
    """Print the JSON Schema of a mapping file, for editors."""
    import json  # noqa: PLC0415

    from aftercare.intake.adapters.mapping.file import mapping_schema as schema  # noqa: PLC0415

    sys.stdout.write(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n")
