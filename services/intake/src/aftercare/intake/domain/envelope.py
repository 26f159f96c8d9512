"""Envelopes, told by their fields: CloudEvents structured, batch or binary, with or without the right header.

Producers in the wild send structured events without `application/cloudevents`, and bare payloads with
headers of other kinds (`interop.md` 1.10), so headers alone decide nothing.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aftercare.intake.domain.json_values import JsonObject, identifier, text
from aftercare.intake.domain.outcome import Reason, RefusedError
from aftercare.intake.domain.reading import load

MAX_NESTED_ENVELOPES = 3


@dataclass(frozen=True, slots=True)
class Payload:
    """A record's content with what its envelope said about it."""

    value: Any
    ce_id: str | None = field(default=None, repr=False)
    ce_source: str | None = field(default=None, repr=False)
    ce_type: str | None = field(default=None, repr=False)


def is_event(value: Any) -> bool:
    """Whether a JSON object is a structured CloudEvent by its fields."""
    if not isinstance(value, dict) or "resourceType" in value:
        return False
    if "specversion" in value:
        return "type" in value or "source" in value or "id" in value
    return {"type", "source", "id"} <= value.keys() and bool({"data", "data_base64"} & value.keys())


def is_batch(value: Any) -> bool:
    """Whether a JSON list is a list of records: a batch of CloudEvents, or FHIR resources."""
    return isinstance(value, list) and bool(value) and all(is_event(one) or _is_resource(one) for one in value)


def _is_resource(value: Any) -> bool:
    return isinstance(value, dict) and "resourceType" in value


def binary_attributes(headers: Mapping[str, str]) -> dict[str, str]:
    """The CloudEvents attributes among headers: `ce_type` on Kafka, `ce-type` over HTTP, in any case."""
    lowered = {name.lower(): value for name, value in headers.items()}
    return {name[3:]: value for name, value in lowered.items() if name.startswith(("ce_", "ce-"))}


def unwrap(value: Any, headers: Mapping[str, str]) -> Payload:
    """The content of a document, out of all its envelopes. Raises `RefusedError`."""
    outer = binary_attributes(headers)
    payload = Payload(value, _clean(outer.get("id")), _clean(outer.get("source")), _clean(outer.get("type")))
    for _ in range(MAX_NESTED_ENVELOPES):
        if not is_event(payload.value):
            return payload
        event: JsonObject = payload.value
        payload = Payload(
            _data(event),
            _clean(event.get("id")) or payload.ce_id,
            _clean(event.get("source")) or payload.ce_source,
            _clean(event.get("type")) or payload.ce_type,
        )
    raise RefusedError(Reason.TOO_DEEP, f"more than {MAX_NESTED_ENVELOPES} CloudEvents inside each other", "cloudevent")


def _clean(value: object) -> str | None:
    return identifier(value)


def _data(event: JsonObject) -> Any:
    if event.get("data") is not None:
        data = event["data"]
        return _text_data(data) if isinstance(data, str) else data
    encoded = event.get("data_base64")
    if isinstance(encoded, str):
        try:
            return _text_data(base64.b64decode(encoded, validate=True).decode())
        except (binascii.Error, ValueError):
            raise RefusedError(Reason.BINARY, "data_base64 is not base64 of UTF-8 text", "cloudevent") from None
    if event.get("dataref") is not None:
        raise RefusedError(Reason.DATA_ELSEWHERE, "a CloudEvent whose data lies behind dataref", "cloudevent")
    raise RefusedError(Reason.EMPTY, "a CloudEvent without data", "cloudevent")


def _text_data(data: str) -> Any:
    """JSON that travels as a text inside the event is read; any other text stays a text."""
    words = text(data) or ""
    return load(words) if words[:1] in ("{", "[") else data
