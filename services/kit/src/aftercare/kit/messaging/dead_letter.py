"""A dead letter: the record as it came, and why nobody could handle it (H21)."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftercare.kit.messaging.consumer import Consumer, Record
from aftercare.kit.store.transaction import OutboxRow

PREFIX = "x-dead-letter-"
EXACT_HEADERS = f"{PREFIX}headers"
"""The original headers byte for byte (JSON of `[name, base64]`), when plain text would not be the same."""
REPLAY_ATTEMPT = "x-replay-attempt"
REPLAY_FOR = "x-replay-for"
"""Whom a replay is meant for: the topic's other consumers have handled the record long ago."""

_SAFE_FROM_OUTSIDE = {
    "content-type": re.compile(r"application/(?:cloudevents\+|fhir\+)?json|text/(?:plain|csv|xml)"),
    "ce_specversion": re.compile(r"\d\.\d"),
    "traceparent": re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"),
    REPLAY_ATTEMPT: re.compile(r"\d{1,9}"),
    REPLAY_FOR: re.compile(r"[a-z0-9._/:-]{1,100}"),
}
"""Headers of a record from outside that may go along, if they say what such a header says and nothing else."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a record became a dead letter. `detail` never quotes the message."""

    reason: str
    detail: str = ""
    error_type: str = "InvalidMessage"
    attempts: int = 1


def dead_letters_of(topic: str) -> str:
    return f"{topic}.dlq"


def dead_letter(consumer: Consumer[Any], record: Record, cause: Cause, service: str, now: datetime) -> OutboxRow:
    """The row that puts the record aside. Where the service keeps the bytes itself, a hash stands for them."""
    ours = {
        "reason": cause.reason,
        "detail": cause.detail[:500],
        "topic": record.topic,
        "partition": str(record.partition),
        "offset": str(record.offset),
        "consumer": consumer.name,
        "attempts": str(cause.attempts),
        "error-type": cause.error_type,
        "first-failed-at": now.isoformat().replace("+00:00", "Z"),
        "service": service,
    }
    marked = {f"{PREFIX}{name}": value for name, value in ours.items()}
    if consumer.keeps_bytes:
        return _reference_only(record, marked)
    return OutboxRow(dead_letters_of(record.topic), record.key, record.value, {**_kept(record), **marked})


def addressee(service: str, consumer: str) -> str:
    """How a replay names its consumer."""
    return f"{service}/{consumer}"


def replay_attempt(record: Record, reader: str | None = None) -> int:
    """How often the record has been replayed from the dead letters: 0 for one that came the normal way.

    Also 0 when the replay is meant for somebody else than `reader`, who then knows the record by its first identity.
    """
    stated = {name.lower(): value for name, value in record.headers}
    attempt, meant_for = stated.get(REPLAY_ATTEMPT, b""), stated.get(REPLAY_FOR)
    if reader is not None and meant_for is not None and meant_for.decode("utf-8", "replace") != reader:
        return 0
    return int(attempt[:9]) if attempt.isdigit() else 0


def original_headers(record: Record) -> tuple[tuple[str, bytes], ...]:
    """The headers that a dead letter's record had when it first came, without what was written on it since."""
    exact = next((value for name, value in record.headers if name == EXACT_HEADERS), None)
    if exact is not None:
        return tuple((name, base64.b64decode(value)) for name, value in json.loads(exact))
    return tuple((name, value) for name, value in record.headers if not name.startswith(PREFIX))


def _reference_only(record: Record, marked: dict[str, str]) -> OutboxRow:
    """Keys and headers from outside may name somebody: only what we know to be harmless goes along."""
    harmless = {name.lower(): value for name, value in _kept(record).items() if _is_harmless(name.lower(), value)}
    marked[f"{PREFIX}sha256"] = hashlib.sha256(record.value or b"").hexdigest()
    marked[f"{PREFIX}bytes"] = str(len(record.value or b""))
    return OutboxRow(dead_letters_of(record.topic), record.position.encode(), b"{}", {**harmless, **marked})


def _is_harmless(name: str, value: str) -> bool:
    shape = _SAFE_FROM_OUTSIDE.get(name)
    return shape is not None and shape.fullmatch(value) is not None


def _kept(record: Record) -> dict[str, str]:
    """The original headers as text; beside them the exact bytes when text alone would lose something."""
    kept: dict[str, str] = {}
    lossy = False
    for name, value in record.headers:
        plain = _plain(value)
        lossy = lossy or plain is None or name in kept or _plain(name.encode("utf-8", "surrogatepass")) is None
        if plain is not None and not name.startswith(PREFIX):
            kept[name] = plain
    if lossy:
        pairs = [[name, base64.b64encode(value or b"").decode()] for name, value in record.headers]
        kept = {} if any(_plain(name.encode("utf-8", "surrogatepass")) is None for name in kept) else kept
        kept[EXACT_HEADERS] = json.dumps(pairs)
    return kept


def _plain(value: bytes | None) -> str | None:
    """The bytes as text that a JSON column can hold, or `None`."""
    try:
        shown = (value or b"").decode()
    except UnicodeDecodeError:
        return None
    return None if "\x00" in shown else shown
