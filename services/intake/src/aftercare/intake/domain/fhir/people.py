"""The people in an AdverseEvent: staff to offer support to, patients to know by a keyed reference only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import NamedPatient, NamedStaff
from aftercare.intake.domain.fhir.codes import read_code
from aftercare.intake.domain.fhir.references import Neighbours, at_home, identifiers_of, kind_of, name_of, references_of
from aftercare.intake.domain.fhir.releases import PEOPLE
from aftercare.intake.domain.fhir.resources import is_known, type_of
from aftercare.intake.domain.json_values import JsonObject, identifier, obj, objects, text
from aftercare.intake.domain.source import Source
from aftercare.intake.domain.vocabulary import Relation, SubjectKind

_SUBJECTS = {
    "Patient": SubjectKind.PATIENT,
    "ResearchSubject": SubjectKind.PATIENT,
    "RelatedPerson": SubjectKind.RELATIVE,
    "Group": SubjectKind.GROUP,
    "Practitioner": SubjectKind.STAFF,
    "PractitionerRole": SubjectKind.STAFF,
}
_STAFF = frozenset({"Practitioner", "PractitionerRole", "Person"})
_NOT_STAFF = frozenset({"Patient", "RelatedPerson", "Device", "Organization", "ResearchSubject"})
"""Legal in these fields, and nobody whom we could offer support to."""
_TEAMS = {"CareTeam": ("participant", "member"), "Group": ("member", "entity")}
"""Resources that stand for several people, and where their members stand."""
_FUNCTIONS = {
    **dict.fromkeys(("aut", "inf", "ent", "authen", "la", "trans", "vrf"), Relation.REPORTER),
    **dict.fromkeys(("author", "author (originator)", "informant", "reporter"), Relation.REPORTER),
    **dict.fromkeys(("wit", "witness"), Relation.WITNESS),
    **dict.fromkeys(("participation", "participant"), Relation.INVOLVED),
    **dict.fromkeys(("part", "prf", "pprf", "sprf", "atnd", "adm", "dis", "con", "resp"), Relation.INVOLVED),
}
"""HL7 participation types and the words for them: who wrote it down, who saw it, who was at work in it."""
_WHO = ("reference", "identifier", "display")


@dataclass(frozen=True, slots=True)
class _Mentioned:
    reference: JsonObject
    relation: Relation
    field: str


def subject_kind(event: JsonObject, near: Neighbours) -> SubjectKind:
    """What kind of somebody was harmed. Looked at before anything is dropped: it can be a nurse."""
    return _kind(obj(next(iter(references_of(event.get("subject"))), None)), near)


def _kind(subject: JsonObject, near: Neighbours) -> SubjectKind:
    return _SUBJECTS.get(kind_of(subject, near.resolve(subject)) or "", SubjectKind.UNKNOWN)


def involved_staff(
    event: JsonObject, context: Context, near: Neighbours, record_id: str
) -> tuple[tuple[NamedStaff, ...], int]:
    """Everybody who is, or may be, staff: who took part, the recorder, and a subject who is a practitioner.

    And how many more took part, at least, whom nothing tells: of a team that can't be looked into one.
    """
    staff, unnamed = [], 0
    for mentioned in _mentioned(event, context, near):
        if not is_person(mentioned.reference, near, mentioned.field, context):
            kind = kind_of(mentioned.reference, near.resolve(mentioned.reference))
            unnamed += kind in _TEAMS and mentioned.relation is not Relation.REPORTER
            continue
        person = name_of(mentioned.reference, near, context.source, record_id)
        if person is None:
            context.doubts.note(f"nameless:{mentioned.relation}")
            unnamed += mentioned.relation is not Relation.REPORTER
        else:
            staff.append(NamedStaff(person, mentioned.relation))
    return tuple(staff), unnamed


def is_person(reference: JsonObject, near: Neighbours, field: str, context: Context) -> bool:
    """Whether a reference can mean a member of staff. A resource that is no person at all is noted."""
    if is_staff(reference, near):
        return True
    kind = kind_of(reference, near.resolve(reference))
    if kind in _TEAMS:
        context.doubts.note(f"unresolved-team:{field}")
    elif kind not in _NOT_STAFF:
        context.doubts.note(f"wrong-reference:{field}")
    return False


def is_staff(reference: JsonObject, near: Neighbours) -> bool:
    """The same, without a note: where anything may be referred to."""
    kind = kind_of(reference, near.resolve(reference))
    return kind is None or kind in _STAFF or not is_known(kind)


def _mentioned(event: JsonObject, context: Context, near: Neighbours) -> Iterator[_Mentioned]:
    for subject in _subjects(event, near):
        if _kind(subject, near) is SubjectKind.STAFF:
            yield _Mentioned(subject, Relation.HARMED, "subject")
    for field in PEOPLE:
        for one in references_of(event.get(field)):
            relation = _relation(one, context)
            for person in _members(references_of(one.get("actor")) or [one], near):
                yield _Mentioned(person, relation, field)
    for recorder in _recorders(event, near):
        yield _Mentioned(recorder, Relation.REPORTER, "recorder")


def _relation(participant: JsonObject, context: Context) -> Relation:
    """By the function. Who has none, or one that we don't know, was there all the same."""
    return read_code(_FUNCTIONS, participant.get("function"), Relation.INVOLVED, "function", context.doubts)


