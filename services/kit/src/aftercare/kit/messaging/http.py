"""CloudEvents 1.0 over HTTP: binary, structured and batch, told apart by headers and by the body itself."""

from collections.abc import Iterable
from urllib.parse import unquote

from aftercare.kit.messaging.codec import (
    BATCH,
    STRUCTURED,
    binary_event,
    event_from_json,
    load_json,
    with_trace,
)
from aftercare.kit.messaging.envelope import Event
from aftercare.kit.outcome import InvalidMessage


def read_http(headers: Iterable[tuple[str, str]], body: bytes) -> list[Event | InvalidMessage]:
    """The events of one request, in order. One that cannot be read stands as its `InvalidMessage`.

    A batch with one bad event still yields the others. Raises `InvalidMessage` when the body as a whole
    is nothing of the kind.
    """
    plain = {name.lower(): value for name, value in headers}
    content_type = plain.get("content-type", "")
    attributes = {name[3:]: _decoded(value) for name, value in plain.items() if name.startswith("ce-")}
    if content_type.lower().startswith(BATCH):
        return _batch(load_json(body), plain)
    if "specversion" in attributes and not content_type.lower().startswith(STRUCTURED):
        return [with_trace(binary_event(attributes, content_type or None, body or None), plain)]
    document = load_json(body)
    if isinstance(document, list):
        return _batch(document, plain)
    return [with_trace(event_from_json(document), plain)]


def _batch(document: object, headers: dict[str, str]) -> list[Event | InvalidMessage]:
    if not isinstance(document, list):
        raise InvalidMessage("not-a-cloudevent", "a batch is a JSON array of events")
    return [_member(item, headers) for item in document]


def _member(item: object, headers: dict[str, str]) -> Event | InvalidMessage:
    try:
        return with_trace(event_from_json(item), headers)
    except InvalidMessage as invalid:
        return invalid


def _decoded(value: str) -> str:
    """Undo the HTTP binding's encoding (3.1.3.2): quotes with escapes, then percent-encoding."""
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return unquote(value)
