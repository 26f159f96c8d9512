"""CloudEvents 1.0 on Kafka: read what others send, whatever mode they chose, without trusting their headers.

The mode is told by the content type when it says so, else by the `ce_` headers, else by the body's own fields:
many producers forget the header, and some send `ce_datacontenttype` besides `content-type`.
Error texts never quote a value.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.v1.event import CloudEvent

from aftercare.kit.messaging.consumer import Decode, Received, Record
from aftercare.kit.messaging.envelope import Event
from aftercare.kit.messaging.tracing import trace_context
from aftercare.kit.outcome import InvalidMessage

T = TypeVar("T")

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)

STRUCTURED = "application/cloudevents"
BATCH = "application/cloudevents-batch"
REQUIRED = ("specversion", "id", "source", "type")
_CORE = frozenset({*REQUIRED, "subject", "time", "datacontenttype", "dataschema"})
_JSON_TYPE = re.compile(r"^[\w.+-]+/(?:[\w.+-]+\+)?json(?:\s*;.*)?$", re.IGNORECASE)


def read_kafka(record: Record) -> Event:
    """The event that a Kafka record carries (Kafka protocol binding 3.1-3.3).

    Raises `InvalidMessage`: `not-a-cloudevent`, `unsupported-specversion`, `bad-attribute`, `not-json`.
    """
    headers = text_headers(record)
    content_type = headers.get("content-type", "")
    if content_type.lower().startswith(BATCH):
        raise InvalidMessage("not-a-cloudevent", "a batch is for HTTP; send one event per record")
    prefixed = {name[3:]: value for name, value in headers.items() if name.startswith("ce_")}
    if content_type.lower().startswith(STRUCTURED) or not _looks_like_attributes(prefixed):
        event = read_structured(record.value or b"", content_type)
    else:
        event = binary_event(prefixed, content_type or None, record.value)
    return with_trace(event, headers)


def text_headers(record: Record) -> dict[str, str]:
    """The record's headers, names in lower case. Bytes that are no text are replaced, never refused here."""
    return {name.lower(): value.decode("utf-8", "replace") for name, value in record.headers}


def binary_event(attributes: Mapping[str, str], content_type: str | None, data: bytes | None) -> Event:
    """An event from attributes that stood in headers. The transport's content type wins over a superfluous one."""
    merged = dict(attributes)
    if content_type:
        merged["datacontenttype"] = content_type
    return _event(merged, data)


def read_structured(body: bytes, content_type: str = "") -> Event:
    """An event from a JSON object that holds attributes and data (JSON event format 3)."""
    if content_type and not _JSON_TYPE.match(content_type):
        raise InvalidMessage("not-a-cloudevent", "an event format other than JSON")
    return event_from_json(load_json(body))


def load_json(body: bytes) -> object:
    """Parse JSON bytes. Raises `InvalidMessage("not-json")` saying where, not what."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise InvalidMessage("not-json", f"line {error.lineno}, column {error.colno}") from None
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise InvalidMessage("not-json", type(error).__name__) from None


def event_from_json(document: object) -> Event:
    """An event from a parsed JSON object. A `null` attribute is as good as none."""
    if not isinstance(document, dict) or not _looks_like_attributes(document):
        raise InvalidMessage("not-a-cloudevent", "no CloudEvents attributes in headers or body")
    fields = {name: value for name, value in document.items() if name not in ("data", "data_base64")}
    attributes = {name: _as_text(name, value) for name, value in fields.items() if value is not None}
    return _event(attributes, _data(document, attributes.get("datacontenttype")))


def with_trace(event: Event, headers: Mapping[str, str]) -> Event:
    """The event with the trace context of its transport: `traceparent`, B3, or the extension, in this order.

    An extension that is no trace context is left behind: it would be handed on from message to message.
    """
    stated = event.extensions.get("traceparent")
    traceparent = trace_context(headers) or trace_context({"traceparent": stated or ""})
    if traceparent == stated:
        return event
    kept = {name: value for name, value in event.extensions.items() if name != "traceparent"}
    return Event(
        id=event.id,
        source=event.source,
        type=event.type,
        data=event.data,
        subject=event.subject,
        time=event.time,
        datacontenttype=event.datacontenttype,
        dataschema=event.dataschema,
        extensions=kept | ({"traceparent": traceparent} if traceparent else {}),
    )


def typed(read: Callable[[str, bytes | None, str | None], T | None], unreadable: type[Exception]) -> Decode[T]:
    """A `Decode` for a topic of ours: `read(type, data, key)` turns bytes into a message, `None` if unknown.

    `unreadable` is what `read` raises for bytes that are no such message; its text must be safe to log.
    """

    def decode(record: Record) -> Received[T] | None:
        event = read_kafka(record)
        key = record.key.decode("utf-8", "replace") if record.key is not None else event.subject
        try:
            message = read(event.type, event.data, key)
        except unreadable as error:
            raise InvalidMessage("unreadable", str(error)) from None
        if message is None:
            return None
        return Received(source=event.source, id=event.id, message=message, cause=event.cause, record=record)

    return decode


def _looks_like_attributes(fields: Mapping[str, object]) -> bool:
    return sum(name in fields for name in REQUIRED) >= 2


def _refuse_constant(_: str) -> object:
    raise ValueError


def _as_text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise InvalidMessage("bad-attribute", f"{_safe(name)}: not a CloudEvents attribute type")


def _data(document: Mapping[str, object], content_type: str | None) -> bytes | None:
    if document.get("data_base64") is not None:
        if document.get("data") is not None:
            raise InvalidMessage("bad-attribute", "both data and data_base64")
        return _from_base64(document["data_base64"])
    data = document.get("data")
    if data is None:
        return None
    if isinstance(data, str) and content_type and not _JSON_TYPE.match(content_type):
        return data.encode()
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _from_base64(value: object) -> bytes:
    try:
        return base64.b64decode(value, validate=True)  # type: ignore[arg-type] # anything else is a TypeError here
    except (binascii.Error, TypeError, ValueError):
        raise InvalidMessage("bad-attribute", "data_base64: not base64") from None


def _event(attributes: Mapping[str, str], data: bytes | None) -> Event:
    version = attributes.get("specversion")
    if version != "1.0":
        shown = version if version and re.fullmatch(r"\d\.\d{1,2}(-[a-z]{2}\d?)?", version) else "another version"
        raise InvalidMessage("unsupported-specversion", f"CloudEvents {shown}; send 1.0")
    missing = [name for name in REQUIRED if not attributes.get(name)]
    if missing:
        raise InvalidMessage("bad-attribute", f"missing: {', '.join(missing)}")
    time = _instant(attributes.get("time"))
    checked: dict[str, Any] = {**attributes, "time": time or _ANY_TIME}  # left out, the SDK would read the clock
    try:
        CloudEvent(checked)
    except CloudEventValidationError as error:
        names = ", ".join(sorted(_safe(name) for name in error.errors))
        raise InvalidMessage("bad-attribute", names) from None
    return Event(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        data=data,
        subject=attributes.get("subject"),
        time=time,
        datacontenttype=attributes.get("datacontenttype"),
        dataschema=attributes.get("dataschema"),
        extensions={name: value for name, value in attributes.items() if name not in _CORE},
    )


def _instant(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise InvalidMessage("bad-attribute", "time: not an RFC 3339 instant") from None
    if instant.tzinfo is None:
        raise InvalidMessage("bad-attribute", "time: no offset from UTC")
    return instant


def _safe(name: str) -> str:
    return name if re.fullmatch(r"[a-z0-9]{1,20}", name) else "an attribute with an invalid name"
