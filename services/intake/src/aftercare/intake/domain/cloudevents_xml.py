"""CloudEvents in their XML format, as the same events in JSON (`application/cloudevents+xml`)."""

from typing import Any

from aftercare.intake.domain.json_values import objects, text
from aftercare.intake.domain.readers.document import FORMAT, format_of

_NAMESPACE = "http://cloudevents.io/xmlformat/"
_BINARY = frozenset({"base64Binary", "binary"})


def as_events(value: Any) -> Any:
    """The event, or the list of a batch, that an XML document holds; anything else as it is."""
    if format_of(value) != "xml" or not str(value.get("@xmlns")).startswith(_NAMESPACE):
        return value
    match value.get("@root"):
        case "event":
            return _event(value["event"])
        case "batch":
            batch = value["batch"]
            return [_event(one) for one in objects(batch.get("event"))] if isinstance(batch, dict) else []
        case _:
            return value


def _event(element: Any) -> dict[str, Any]:
    """Attributes stand in elements of their own; only `specversion` is an attribute of the element."""
    parts = element if isinstance(element, dict) else {}
    said = {name.lstrip("@"): _words(content) for name, content in parts.items() if name not in ("data", "#text")}
    return {"specversion": "1.0", **said, **_data(parts.get("data"))}


def _words(content: Any) -> Any:
    return content.get("#text") if isinstance(content, dict) else content


def _data(data: Any) -> dict[str, Any]:
    """Text, base64, or an element: a document of its own, whose namespace below the event's root is not known."""
    if not isinstance(data, dict):
        return {"data": data} if text(data) else {}
    kind = str(data.get("@type")).rsplit(":", 1)[-1]
    inner = next((name for name in data if not name.startswith(("@", "#"))), None)
    if inner is not None:
        return {"data": {FORMAT: "xml", "@root": inner, "@xmlns": "", inner: data[inner]}}
    return {"data_base64" if kind in _BINARY else "data": data.get("#text")}
