"""FHIR's rows in the table of formats."""

from aftercare.intake.domain.envelope import Payload
from aftercare.intake.domain.fhir.bundle import FORMAT as BUNDLE
from aftercare.intake.domain.fhir.changes import CLOUD, is_cloud_event, map_cloud_event
from aftercare.intake.domain.fhir.fhir import OTHER, FhirReader
from aftercare.intake.domain.fhir.resources import type_of
from aftercare.intake.domain.format_row import Format


def _resource(payload: Payload) -> str | None:
    return type_of(payload.value) if isinstance(payload.value, dict) else None


def fhir_rows(reader: FhirReader) -> tuple[Format, ...]:
    """The rows, with what the reader knows of national profiles."""
    return (
        Format(CLOUD, is_cloud_event, lambda payload, _new: [map_cloud_event(payload)]),
        Format(
            "fhir-adverse-event",
            lambda payload: _resource(payload) == "AdverseEvent",
            lambda payload, new: [reader.map_event(payload.value, new())],
        ),
        Format(
            BUNDLE,
            lambda payload: _resource(payload) == "Bundle",
            lambda payload, new: reader.map_bundle(payload.value, new),
        ),
        Format(
            OTHER,
            lambda payload: _resource(payload) is not None,
            lambda payload, new: reader.map_resource(payload.value, new),
        ),
    )
