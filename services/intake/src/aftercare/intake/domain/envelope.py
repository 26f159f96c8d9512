"""Envelopes, told by their fields: CloudEvents structured, batch or binary, with or without the right header.

Producers in the wild send structured events without `application/cloudevents`, and bare payloads with
headers of other kinds (`interop.md` 1.10), so headers alone decide nothing.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from aftercare.intake.domain.json_values import JsonObject, identifier, obj, text
from aftercare.intake.domain.outcome import Reason, Refusal, RefusedError
from aftercare.intake.domain.readers.charset import decode
from aftercare.intake.domain.readers.document import format_of
from aftercare.intake.domain.reading import read_text

MAX_NESTED_ENVELOPES = 4
MAX_BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Payload:
    """A record's content with what its envelope said about it."""

    value: Any
    ce_id: str | None = field(default=None, repr=False)
    ce_source: str | None = field(default=None, repr=False)
    ce_type: str | None = field(default=None, repr=False)


def is_event(value: Any) -> bool:
    """Whether a JSON object is a structured CloudEvent by its fields."""
    if not isinstance(value, dict) or "resourceType" in value or format_of(value) is not None:
        return False
    if "specversion" in value:
        return "type" in value or "source" in value or "id" in value
    return {"type", "source", "id"} <= value.keys() and bool({"data", "data_base64"} & value.keys())


def records_of(value: Any) -> Sequence[Any]:
    """The records in a document: those of a batch of CloudEvents, of a list of FHIR resources, or of a poll of SQS.

    Raises `RefusedError` for more than `MAX_BATCH`.
    """
    found = _records_of(value)
    if len(found) > MAX_BATCH:
        raise RefusedError(Reason.TOO_MANY_RECORDS, f"a batch of more than {MAX_BATCH} records", "json")
    return found


def _records_of(value: Any) -> Sequence[Any]:
    if isinstance(value, list) and value and all(is_event(one) or _is_resource(one) for one in value):
        return value
    polled = obj(value).get("Records") or obj(value).get("Messages")
    if isinstance(polled, list) and polled and all(_queued(one) is not None for one in polled):
        return polled
    return [value]


def _queued(value: Any) -> str | None:
    """The text that an SNS notification or an SQS message carries."""
    if not isinstance(value, dict):
        return None
    if value.get("Type") == "Notification" and "TopicArn" in value:
        return text(value.get("Message"))
    if {"MessageId", "ReceiptHandle"} <= value.keys() or {"messageId", "receiptHandle"} <= value.keys():
        return text(value.get("Body")) or text(value.get("body"))
    return None


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
        carried = _queued(payload.value)
        if carried is not None:
            payload = replace(payload, value=_text_data(carried))
            continue
        if not is_event(payload.value):
            return payload
        event: JsonObject = payload.value
        payload = Payload(
            _data(event),
            _clean(event.get("id")) or payload.ce_id,
            _clean(event.get("source")) or payload.ce_source,
            _clean(event.get("type")) or payload.ce_type,
        )
    if is_event(payload.value) or _queued(payload.value) is not None:
        detail = f"more than {MAX_NESTED_ENVELOPES} envelopes inside each other"
        raise RefusedError(Reason.TOO_DEEP, detail, "cloudevent")
    return payload


def _clean(value: object) -> str | None:
    return identifier(value)


def _data(event: JsonObject) -> Any:
    if event.get("data") is not None:
        data = event["data"]
        return _text_data(data) if isinstance(data, str) else data
    encoded = event.get("data_base64")
    if isinstance(encoded, str):
        try:
            return _text_data(decode(base64.b64decode(encoded, validate=True)))
        except (binascii.Error, ValueError, RefusedError):
            raise RefusedError(Reason.BINARY, "data_base64 is not base64 of text", "cloudevent") from None
    if event.get("dataref") is not None:
        raise RefusedError(Reason.DATA_ELSEWHERE, "a CloudEvent whose data lies behind dataref", "cloudevent")
    raise RefusedError(Reason.EMPTY, "a CloudEvent without data", "cloudevent")


def _text_data(data: str) -> Any:
    """A record that travels as a text inside the event (JSON, XML, HL7 v2) is read; any other text stays a text."""
    words = text(data) or ""
    if words[:1] not in ("{", "[", "<") and not words.startswith("MSH"):
        return data
    found = list(islice(read_text(words), 2))
    if isinstance(found[0], Refusal):
        raise RefusedError(found[0].reason, found[0].detail, found[0].format)
    return found[0].value if len(found) == 1 else data
