"""Logs as one JSON object per line: fixed words, opaque references, nothing that says who.

The text of an exception can quote what it choked on (a row, an address), so only its type and the places
it passed through are written. Arguments of our own log lines that look like people's data are replaced. Of what
libraries say only the place is written, unless they are known to keep values out of the text itself: a warning
of a validator, or a courier's "sent to +44…", would say who.
"""

import asyncio
import logging
import re
import sys
import time
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TextIO

from pythonjsonlogger.json import JsonFormatter

ALLOWED_EXTRAS = frozenset(
    {"reference", "event_id", "consumer", "topic", "partition", "offset", "reason", "error_type", "kind", "step"}
    | {"count", "seconds", "method", "route", "status", "port", "outcome", "service", "role"}
)
"""All that `extra=` may carry into a line. Anything else is dropped, so that nothing slips in by accident."""

REDACTED = "[redacted]"
_OURS = "aftercare"
_KEEP_VALUES_APART = frozenset({"faust", "mode", "aiokafka", "kafka", "uvicorn", "alembic", "sqlalchemy"})
"""Libraries whose lines we may repeat: fixed words with arguments, which are replaced like ours."""
_TEMPLATE = "route"
"""A route's template comes from the code, braces and all."""
_OPEN = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:/+*-]{0,199}$")
_NUMBER_LIKE_PHONE = re.compile(r"^\+?\d{7,}$")
_LEVELS = {
    "faust": "WARNING",
    "mode": "ERROR",
    "aiokafka": "WARNING",
    "kafka": "WARNING",
    "uvicorn": "WARNING",
    "asyncio": "WARNING",
    "sqlalchemy": "WARNING",
    "alembic": "WARNING",
    "httpx": "WARNING",
    "httpcore": "WARNING",
    "opentelemetry": "ERROR",
    "mail": "WARNING",
}


class OpaqueFormatter(JsonFormatter):
    """Writes what is allowed and nothing else."""

    converter = staticmethod(time.gmtime)

    def __init__(self, service: str, role: str) -> None:
        super().__init__("%(message)s", json_ensure_ascii=False)
        self._static = {"service": service, "role": role}

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        log_data["time"] = self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}Z"
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        log_data["message"] = _message(record)
        log_data.update(self._static)
        for name in ALLOWED_EXTRAS & record.__dict__.keys():
            value = record.__dict__[name]
            log_data[name] = value if name == _TEMPLATE else _shown(value)
        if record.exc_info:
            log_data["exception"] = where(record.exc_info)
        del message_dict


def _message(record: logging.LogRecord) -> str:
    """The line as it was meant, or only its place where the text itself may hold a value."""
    known = record.name.partition(".")[0] in {_OURS, *_KEEP_VALUES_APART}
    if known and isinstance(record.msg, str):
        return record.getMessage()
    return f"{REDACTED} at {record.filename}:{record.lineno}"


class Redaction(logging.Filter):
    """The last line of defence: an argument that may be a name, an address or a sentence is not written."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, Mapping):
            record.args = {key: _shown(value) for key, value in record.args.items()}
        elif record.args:
            record.args = tuple(_shown(value) for value in record.args)
        return True


def _shown(value: object) -> object:
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    return value if _OPEN.match(text) and not _NUMBER_LIKE_PHONE.match(text) else REDACTED


def where(exc_info: Any) -> str:
    """`Type at file:line in function < …`, innermost place first, through the causes. No text of any exception."""
    error = exc_info[1] if isinstance(exc_info, tuple) else None
    parts: list[str] = []
    while error is not None and len(parts) < 5:
        parts.append(f"{type(error).__name__} at {_places(error.__traceback__)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return " | caused by ".join(parts)


def _places(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-8:]
    return " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in reversed(frames))


def configure(service: str, role: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send every logger of this process through one handler that writes JSON lines to stdout."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(OpaqueFormatter(service, role))
    handler.addFilter(Redaction())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, quiet in _LEVELS.items():
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(quiet)
    logging.captureWarnings(True)  # noqa: FBT003


def log_loop_errors(loop: asyncio.AbstractEventLoop) -> None:
    """Have the event loop report what nobody awaited by type: its own text would quote the exception."""
    logger = logging.getLogger(f"{_OURS}.kit.loop")

    def report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        info = (type(error), error, error.__traceback__) if isinstance(error, BaseException) else None
        logger.error("nobody awaited %s", type(error).__name__, exc_info=info)

    loop.set_exception_handler(report)
