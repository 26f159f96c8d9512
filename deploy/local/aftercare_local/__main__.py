"""The stack's own commands: `python -m aftercare_local …`. The Makefile calls them; `--help` lists them."""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from aftercare_local.failures import StackError, disk_sentence
from aftercare_local.issuer.config import AUDIENCES
from aftercare_local.kafka_jars import fetch_jars, is_fetched, write_lock
from aftercare_local.leftovers import forget_run, sweep
from aftercare_local.paths import new_run_folder, runs_folder

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(soft_wrap=not sys.stdout.isatty())


@app.command()
def prepare() -> None:
    """Have Kafka's jars and its archive of classes ready; ends at once when they are."""
    from aftercare_local.kafka import archive_is_ready, prepare_archive  # noqa: PLC0415 - slow to load, often not needed
    from aftercare_local.watchdog import Watchdog  # noqa: PLC0415

    if is_fetched() and archive_is_ready():
        return
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = _begin(progress, "Fetching Kafka")
        fetch_jars(lambda done, count: progress.update(task, completed=done, total=count))
        _begin(progress, "Preparing Kafka to start fast (once)")
        dog, folder = Watchdog(), new_run_folder("prepare")
        try:
            prepare_archive(folder, dog)
        finally:
            dog.close()
        forget_run(folder)


def _begin(progress: Progress, title: str) -> TaskID:
    """A bar on a terminal, a line elsewhere."""
    if not console.is_terminal:
        console.print(f"{title} …")
    return progress.add_task(title, total=None)


@app.command()
def demo(
    *,
    once: Annotated[bool, typer.Option(help="End after the story; the exit code says whether all was seen.")] = False,
) -> None:
    """Start everything, play the story, stay up until Ctrl-C."""
    from aftercare_local.demo import run_demo  # noqa: PLC0415

    raise typer.Exit(run_demo(console, once=once))


@app.command()
def token(
    subject: Annotated[str, typer.Argument(help="Whom the sign-in would name.")],
    service: Annotated[str, typer.Option(help=f"The service to call: {', '.join(AUDIENCES)}.")] = "support",
    role: Annotated[list[str] | None, typer.Option(help="A role; give it again for more.")] = None,
    site: Annotated[list[str] | None, typer.Option(help="A site; without one all.")] = None,
) -> None:
    """A token for the stack that runs now, as the hospital's sign-in would give it."""
    from aftercare_local.token_issuer import running_issuer  # noqa: PLC0415

    if service not in AUDIENCES:
        raise StackError(f"There is no service {service}: take one of {', '.join(AUDIENCES)}.")
    print(running_issuer(runs_folder()).user_token(subject, service, role or ["staff"], site or ["*"]))


@app.command("sweep")
def sweep_command() -> None:
    """Remove what killed runs have left."""
    for folder in sweep(runs_folder()):
        print(f"cleaned up after {folder.name}")


@app.command("lock-kafka")
def lock_kafka() -> None:
    """Resolve Kafka's jars anew and write kafka-jars.sha256 (for a new version of Kafka)."""
    print(f"{write_lock()} jars pinned")


def main() -> int:
    """Run a command; what is missing on the machine is one sentence, not a traceback."""
    try:
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except StackError as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    except OSError as error:
        sentence = disk_sentence(error)
        if sentence is None:
            raise
        sys.stderr.write(f"{sentence}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
