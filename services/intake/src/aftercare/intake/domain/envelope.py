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

from aftercare.intake.domain.cloudevents_xml import as_events
from aftercare.intake.domain.json_values import JsonObject, identifier, obj, text
from aftercare.intake.domain.outcome import Reason, Refusal, RefusedError
from aftercare.intake.domain.readers.charset import decode
from aftercare.intake.domain.readers.csv_head import MEDIA_TYPES
from aftercare.intake.domain.readers.document import format_of
from aftercare.intake.domain.readers.hl7v2 import is_hl7v2
from aftercare.intake.domain.readers.packed import unpack
from aftercare.intake.domain.reading import DEFAULT_LIMIT, read_text

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

    One that is none of these stands by itself and stops nothing. Raises `RefusedError` for more than `MAX_BATCH`.
    """
    found = _records_of(as_events(value))
    if len(found) > MAX_BATCH:
        raise RefusedError(Reason.TOO_MANY_RECORDS, f"a batch of more than {MAX_BATCH} records", "json")
    return found


def _records_of(value: Any) -> Sequence[Any]:
    if isinstance(value, list):
        return (
            value if any(is_event(one) or _is_resource(one) or _queued(one) is not None for one in value) else [value]
        )
    for polled in (obj(value).get("Records"), obj(value).get("Messages")):
        if isinstance(polled, list) and any(_queued(one) is not None for one in polled):
            return polled
    return [value]


def _queued(value: Any) -> str | None:
    """The text that an SNS notification or an SQS message carries."""
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("Sns"), dict):
        value = value["Sns"]
    if value.get("Type") == "Notification" and {"TopicArn", "MessageId"} & value.keys():
        return text(value.get("Message"))
    if {"MessageId", "ReceiptHandle"} <= value.keys() or {"messageId", "receiptHandle"} <= value.keys():
        return text(value.get("Body")) or text(value.get("body"))
    return None


def _asks_for_confirmation(value: Any) -> bool:
    """The first message of SNS and of Event Grid. Until somebody answers it, nothing else comes."""
    said = obj(value)
    return (said.get("Type") == "SubscriptionConfirmation" and "SubscribeURL" in said) or (
        said.get("eventType") == "Microsoft.EventGrid.SubscriptionValidationEvent"
    )


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
    if _asks_for_confirmation(payload.value):
        detail = "a broker asks to confirm its subscription: do so there, no address in a record is ever opened"
        raise RefusedError(Reason.SUBSCRIPTION_FAILING, detail, "envelope")
    for _ in range(MAX_NESTED_ENVELOPES):
        carried = _queued(payload.value)
        if carried is not None:
            payload = replace(payload, value=read_carried(carried))
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


def content_type(stated: str | None) -> tuple[str, str | None]:
    """The media type and the charset of a content type as it is written."""
    kind = (stated or "").lower()
    _, found, charset = kind.partition("charset=")
    return kind.split(";")[0].strip(), charset.split(";")[0].strip(" \"'") if found else None


def _data(event: JsonObject) -> Any:
    media_type, charset = content_type(text(event.get("datacontenttype")))
    data, encoded = event.get("data"), event.get("data_base64")
    if isinstance(data, str) and event.get("datacontentencoding") == "base64":  # so said CloudEvents 0.3
        data, encoded = None, data
    if data is not None:
        return read_carried(data, media_type) if isinstance(data, str) else data
    if isinstance(encoded, str):
        return read_carried(_decoded(encoded, charset), media_type)
    if event.get("dataref") is not None:
        raise RefusedError(Reason.DATA_ELSEWHERE, "a CloudEvent whose data lies behind dataref", "cloudevent")
    raise RefusedError(Reason.EMPTY, "a CloudEvent without data", "cloudevent")


def _decoded(encoded: str, charset: str | None) -> str:
    try:
        [plain] = unpack(base64.b64decode(encoded, validate=True), None, DEFAULT_LIMIT)
        return decode(plain, charset) if isinstance(plain, bytes) else ""
    except RefusedError as refused:
        if refused.refusal.reason is Reason.WRONG_CHARSET:
            raise
    except (binascii.Error, ValueError):
        pass
    raise RefusedError(Reason.BINARY, "data_base64 is not base64 of text", "cloudevent")


def read_carried(data: str, media_type: str = "") -> Any:
    """A record that travels as a text (JSON, XML, HL7 v2, and CSV that says so) is read; any other text stays a text.

    Several in one text are a list. Raises `RefusedError` for one that can't be read.
    """
    words = text(data) or ""
    if words[:1] not in ("{", "[", "<") and not is_hl7v2(words) and (media_type not in MEDIA_TYPES or not words):
        return data
    found = list(islice(read_text(data, media_type), MAX_BATCH + 1))
    refusal = next((one for one in found if isinstance(one, Refusal)), None)
    if refusal is not None:
        raise RefusedError(refusal.reason, refusal.detail, refusal.format)
    values = [one.value for one in found if not isinstance(one, Refusal)]
    return values[0] if len(values) == 1 else values
