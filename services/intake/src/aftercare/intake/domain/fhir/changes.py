"""Records that say that a resource changed: AuditEvent, Provenance, and the events of cloud services.

The changed resource stands in `entity.what`, on some servers in `agent.who` (`interop.md` 6). If it came along it is
mapped; else it is only pointed at.
"""

from collections.abc import Iterator

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.envelope import Payload
from aftercare.intake.domain.facts import IncidentWithdrawal, Version
from aftercare.intake.domain.fhir.adverse_event import Setting, instant, map_adverse_event
from aftercare.intake.domain.fhir.pointers import FETCHED_KINDS, pointer_of, pointer_to, to_be_fetched
from aftercare.intake.domain.fhir.references import Neighbours
from aftercare.intake.domain.json_values import JsonObject, body_hash, identifier, obj, objects, text
from aftercare.intake.domain.outcome import Examined, Mapped, Pointer, Reason, RecordIdentity, Refusal
from aftercare.intake.domain.vocabulary import WithdrawalReason

CLOUD = "cloud-fhir-event"
_CHANGING = frozenset({"C", "U", "D"})


def map_change(record: JsonObject, context: Context, near: Neighbours) -> Examined:
    """An AuditEvent or a Provenance. Reading and searching change nothing and are refused."""
    kind = "AuditEvent" if record.get("resourceType") == "AuditEvent" else "Provenance"
    name = f"fhir-{kind.lower()}"
    action = (text(record.get("action")) or "U").upper()
    if kind == "AuditEvent" and action not in _CHANGING:
        return Refusal(Reason.NOT_AN_INCIDENT, "a FHIR AuditEvent of something that changed nothing", name)
    around = near.within(record)
    pointers = []
    for reference in _changed(record):
        resource = around.resolve(reference)
        if resource.get("resourceType") == "AdverseEvent":
            return map_adverse_event(resource, context, Setting(around))
        pointer = pointer_of(reference, context)
        if pointer is not None and pointer.kind in FETCHED_KINDS:
            pointers.append(pointer)
    if not pointers:
        return Refusal(Reason.NOT_AN_INCIDENT, f"a FHIR {kind} of nothing that tells of an incident", name)
    if action == "D" and pointers[0].kind == "AdverseEvent":
        return withdrawal(pointers[0], name, record, instant_of(record))
    return to_be_fetched(pointers[0], f"a FHIR {kind}", name)


def is_cloud_event(payload: Payload) -> bool:
    """An event of Azure's FHIR service, as a CloudEvent or in Event Grid's own envelope: it has ids, and no data."""
    return "resourceFhirId" in _cloud_data(payload)


def map_cloud_event(payload: Payload) -> Examined:
    data = _cloud_data(payload)
    pointer = pointer_to(
        data.get("resourceType"), data.get("resourceFhirId"), identifier(data.get("resourceVersionId"))
    )
    said = payload.ce_type or text(obj(payload.value).get("eventType")) or ""
    if pointer is not None and pointer.kind == "AdverseEvent" and said.endswith("Deleted"):
        return withdrawal(pointer, CLOUD, data, Version(pointer.version))
    return to_be_fetched(pointer, "an event of a cloud service", CLOUD)


def withdrawal(pointer: Pointer, format_name: str, said: object, version: Version) -> Mapped:
    """The source's server says that an AdverseEvent is gone."""
    fact = IncidentWithdrawal(pointer.id, WithdrawalReason.ENTERED_IN_ERROR)
    return Mapped(format_name, RecordIdentity("incident", pointer.id), version, body_hash([pointer.id, said]), fact)


def instant_of(record: JsonObject) -> Version:
    return Version(updated=instant(record.get("recorded")))


def _cloud_data(payload: Payload) -> JsonObject:
    value = obj(payload.value)
    return value if "resourceFhirId" in value else obj(value.get("data"))


def _changed(record: JsonObject) -> Iterator[JsonObject]:
    """Every reference to what was changed, the proper places first."""
    yield from objects(record.get("target"))
    for part, names in (("entity", ("what", "whatReference", "reference")), ("agent", ("who", "reference"))):
        for one in objects(record.get(part)):
            yield from (obj(one[name]) for name in names if isinstance(one.get(name), dict))
