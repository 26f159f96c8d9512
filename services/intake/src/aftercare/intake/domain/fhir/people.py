"""The people in an R4 AdverseEvent: staff to offer support to, patients to know by a keyed reference only."""

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import NamedPatient, NamedStaff
from aftercare.intake.domain.fhir.references import Neighbours, kind_of, name_of
from aftercare.intake.domain.json_values import JsonObject, identifier, obj, objects, text
from aftercare.intake.domain.vocabulary import Relation, SubjectKind

_SUBJECTS = {
    "Patient": SubjectKind.PATIENT,
    "ResearchSubject": SubjectKind.PATIENT,
    "RelatedPerson": SubjectKind.RELATIVE,
    "Group": SubjectKind.GROUP,
    "Practitioner": SubjectKind.STAFF,
    "PractitionerRole": SubjectKind.STAFF,
}
_NOT_STAFF = frozenset({"Patient", "RelatedPerson", "Device", "Group", "Organization", "ResearchSubject"})


def subject_kind(event: JsonObject, near: Neighbours) -> SubjectKind:
    """What kind of somebody was harmed. Looked at before anything is dropped: it can be a nurse."""
    subject = obj(event.get("subject"))
    return _SUBJECTS.get(kind_of(subject, near.resolve(subject)) or "", SubjectKind.UNKNOWN)


def involved_staff(event: JsonObject, context: Context, near: Neighbours, record_id: str) -> tuple[NamedStaff, ...]:
    """Everybody who is, or may be, staff: contributors, the recorder, and a subject who is a practitioner."""
    subject = obj(event.get("subject"))
    harmed = [subject] if subject_kind(event, near) is SubjectKind.STAFF else []
    named = [
        *((reference, Relation.HARMED) for reference in harmed),
        *((reference, Relation.INVOLVED) for reference in _contributors(event)),
        *((reference, Relation.REPORTER) for reference in _recorders(event, subject, near)),
    ]
    staff = []
    for reference, relation in named:
        if (kind_of(reference, near.resolve(reference)) or "") in _NOT_STAFF:
            continue
        person = name_of(reference, near, context.source, record_id)
        if person is None:
            context.doubts.note(f"nameless:{relation}")
        else:
            staff.append(NamedStaff(person, relation))
    return tuple(staff)


def _contributors(event: JsonObject) -> list[JsonObject]:
    """R4 has plain references; some servers wrap them as `{actor: …}` already."""
    return [
        obj(one["actor"]) if isinstance(one.get("actor"), dict) else one for one in objects(event.get("contributor"))
    ]


def _recorders(event: JsonObject, subject: JsonObject, near: Neighbours) -> list[JsonObject]:
    """The recorder, unless it is the patient again: by reference, or by the same display."""
    recorder = obj(event.get("recorder"))
    if not recorder:
        return []
    if subject_kind(event, near) is SubjectKind.STAFF:
        return [recorder]
    same = any(recorder.get(part) is not None and recorder.get(part) == subject.get(part) for part in _WHO)
    return [] if same else [recorder]


_WHO = ("reference", "identifier", "display")


def patients(event: JsonObject, context: Context, near: Neighbours, record_id: str) -> tuple[NamedPatient, ...]:
    """The subject who is not staff, by identifier or reference. One known by display only has none to be known by."""
    subject = obj(event.get("subject"))
    kind = subject_kind(event, near)
    if not subject or kind in (SubjectKind.STAFF, SubjectKind.GROUP):
        return ()
    resolved = near.resolve(subject)
    for one in (*objects(subject.get("identifier")), *objects(resolved.get("identifier"))):
        value = identifier(one.get("value"))
        if value is not None:
            return (NamedPatient(text(one.get("system")) or context.source.system, value, kind),)
    address = identifier(subject.get("reference"))
    if address is None:
        return ()
    if address.startswith(("#", "urn:")):  # nobody outside this record can mean the same
        return (NamedPatient(f"{context.source.system}|{record_id}", address, kind),)
    return (NamedPatient(context.source.system, address.split("/_history/")[0], kind),)
