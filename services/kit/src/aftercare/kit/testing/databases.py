"""Databases for tests: a migrated template once, then copies of it."""

import asyncio
import threading
import uuid
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from aftercare.kit.process.migrate import upgrade
from aftercare.kit.store.engine import driver_url
from aftercare.kit.store.tables import add_kit_tables


class DatabaseFactory:
    """Creates and drops databases on a server that `admin_url` may administer."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url
        self._templates: dict[object, str] = {}

    def create(self, name: str, *, migrations: Path | None = None, metadata: MetaData | None = None) -> str:
        """A new database `name`, migrated by the Alembic folder or filled with the tables. Returns its URL."""
        template = self._template(migrations, metadata)
        self._administer([f'create database "{name}" template "{template}"'])
        return self.url(name)

    def url(self, name: str) -> str:
        return urlunsplit(urlsplit(self._admin_url)._replace(path=f"/{name}"))

    def drop(self, name: str) -> None:
        self._administer([f'drop database if exists "{name}" with (force)'])

    def drop_all(self) -> None:
        for template in self._templates.values():
            self.drop(template)

    def _template(self, migrations: Path | None, metadata: MetaData | None) -> str:
        wanted: object = migrations or (id(metadata) if metadata is not None else "kit")
        if wanted not in self._templates:
            name = f"template_{uuid.uuid4().hex[:12]}"
            self._administer([f'create database "{name}"'])
            if migrations is not None:
                in_own_loop(_migrate(self.url(name), migrations))
            else:
                in_own_loop(_create_tables(self.url(name), metadata if metadata is not None else _kit_tables()))
            self._templates[wanted] = name
        return self._templates[wanted]

    def _administer(self, statements: Sequence[str]) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self._admin_url)
            try:
                for statement in statements:
                    await connection.execute(statement)
            finally:
                await connection.close()

        in_own_loop(run())


def in_own_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine from a fixture, whether or not a loop is running."""
    problems: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(work)
        except BaseException as error:  # noqa: BLE001
            problems.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if problems:
        raise problems[0]


async def _migrate(url: str, folder: Path) -> None:
    """As `aftercare-<service> migrate` does it."""
    await upgrade(url, folder, "test")


async def _create_tables(url: str, metadata: MetaData) -> None:
    engine = create_async_engine(driver_url(url))
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()


def _kit_tables() -> MetaData:
    metadata = MetaData()
    add_kit_tables(metadata)
    return metadata
