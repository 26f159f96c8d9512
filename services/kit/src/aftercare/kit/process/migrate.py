"""Brings a database to the newest revision. Safe to run again, and by many at once: one works, the others wait.

Migrations only expand: add tables, columns with defaults, indexes. The release before runs beside the new one
while pods are replaced, so nothing that it uses may go or change its meaning; that comes one release later.
"""

import asyncio
import zlib
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from aftercare.kit.settings import async_url

LOCK_CLASS = 0x0A7C
"""First half of the advisory lock that lets one migration run at a time; the second says which folder."""
_CONNECT_SECONDS = 10
_TABLE_LOCK = "30s"


async def upgrade(database_url: str, folder: Path, service: str) -> tuple[str | None, str | None]:
    """Apply what is missing from `folder/versions`. Returns the revision before and after.

    All in one transaction: it is applied as a whole or not at all. Waits for another run to end, and gives up
    with an error rather than hold up a busy table for more than 30 seconds.
    """
    engine = create_async_engine(
        async_url(database_url),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={
            "timeout": _CONNECT_SECONDS,
            "server_settings": {"application_name": f"aftercare {service} migrate"},
        },
    )
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(_upgrade, folder, service)
    finally:
        await engine.dispose()


def upgrade_now(database_url: str, folder: Path, service: str) -> tuple[str | None, str | None]:
    """The same for code without an event loop."""
    return asyncio.run(upgrade(database_url, folder, service))


def _upgrade(connection: Connection, folder: Path, service: str) -> tuple[str | None, str | None]:
    key = zlib.crc32(service.encode()) - 2**31
    connection.execute(text("select pg_advisory_xact_lock(:class, :key)"), {"class": LOCK_CLASS, "key": key})
    connection.execute(text(f"set local lock_timeout = '{_TABLE_LOCK}'"))
    script = ScriptDirectory(str(folder))
    before: list[str | None] = []

    def to_head(revision: object, _context: object) -> list[object]:
        current = revision if isinstance(revision, tuple) else (revision,)
        before.append(current[0] if current else None)
        return list(script._upgrade_revs("head", revision))  # type: ignore[arg-type] # noqa: SLF001 - as its own command does

    with EnvironmentContext(Config(), script, fn=to_head, destination_rev="head") as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()
    return (before[0] if before else None), script.get_current_head()
