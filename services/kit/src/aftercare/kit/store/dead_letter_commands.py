"""`dead-letters list | show | replay`: what a person on call does with what could not be handled.

Reading dead-letter topics and writing to origin topics is the right of the Kafka user `operator`.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.messaging.dead_letter import PREFIX
from aftercare.kit.messaging.topic_reader import UnknownTopicError
from aftercare.kit.store import dead_letters
from aftercare.kit.store.dead_letters import Filter, Plan

Topic = Annotated[str, typer.Argument(help="The origin topic, such as aftercare.example")]
Reason = Annotated[str | None, typer.Option(help="Only this reason")]
Since = Annotated[datetime | None, typer.Option(help="First failed at or after this instant (UTC)")]
Until = Annotated[datetime | None, typer.Option(help="First failed before this instant (UTC)")]


def dead_letter_commands(connect: Callable[[], KafkaConnection]) -> typer.Typer:
    """The command group, to be mounted as `dead-letters`. `connect` reads the settings when a command runs."""
    app = typer.Typer(no_args_is_help=True, help="Look at dead letters, and replay them.")

    @app.command("list")
    def list_letters(topic: Topic, since: Since = None, until: Until = None) -> None:
        """How many dead letters there are, by consumer and reason."""
        counts = _run(_counted(connect(), topic, Filter(since=_utc(since), until=_utc(until))))
        table = Table("consumer", "reason", "count")
        for (consumer, reason), count in sorted(counts.items()):
            table.add_row(consumer, reason, str(count))
        Console().print(table if counts else "There are none.")

    @app.command()
    def show(topic: Topic, partition: int, offset: int) -> None:
        """One dead letter: everything but its content, which may concern a person."""
        letter = _run(dead_letters.find(connect(), topic, partition, offset))
        if letter is None:
            _refuse("There is no dead letter at this place.")
        for name, value in letter.record.headers:
            if name.startswith(PREFIX):
                typer.echo(f"{name.removeprefix(PREFIX)}: {value.decode('utf-8', 'replace')}")
        typer.echo(f"bytes: {len(letter.record.value or b'')}")

    @app.command()
    def replay(
        topic: Topic,
        reason: Reason = None,
        since: Since = None,
        until: Until = None,
        *,
        per_second: Annotated[float, typer.Option(min=0.1, help="No faster than this")] = 50.0,
        go: Annotated[bool, typer.Option("--go", help="Really replay; without it, only count")] = False,
    ) -> None:
        """Send dead letters to their topic again. Counts first, and does nothing more without --go."""
        connection = connect()
        planned = _run(
            dead_letters.plan(connection, topic, Filter(reason=reason, since=_utc(since), until=_utc(until)))
        )
        _tell(planned)
        if not go:
            typer.echo("Nothing was sent. Add --go to replay them.")
        elif planned.total:
            typer.echo(f"Replayed as {_run(_with_progress(connection, planned, per_second))}.")

    return app


async def _counted(connection: KafkaConnection, topic: str, wanted: Filter) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    async for letter in dead_letters.letters(connection, topic, wanted):
        counts[letter.consumer, letter.reason] += 1
    return counts


async def _with_progress(connection: KafkaConnection, planned: Plan, per_second: float) -> str:
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("replaying", total=planned.total)
        return await dead_letters.replay(
            connection, planned, per_second, lambda count: progress.update(task, completed=count)
        )


def _tell(planned: Plan) -> None:
    for reason, count in sorted(planned.counts.items()):
        typer.echo(f"{reason}: {count}")
    typer.echo(f"{planned.total} dead letters of {planned.topic} would be replayed.")
    if planned.kept_by_service:
        typer.echo(
            f"{planned.kept_by_service} more carry a reference only: their records are kept, encrypted, by the service."
            " Use its own replay for them."
        )


def _utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else (instant if instant.tzinfo else instant.replace(tzinfo=UTC))


def _run(work: Any) -> Any:
    try:
        return asyncio.run(work)
    except UnknownTopicError as error:
        _refuse(f"There is no topic {error}, or this Kafka user may not see it.")
    except (KafkaError, OSError) as error:
        _refuse(f"Kafka can't be reached or refuses ({type(error).__name__}). This needs the user `operator`.")


def _refuse(sentence: str) -> Any:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)
