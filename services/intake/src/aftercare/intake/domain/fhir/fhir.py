"""FHIR as it comes: an AdverseEvent of some release, a Bundle, or something else."""

from collections.abc import Callable, Sequence

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import IncidentWithdrawal, Version
from aftercare.intake.domain.fhir.adverse_event import Setting, map_adverse_event
from aftercare.intake.domain.fhir.bundle import MAX_ENTRIES, Entry, entries_of, neighbours_of
from aftercare.intake.domain.fhir.references import Neighbours
from aftercare.intake.domain.fhir.resources import describe_resource, is_read_later, list_resources
from aftercare.intake.domain.json_values import JsonObject, body_hash, text
from aftercare.intake.domain.outcome import Examined, Mapped, Reason, RecordIdentity, Refusal
from aftercare.intake.domain.vocabulary import WithdrawalReason

BUNDLE = "fhir-bundle"
OTHER = "fhir-other"
_BUNDLE_TYPES = frozenset(
    {
        "document",
        "message",
        "transaction",
        "transaction-response",
        "batch",
        "batch-response",
        "history",
        "searchset",
        "collection",
        "subscription-notification",
    }
)


def map_bundle(bundle: JsonObject, new_context: Callable[[], Context]) -> Sequence[Examined]:
    """One ending per AdverseEvent; one for the whole Bundle when it holds none."""
    entries = entries_of(bundle)
    if len(entries) > MAX_ENTRIES:
        return [Refusal(Reason.TOO_MANY_RECORDS, f"a Bundle with more than {MAX_ENTRIES} entries", BUNDLE)]
    near = neighbours_of(entries)
    found = [_map_entry(entry, new_context, near) for entry in entries]
    endings = [ending for ending in found if ending is not None]
    return endings or [_without_events(bundle, entries)]


def map_other(resource: JsonObject) -> Refusal:
    """A resource that is no AdverseEvent: kept when a later release will read it."""
    kind = resource.get("resourceType")
    if is_read_later(kind):
        return Refusal(Reason.UNSUPPORTED_RESOURCE, f"{describe_resource(kind)} is not read yet", OTHER)
    return Refusal(Reason.NOT_AN_INCIDENT, f"{describe_resource(kind)} tells of no incident by itself", OTHER)


def _map_entry(entry: Entry, new_context: Callable[[], Context], near: Neighbours) -> Examined | None:
    if entry.deleted_id is not None:
        fact = IncidentWithdrawal(entry.deleted_id, WithdrawalReason.ENTERED_IN_ERROR)
        digest = body_hash([entry.deleted_id, entry.deletion])
        return Mapped(BUNDLE, RecordIdentity("incident", entry.deleted_id), Version(), digest, fact)
    if entry.resource.get("resourceType") != "AdverseEvent":
        return None
    return map_adverse_event(entry.resource, new_context(), Setting(near, entry.address))


def _without_events(bundle: JsonObject, entries: list[Entry]) -> Refusal:
    said = text(bundle.get("type"))
    kind = said if said in _BUNDLE_TYPES else "unknown"
    resources: list[object] = [entry.resource.get("resourceType") for entry in entries if entry.resource]
    detail = f"a FHIR Bundle of type {kind} with {list_resources(resources)} and no AdverseEvent"
    if any(is_read_later(one) for one in resources):
        return Refusal(Reason.UNSUPPORTED_RESOURCE, detail, BUNDLE)
    return Refusal(Reason.NO_ADVERSE_EVENT, detail, BUNDLE)
