"""The way to the database."""

import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

APPLICATION = "aftercare"
RESTED_SECONDS = 2.0
"""After so long without use a connection is asked whether it still answers. Asking costs three round trips."""


def create_engine(database_url: str, *, name: str = APPLICATION, pool_size: int = 5) -> AsyncEngine:
    """An engine for `postgresql://user:password@host:port/database`, on asyncpg.

    Connections that have rested are checked before use (a restarted Postgres costs one reconnect, not one failure
    per pooled connection), statements are prepared and kept, and a lock is never waited for longer than the batch
    is worth.
    """
    engine = create_async_engine(
        driver_url(database_url),
        pool_size=pool_size,
        max_overflow=5,
        pool_timeout=10,
        pool_recycle=1800,
        hide_parameters=True,  # an error's text would quote the row
        connect_args={
            "timeout": 10,
            "command_timeout": 60,
            "prepared_statement_cache_size": 500,
            "server_settings": {
                "application_name": name,
                "idle_in_transaction_session_timeout": "120000",
                "lock_timeout": "20000",
                "jit": "off",
            },
        },
    )
    _check_rested(engine)
    return engine


def _check_rested(engine: AsyncEngine) -> None:
    """In place of `pool_pre_ping`, which asks before each transaction and doubles the cost of a small one."""
    dialect = engine.dialect

    def used(_connection: Any, record: Any, *_: Any) -> None:
        record.info["used"] = time.monotonic()

    def check(connection: Any, record: Any, _proxy: Any) -> None:
        if connection.driver_connection.is_closed():  # the driver has seen the server go: costs nothing to ask
            raise InvalidatePoolError
        if time.monotonic() - record.info["used"] >= RESTED_SECONDS:
            ping(dialect, connection)

    event.listen(engine.sync_engine, "connect", used)
    event.listen(engine.sync_engine, "checkin", used)
    event.listen(engine.sync_engine, "checkout", check)


def ping(dialect: Any, connection: Any) -> None:
    """Ask the server whether it still knows the connection. Raises what makes the pool open a new one."""
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def driver_url(database_url: str) -> str:
    """The URL as SQLAlchemy's asyncpg dialect wants it. Raises `ValueError` for anything but PostgreSQL."""
    scheme, separator, rest = database_url.partition("://")
    if not separator or scheme not in ("postgresql", "postgres", "postgresql+asyncpg"):
        raise ValueError("AFTERCARE_DATABASE_URL must look like postgresql://user:password@host:port/database")
    return f"postgresql+asyncpg://{rest}"


def plain_url(database_url: str) -> str:
    """The URL as asyncpg itself wants it."""
    return f"postgresql://{driver_url(database_url).partition('://')[2]}"
