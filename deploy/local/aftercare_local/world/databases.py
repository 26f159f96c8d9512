"""A look inside the services' databases, for asserting only."""

import asyncio
from collections.abc import Mapping
from typing import Any

import asyncpg

Row = dict[str, Any]


class Databases:
    """One connection per service database, on a loop of its own so that stories can be told without `await`."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls = dict(urls)
        self._runner = asyncio.Runner()
        self._open: dict[str, Any] = {}

    def rows(self, service: str, sql: str, *args: object) -> list[Row]:
        try:
            return self._runner.run(self._fetch(service, sql, args))
        except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError):
            self._open.pop(service, None)  # the server was restarted; once more on a fresh connection
            return self._runner.run(self._fetch(service, sql, args))

    def value(self, service: str, sql: str, *args: object) -> Any:
        rows = self.rows(service, sql, *args)
        return next(iter(rows[0].values())) if rows else None

    def execute(self, service: str, sql: str) -> None:
        self._runner.run(self._execute(service, sql))

    async def _connection(self, service: str) -> Any:
        connection = self._open.get(service)
        if connection is None or connection.is_closed():
            self._open[service] = connection = await asyncpg.connect(self._urls[service])
        return connection

    async def _fetch(self, service: str, sql: str, args: tuple[object, ...]) -> list[Row]:
        return [dict(row) for row in await (await self._connection(service)).fetch(sql, *args)]

    async def _execute(self, service: str, sql: str) -> None:
        await (await self._connection(service)).execute(sql)

    def close(self) -> None:
        for connection in self._open.values():
            self._runner.run(connection.close())
        self._runner.close()