def _subjects(event: JsonObject, near: Neighbours) -> list[JsonObject]:
    return _members(references_of(event.get("subject")), near)


def _members(references: list[JsonObject], near: Neighbours) -> list[JsonObject]:
    """The members of teams and groups that can be looked into; else the references themselves."""
    found: list[JsonObject] = []
    for reference in references:
        resolved = near.resolve(reference)
        parts, member = _TEAMS.get(type_of(resolved) or "", ("", ""))
        inside = [who for one in objects(resolved.get(parts)) for who in references_of(one.get(member))]
        found.extend(inside or [reference])
    return found


def _recorders(event: JsonObject, near: Neighbours) -> list[JsonObject]:
    """The recorder, unless it is the patient again: by reference, or by the same display."""
    subjects = [one for one in references_of(event.get("subject")) if _kind(one, near) is not SubjectKind.STAFF]
    return [
        recorder
        for recorder in references_of(event.get("recorder"))
        if recorder
        and not any(
            recorder.get(part) is not None and recorder.get(part) == subject.get(part)
            for subject in subjects
            for part in _WHO
        )
    ]


def patients(event: JsonObject, context: Context, near: Neighbours, record_id: str) -> tuple[NamedPatient, ...]:
    """Subjects who are not staff, by identifier or reference. One known by display only has none to be known by."""
    subjects = _subjects(event, near)
    here = f"{context.source.system}|{record_id}"
    found = (_patient(subject, context, near, here, is_only=len(subjects) == 1) for subject in subjects)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _patient(
    subject: JsonObject, context: Context, near: Neighbours, here: str, *, is_only: bool
) -> NamedPatient | None:
    kind = _kind(subject, near)
    if kind in (SubjectKind.STAFF, SubjectKind.GROUP):
        return None
    resolved = near.resolve(subject)
    said = kind_of(subject, resolved)
    if said is not None and said not in _SUBJECTS and is_known(said):
        context.doubts.note("wrong-reference:subject")
        return None
    named = named_patient(subject, resolved, context.source, kind)
    address = identifier(subject.get("reference"))
    if named is not None or address is None:
        return named
    # nobody outside this record can mean the same, and each version of it may write another address
    return NamedPatient(here, "subject" if is_only else address, kind)


def relevant_persons(references: Iterable[JsonObject], near: Neighbours, source: Source) -> tuple[NamedPatient, ...]:
    """Patients and relatives among these references; of a relative who came along, the patient for whom they stand."""
    found: dict[tuple[str, str], NamedPatient] = {}
    for reference in references:
        resolved = near.resolve(reference)
        kind = _SUBJECTS.get(kind_of(reference, resolved) or "")
        if kind not in (SubjectKind.PATIENT, SubjectKind.RELATIVE):
            continue
        patient = obj(resolved.get("patient"))
        stands_for = named_patient(patient, near.resolve(patient), source, SubjectKind.PATIENT)
        for one in (named_patient(reference, resolved, source, kind), stands_for):
            if one is not None:
                found.setdefault((one.system, one.value), one)
    return tuple(found.values())


def named_patient(
    reference: JsonObject, resolved: JsonObject, source: Source, kind: SubjectKind
) -> NamedPatient | None:
    """By identifier, else by an address that means the same in other records too."""
    for one in identifiers_of(reference, resolved):
        value = identifier(one.get("value"))
        if value is not None:
            return NamedPatient(text(one.get("system")) or source.system, value, kind)
    address = identifier(reference.get("reference"))
    if address is None or address.startswith(("#", "urn:")):
        return None
    return NamedPatient(source.system, at_home(address, source), kind)
