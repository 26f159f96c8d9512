"""Records that say that a resource changed: AuditEvent, Provenance, and the events of cloud services.

The changed resource stands in `entity.what`, on some servers in `agent.who` (`interop.md` 6). If it came along it is
mapped; else it is only pointed at.
"""

from collections.abc import Callable, Iterator

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.envelope import Payload
from aftercare.intake.domain.facts import IncidentWithdrawal, RcaDeletion, Version
from aftercare.intake.domain.fhir.adverse_event import Setting, instant
from aftercare.intake.domain.fhir.codes import candidates
from aftercare.intake.domain.fhir.pointers import FETCHED_KINDS, pointer_of, pointer_to, to_be_fetched
from aftercare.intake.domain.fhir.references import Neighbours, references_of
from aftercare.intake.domain.fhir.resources import type_of, written_type
from aftercare.intake.domain.json_values import JsonObject, body_hash, identifier, obj, objects, text
from aftercare.intake.domain.outcome import Examined, Mapped, Pointer, Reason, RecordIdentity, Refusal
from aftercare.intake.domain.vocabulary import WithdrawalReason

CLOUD = "cloud-fhir-event"
DELETED_KINDS = frozenset({"AdverseEvent", "Task", "Appointment"})
"""Of which a deletion can say something."""
_CHANGING = frozenset({"C", "U", "D"})
_FAILED = frozenset({"4", "8", "12", "error", "fatal"})
"""Outcomes of an AuditEvent that say that it did not happen: of R4 and of R5."""
MapEvent = Callable[[JsonObject, Context, Setting], Examined]


def map_change(
    record: JsonObject, new_context: Callable[[], Context], beside: Neighbours, map_event: MapEvent
) -> Iterator[Examined]:
    """The endings of an AuditEvent or a Provenance: reading, searching and failing change nothing and are refused.

    What lies `beside` it in the same Bundle is a record of its own already.
    """
    kind = type_of(record)
    name = f"fhir-{str(kind).lower()}"
    action = (text(record.get("action")) or "U").upper()
    if kind == "AuditEvent" and (action not in _CHANGING or _failed(record)):
        yield Refusal(Reason.NOT_AN_INCIDENT, "a FHIR AuditEvent of something that changed nothing", name)
        return
    contained = Neighbours().within(record)
    pointers: dict[Pointer, None] = {}
    brought = False
    for reference in _changed(record):
        pointer = pointer_of(reference, new_context())
        inside = contained.resolve(reference)
        if type_of(inside) == "AdverseEvent" and action != "D":
            brought = True
            yield map_event(inside, new_context(), Setting(beside.within(record)))
        elif inside and action == "D":
            pointer = pointer_to(type_of(inside), inside.get("id"))
        elif beside.resolve(reference) and action != "D":
            continue
        if pointer is not None and pointer.kind in FETCHED_KINDS:
            pointers[pointer] = None
    for pointer in pointers:
        if action == "D" and pointer.kind in DELETED_KINDS:
            yield deletion(pointer, pointer.id, name, record, instant_of(record))
        else:
            yield to_be_fetched(pointer, f"a FHIR {kind}", name)
    if not pointers and not brought:
        yield Refusal(Reason.NOT_AN_INCIDENT, f"a FHIR {kind} of nothing that tells of an incident", name)


def _failed(record: JsonObject) -> bool:
    outcome = record.get("outcome")
    return any(words in _FAILED for part in (outcome, obj(outcome).get("code")) for words in candidates(part))


def is_cloud_event(payload: Payload) -> bool:
    """An event of Azure's FHIR service, as a CloudEvent or in Event Grid's own envelope: it has ids, and no data."""
    return "resourceFhirId" in _cloud_data(payload)


def map_cloud_event(payload: Payload) -> Examined:
    data = _cloud_data(payload)
    pointer = pointer_to(
        written_type(data.get("resourceType")), data.get("resourceFhirId"), identifier(data.get("resourceVersionId"))
    )
    said = payload.ce_type or text(obj(payload.value).get("eventType")) or ""
    if pointer is not None and pointer.kind in DELETED_KINDS and said.endswith("Deleted"):
        return deletion(pointer, pointer.id, CLOUD, data, Version(pointer.version))
    return to_be_fetched(pointer, "an event of a cloud service", CLOUD)


def deletion(pointer: Pointer, record_id: str, format_name: str, said: object, version: Version) -> Mapped:
    """The source's server says that a resource is gone. `record_id` is that of an AdverseEvent."""
    if pointer.kind != "AdverseEvent":
        told_by = f"{pointer.kind}/{pointer.id}"
        identity = RecordIdentity("event", f"{told_by} deleted")
        return Mapped(format_name, identity, version, body_hash([told_by, said]), RcaDeletion(told_by))
    fact = IncidentWithdrawal(record_id, WithdrawalReason.ENTERED_IN_ERROR)
    return Mapped(format_name, RecordIdentity("incident", record_id), version, body_hash([record_id, said]), fact)


def instant_of(record: JsonObject) -> Version:
    return Version(updated=instant(record.get("recorded")))


def _cloud_data(payload: Payload) -> JsonObject:
    value = obj(payload.value)
    return value if "resourceFhirId" in value else obj(value.get("data"))


def _changed(record: JsonObject) -> Iterator[JsonObject]:
    """Every reference to what was changed, the proper places first."""
    yield from references_of(record.get("target"))
    for part, names in (("entity", ("what", "whatReference", "reference")), ("agent", ("who", "reference"))):
        for one in objects(record.get(part)):
            yield from (reference for name in names for reference in references_of(one.get(name)))
