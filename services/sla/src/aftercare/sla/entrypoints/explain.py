"""`aftercare-sla explain` and `aftercare-sla test`: what a pack would do, without Kafka and without a database."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from aftercare.programme.clock_loader import load_clock_pack, shipped_clock_packs
from aftercare.programme.clocks import ClockPack, Side
from aftercare.programme.loader import load_organisation
from aftercare.programme.model import Organisation
from aftercare.programme.reading import PackError

commands = typer.Typer()
PACK = Annotated[str, typer.Argument(help=f"A shipped pack ({', '.join(shipped_clock_packs())}) or the path of one")]
SCENARIO_SITES = "clock-scenarios-organisation"


@commands.command()
def explain(
    pack: PACK,
    incident: Annotated[str, typer.Option(help="File of outgoing incident events; '-' reads from standard input")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per clock, and nothing else")] = False,
    organisation: Annotated[str, typer.Option(help="Your organisation pack: zones, holidays")] = "demo-organisation",
    side: Annotated[Side | None, typer.Option(help="Only the clocks of one side")] = None,
) -> None:
    """Say which clocks would run for an incident, when they warn, when they are due, and why.

    Nothing is sent or stored. Each person whom the incident names has clocks as if support were owed from the moment
    of receipt. A file may hold one event, a list, or one per line: CloudEvents, or what they carry.

    Try it: `aftercare-intake check docs/examples/adverse-event.fhir.json | aftercare-sla explain england --incident -`

    `due` is because of the rule's span, its calendar and the site's zone and public holidays; the reason spells it out.
    """
    from aftercare.sla.entrypoints.explain_reading import UnreadableFileError, read_incidents  # noqa: PLC0415
    from aftercare.sla.entrypoints.explain_words import foresee, lines_of, show  # noqa: PLC0415 - `--help` is fast

    chosen, place = _pack(pack), _organisation(organisation)
    try:
        reading = read_incidents(_text(incident))
    except UnreadableFileError as error:
        _stop(f"{incident}: {error}")
    page = foresee(chosen, place, reading, side)
    if as_json:
        for line in lines_of(page):
            sys.stdout.write(line + "\n")
    else:
        show(page, _console())


@commands.command("test")
def play_scenarios(
    pack: PACK,
    organisation: Annotated[str, typer.Option(help="Where the scenarios play")] = SCENARIO_SITES,
) -> None:
    """Play the scenarios of a pack, and say what does not come out as they promise.

    A scenario is a story in plain words inside the pack: `given` what happened, `expect` what becomes of the clocks.
    Ends with 1 if any fails.

    Try it: `aftercare-sla test england`
    """
    from aftercare.sla.domain.scenarios import play  # noqa: PLC0415
    from aftercare.sla.entrypoints.explain_words import show_failures  # noqa: PLC0415

    chosen, place = _pack(pack), _organisation(organisation)
    failures = [failure for scenario in chosen.scenarios for failure in play(chosen, scenario, place)]
    show_failures(chosen, failures, _console())
    if failures:
        raise typer.Exit(1)


def _pack(name: str) -> ClockPack:
    try:
        return load_clock_pack(name)
    except PackError as error:
        _stop(str(error))


def _organisation(name: str) -> Organisation:
    try:
        return load_organisation(name)
    except PackError as error:
        _stop(str(error))


def _text(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        _stop(f"{name} can't be read: {error.strerror if isinstance(error, OSError) else 'it is no UTF-8 text'}")


def _console() -> Console:
    return Console(highlight=False, markup=False)


def _stop(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(2)
