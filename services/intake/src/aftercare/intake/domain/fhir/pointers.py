"""Resources that are only pointed at: by notifications, audit events, changes without their content."""

import re

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.fhir.references import at_home
from aftercare.intake.domain.fhir.resources import describe_resource, written_type
from aftercare.intake.domain.json_values import JsonObject, text
from aftercare.intake.domain.outcome import Pointer, Reason, Refusal

FETCHED_KINDS = frozenset({"AdverseEvent", "Task", "Appointment", "Communication", "CommunicationRequest"})
"""What can tell of an incident and so is worth fetching."""
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_VERSION = re.compile(r"/_history/([A-Za-z0-9.-]{1,64})$")


def pointer_to(kind: object, own: object, version: object = None) -> Pointer | None:
    """A pointer of checked parts; `None` for what can't be a FHIR id."""
    number = text(version)
    if not isinstance(kind, str) or not isinstance(own, str) or not _ID.fullmatch(own) or own in (".", ".."):
        return None
    return Pointer(kind, own, number if number and _ID.fullmatch(number) else None)


def pointer_of(reference: JsonObject, context: Context) -> Pointer | None:
    """The resource that a reference means, if it can lie on the source's own server."""
    address = text(reference.get("reference")) or text(reference.get("uri")) or ""
    version = _VERSION.search(address)
    written = at_home(address, context.source)
    parts = written.rstrip("/").split("/")
    if ("://" in written and context.source.base_url) or len(parts) < 2 or written.startswith(("#", "urn:")):
        return None
    return pointer_to(written_type(parts[-2]), parts[-1], version.group(1) if version else None)


def to_be_fetched(pointer: Pointer | None, said_by: str, format_name: str) -> Refusal:
    """The ending of a record that only points. `said_by` names it in our words."""
    if pointer is None:
        detail = f"{said_by} points at nothing on the source's own server"
        return Refusal(Reason.DATA_ELSEWHERE, detail, format_name)
    if pointer.kind not in FETCHED_KINDS:
        detail = f"{said_by} is about {describe_resource(pointer.kind)}, which tells of no incident"
        return Refusal(Reason.NOT_AN_INCIDENT, detail, format_name)
    detail = f"{said_by} says that a FHIR {pointer.kind} changed, and brings no data"
    return Refusal(Reason.TO_BE_FETCHED, detail, format_name, pointer)
