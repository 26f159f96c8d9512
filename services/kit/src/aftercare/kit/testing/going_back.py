"""The way back of a migration, for tests: in operation a database only goes forward."""

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine


async def go_back(engine: AsyncEngine, folder: Path, revision: str | None) -> None:
    """Undo what came after `revision` in `folder/versions`; everything when it is `None`."""
    async with engine.begin() as connection:
        await connection.run_sync(_go_back, folder, revision)


def _go_back(connection: Connection, folder: Path, revision: str | None) -> None:
    script = ScriptDirectory(str(folder))

    def down(current: Any, _context: object) -> Any:
        return script._downgrade_revs(revision or "base", current)  # noqa: SLF001 # as its own command does

    with EnvironmentContext(Config(), script, fn=down, destination_rev=revision) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()
