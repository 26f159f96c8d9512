"""How a command of an administrator runs: settings from the environment, both databases, a progress bar."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer
from sqlalchemy.exc import SQLAlchemyError

from aftercare.directory.bootstrap import Directory, wire
from aftercare.directory.config import DirectorySettings
from aftercare.kit.cli import EXIT_SETTINGS
from aftercare.kit.clock import clock_from
from aftercare.kit.settings import SettingsError, load
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.transaction import UnitOfWork

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

T = TypeVar("T")
ACTOR = "client:administrator"
"""Who did it, as far as a command line knows: whoever holds the keys of this machine."""


def with_directory(work: Callable[[Directory], Awaitable[T]]) -> T:
    """Run `work` on the wired directory. Events go to the outbox; the running service publishes them."""
    try:
        return asyncio.run(_run(work))
    except SettingsError as error:
        refuse(str(error), EXIT_SETTINGS)
    except (OSError, SQLAlchemyError) as error:
        refuse(f"The database can't be used ({type(error).__name__}). Is it up, and was `migrate` run?")


async def _run(work: Callable[[Directory], Awaitable[T]]) -> T:
    settings = load(DirectorySettings)
    engine = create_engine(settings.database_url.get_secret_value(), name="aftercare directory command")
    clock = clock_from(settings.clock, local=settings.is_local)
    directory = wire(UnitOfWork(engine, clock, "urn:aftercare:directory"), settings)
    try:
        return await work(directory)
    finally:
        await engine.dispose()
        await directory.keys.engine.dispose()


def refuse(text: str, code: int = 1) -> NoReturn:
    """End with a sentence instead of a traceback."""
    typer.echo(text, err=True)
    raise SystemExit(code)


@contextmanager
def progress_bar() -> Iterator["Progress"]:
    """A bar on the error stream; where nobody watches, only its end is written."""
    from rich.console import Console  # noqa: PLC0415 - `api` and `stream` draw no bars
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
        yield bar


def add_task(bar: "Progress", what: str, total: int | None) -> "TaskID":
    return bar.add_task(what, total=total)
