"""The way to the database."""

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

APPLICATION = "aftercare"


def create_engine(database_url: str, *, name: str = APPLICATION, pool_size: int = 5) -> AsyncEngine:
    """An engine for `postgresql://user:password@host:port/database`, on asyncpg.

    Connections are checked before use (a restarted Postgres costs one reconnect, not one failure per pooled
    connection), statements are prepared and kept, and a lock is never waited for longer than the batch is worth.
    """
    return create_async_engine(
        driver_url(database_url),
        pool_size=pool_size,
        max_overflow=5,
        pool_pre_ping=True,
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


def driver_url(database_url: str) -> str:
    """The URL as SQLAlchemy's asyncpg dialect wants it. Raises `ValueError` for anything but PostgreSQL."""
    scheme, separator, rest = database_url.partition("://")
    if not separator or scheme not in ("postgresql", "postgres", "postgresql+asyncpg"):
        raise ValueError("AFTERCARE_DATABASE_URL must look like postgresql://user:password@host:port/database")
    return f"postgresql+asyncpg://{rest}"


def plain_url(database_url: str) -> str:
    """The URL as asyncpg itself wants it."""
    return f"postgresql://{driver_url(database_url).partition('://')[2]}"
