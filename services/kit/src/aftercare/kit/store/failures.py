"""What a database error means for the work that met it: the row is at fault, or the database is."""

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

_ROW_CLASSES = ("22", "23")
"""SQLSTATE classes *data exception* and *integrity constraint violation*."""


def row_at_fault(error: BaseException) -> bool:
    """Whether trying again cannot help, because what was written breaks a rule of the data."""
    cause = _driver_error(error)
    if isinstance(cause, asyncpg.exceptions.DataError):
        return True  # raised by the driver itself, before anything was sent; it has no SQLSTATE of the server
    state = getattr(cause, "sqlstate", None)
    return isinstance(state, str) and state.startswith(_ROW_CLASSES)


def database_at_fault(error: BaseException) -> bool:
    """Whether the database or the way to it failed: down, restarting, deadlock, no permission, not yet migrated.

    All of these can pass without a change to the message, so the work is kept and tried again.
    """
    if isinstance(error, OSError | asyncpg.PostgresError | asyncpg.InterfaceError | SQLAlchemyError):
        return not row_at_fault(error) and not _programming_slip(error)
    return False


def _programming_slip(error: BaseException) -> bool:
    """SQLAlchemy complains about our own code (a missing bind, a wrong type): a bug, not an outage."""
    return isinstance(error, SQLAlchemyError) and not isinstance(error, DBAPIError) and not _is_waiting(error)


def _is_waiting(error: SQLAlchemyError) -> bool:
    return type(error).__name__ in ("TimeoutError", "DisconnectionError")


def _driver_error(error: BaseException) -> BaseException | None:
    """The asyncpg exception under SQLAlchemy's two wrappings."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, asyncpg.PostgresError | asyncpg.InterfaceError):
        seen = seen.orig if isinstance(seen, DBAPIError) and seen.orig is not None else seen.__cause__
    return seen
