"""What is said of a record that no row of the table recognises."""

from typing import Any

from aftercare.intake.domain.envelope import Payload
from aftercare.intake.domain.fhir.resources import holds_a_resource
from aftercare.intake.domain.outcome import Reason, Refusal
from aftercare.intake.domain.readers.document import format_of
from aftercare.intake.domain.readers.xml_tree import describe_root

_WRITTEN = {
    "hl7v2": "an HL7 v2 message that is no product experience (PEX)",
    "csv": "a row of a CSV file whose columns nobody knows",
    "form": "a form whose fields nobody knows",
}


def refuse_unrecognised(payload: Payload, only: str | None = None) -> Refusal:
    """The refusal of a payload without a format. `only` names the one format that was tried."""
    if only is not None:
        return Refusal(Reason.NOT_THIS_FORMAT, "its fields are not those of the format asked for", only)
    value = payload.value
    if payload.ce_type is not None or payload.ce_id is not None:
        detail = "an event whose type is not org.aftercare.source.* and whose data is of no known format"
        return Refusal(Reason.UNSUPPORTED_TYPE, detail, "cloudevent")
    written = format_of(value)
    if written is not None:
        detail = describe_root(value) if written == "xml" else _WRITTEN[written]
        return Refusal(Reason.UNSUPPORTED_FORMAT, detail, written)
    return _json(value)


def _json(value: Any) -> Refusal:
    if not value:
        return Refusal(Reason.EMPTY, "an empty JSON value", "json")
    if isinstance(value, list):
        return Refusal(Reason.UNKNOWN_SHAPE, "a list in which no record is of a known format", "json")
    if not isinstance(value, dict):
        return Refusal(Reason.UNKNOWN_SHAPE, "a JSON value that is no object", "json")
    if "$schema" in value and ("properties" in value or "definitions" in value):
        return Refusal(Reason.NOT_A_RECORD, "a JSON Schema", "json-schema")
    if holds_a_resource(value):
        detail = "a JSON object around FHIR: send the resource itself, or say in a mapping file where it is"
        return Refusal(Reason.UNKNOWN_SHAPE, detail, "json")
    return Refusal(Reason.UNKNOWN_SHAPE, "a JSON object of no known format", "json")
