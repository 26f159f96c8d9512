"""A guard for tests: log lines, attributes and headers that could say something about a person fail the test."""

import logging
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import Enum

_SHAPES = re.compile(
    r"""^(?:
    [a-z]{2,8}_[0-9a-f]{32}                                    # a reference
    | [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}   # an event id
    | (?:login\.)?v1\.[A-Za-z0-9_.-]{43,60}                    # an identifier or login token
    | [0-9a-f]{40,64}                                          # a hash
    | aftercare[a-z0-9._-]*(?:/\d+(?:/\d+)?)?                  # a topic, a service, a position
    | org\.aftercare\.[a-z0-9.-]+\.v\d+                        # a message type
    | [A-Z]\w*(?:Error|Exception|Timeout|Warning|Interrupt)    # the type of an exception
    | Retryable | InvalidMessage | Halt | CancelledError
    | [-+]?\d{1,6}(?:\.\d+)?                                   # a small number
    )$""",
    re.VERBOSE,
)


def is_opaque(value: object, words: Collection[str] = ()) -> bool:
    """Whether `value` is a number, an enum member, a reference, or one of the fixed `words` of the caller's code."""
    if value is None or isinstance(value, bool | int | float | Enum | datetime | date | timedelta):
        return True
    if isinstance(value, str):
        return value in words or _SHAPES.match(value) is not None
    if isinstance(value, Mapping):
        return all(is_opaque(each, words) for each in value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return all(is_opaque(each, words) for each in value)
    return False


def assert_log_is_opaque(records: Iterable[logging.LogRecord], words: Collection[str] = ()) -> None:
    """Fail when an argument or an extra of a record of ours is anything but a reference, a number or a fixed word.

    Use with pytest's `caplog.records`. `words` are the slugs that the code under test may log.
    """
    for record in records:
        if not record.name.startswith("aftercare"):
            continue
        arguments = record.args.values() if isinstance(record.args, Mapping) else record.args or ()
        wrong = [repr(value) for value in arguments if not is_opaque(value, words)]
        wrong += [f"{name}={value!r}" for name, value in _extras(record).items() if not is_opaque(value, words)]
        if wrong or not isinstance(record.msg, str):
            raise AssertionError(
                f"{record.name}:{record.lineno} logs {', '.join(wrong) or 'something other than text'}"
            )


_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def _extras(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}
