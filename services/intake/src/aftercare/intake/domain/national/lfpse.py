"""England's Learn from Patient Safety Events, versions 5 and 6, as local systems submit it (`interop.md` 2.2, 3).

A FHIR AdverseEvent whose meaning lies in extensions: harm of each patient, an estimated date, governance, and how the
reporter stood to the event. Version 5 is shaped like STU3, version 6 like R4; the extensions are the same. Staff are
roles without persons, so mostly nobody is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.envelope import Payload
from aftercare.intake.domain.facts import IncidentDetails, IncidentReport, IncidentWithdrawal, Version
from aftercare.intake.domain.fhir.bundle import MAX_ENTRIES, entries_of, neighbours_of
from aftercare.intake.domain.fhir.people import patients, subject_kind
from aftercare.intake.domain.fhir.references import Neighbours
from aftercare.intake.domain.fhir.resources import type_of
from aftercare.intake.domain.format_row import Format, NewContext
from aftercare.intake.domain.harm import StatedHarm, worst
from aftercare.intake.domain.json_values import JsonObject, body_hash, identifier, items, obj, objects, text
from aftercare.intake.domain.national import lfpse_people, lfpse_time
from aftercare.intake.domain.national.extensions import (
    Index,
    Values,
    extensions,
    first,
    index_of,
    parts_of,
    plain_name,
    truth,
)
from aftercare.intake.domain.national.lfpse_patients import patients_of, stated_harms
from aftercare.intake.domain.national.parts import last_change, mapped
from aftercare.intake.domain.outcome import Examined, Reason, Refusal
from aftercare.intake.domain.vocabulary import Actuality, Flag, HarmLevel, Outcome, SubjectKind, WithdrawalReason

V5, V6, BUNDLE = "lfpse-v5", "lfpse-v6", "lfpse-bundle"
HARM_RULE = "lfpse.1"
_PROFILE = "patientsafetyadverseevent"
_TELLING = frozenset(
    {
        "adverseeventestimateddate",
        "adverseeventagent",
        "adverseeventgovernance",
        "adverseeventreferencemetadata",
        "adverseeventclassification",
        "adverseeventriskdetails",
        "adverseeventsafetychallenges",
        "adverseeventwentwell",
        "patientinformation",
        "adverseeventpatientinformation",
        "reporterinvolvement",
        "whyanonymous",
    }
)
_BESIDE = frozenset({"Patient", "Practitioner", "Location", "Organization", "Medication", "Device", "MessageHeader"})
_ALONE = Neighbours()
_SMALL = 64
"""Resources of a submission: one event has a handful."""
_FLAGS = {
    "dutyofcandour": Flag.DUTY_OF_CANDOUR,
    "neverevent": Flag.NEVER_EVENT,
    "seriousincident": Flag.SERIOUS_INCIDENT,
}


@dataclass(frozen=True, slots=True)
class _Record:
    """One event with all resources whose extensions speak about it: its own, the contained ones, its neighbours."""

    event: JsonObject
    resources: Sequence[JsonObject]
    index: Index
    near: Neighbours

    def parts(self, name: str) -> list[Values]:
        return parts_of(self.index, name)

    def one(self, name: str) -> Values:
        return next(iter(self.parts(name)), {})

    @property
    def format(self) -> str:
        return V6 if "actuality" in self.event else V5


def is_lfpse(event: object) -> bool:
    """An AdverseEvent with a profile or an extension of the national system."""
    said = obj(event)
    if type_of(said) != "AdverseEvent":
        return False
    profiles = {plain_name(one) for one in items(obj(said.get("meta")).get("profile"))}
    resources = [said, *objects(said.get("contained"))]
    return _PROFILE in profiles or any(name in _TELLING for one in resources for name, _ in extensions(one))


def map_lfpse(
    event: JsonObject, context: Context, near: Neighbours = _ALONE, beside: Sequence[JsonObject] = ()
) -> Examined:
    """Map one event. `near` are the resources that it can refer to, `beside` those that are about no other event."""
    around = near.within(event)
    own = [event, *objects(event.get("contained"))]
    resources = list({id(one): one for one in (*own, *_referred(own, near), *beside)}.values())
    record = _Record(event, resources, index_of(resources), around)
    metadata = record.one("adverseeventreferencemetadata")
    number = identifier(first(metadata, "referencenumber"))
    record_id = identifier(event.get("id")) or number or f"body:{body_hash(event)}"
    meta = obj(event.get("meta"))
    version = Version(identifier(meta.get("versionId")), last_change(meta.get("lastUpdated"), None))
    if (text(event.get("status")) or "").casefold() == "entered-in-error":
        fact = IncidentWithdrawal(record_id, WithdrawalReason.ENTERED_IN_ERROR)
        return mapped(record.format, event, record_id, fact, context, version)
    if record.parts("adverseeventwentwell") and not _harms(record, context) and not _is_risk(record):
        return Refusal(Reason.NOT_AN_INCIDENT, "a record of care that went well", record.format)
    fears = lfpse_people.fears_repercussion(record.index, context)
    cast = lfpse_people.Cast(event, resources, record.index, around, record_id)
    staff, unnamed = cast.staff(context, guarded=fears)
    report = IncidentReport(
        source_id=record_id,
        details=_details(record, context),
        numbers=_numbers(event, number),
        staff=staff,
        patients=patients_of(record.resources, record_id, context) or patients(event, context, around, record_id),
        fears_repercussion=fears,
        unnamed_staff=unnamed,
    )
    return mapped(record.format, event, record_id, report, context, version)


def map_one_of_many(event: JsonObject, context: Context, near: Neighbours) -> Examined:
    """One event of a Bundle that holds other things too. Of a small one with a single event all is about that."""
    around = list(near.by_address.values())[: _SMALL + 1]
    events = {id(one) for one in around if type_of(one) == "AdverseEvent"}
    is_alone = len(around) <= _SMALL and len(events) <= 1
    return map_lfpse(event, context, near, [one for one in around if is_alone and type_of(one) in _BESIDE])


def _referred(resources: Sequence[JsonObject], near: Neighbours) -> list[JsonObject]:
    """The resources that references in these lead to, wherever a reference stands."""
    found: dict[int, JsonObject] = {}
    waiting: list[Any] = list(resources)
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            resolved = near.resolve(value) if isinstance(value.get("reference"), str) else {}
            if type_of(resolved) in _BESIDE:
                found[id(resolved)] = resolved
            waiting.extend(value.values())
    return list(found.values())


def _details(record: _Record, context: Context) -> IncidentDetails:
    actuality = _actuality(record)
    harm = _harm(record, [one.level for one in _harms(record, context)], actuality, context)
    site, unit = context.place(_written_places(record))
    estimated = record.one("adverseeventestimateddate")
    return IncidentDetails(
        site=site,
        unit=unit,
        occurred=lfpse_time.occurred(record.event.get("date"), estimated, context),
        discovered=context.doubts.moment(record.event.get("detected"), "detected", lfpse_time.zone(context)),
        recorded=lfpse_time.recorded(record.event.get("recordedDate"), estimated, context),
        actuality=actuality,
        outcome=Outcome.FATAL if harm is HarmLevel.DEATH else Outcome.UNKNOWN,
        harm=harm,
        harm_rule=HARM_RULE,
        flags=_flags(record, context),
        subject=_subject(record),
        narrative_present=_has_narrative(record),
        synthetic=context.source.synthetic,
        backfill=context.source.backfill,
    )


def _harms(record: _Record, context: Context) -> list[StatedHarm]:
    """Physical and psychological harm of every patient, as stated."""
    return [harm for patient in record.parts("patientinformation") for harm in stated_harms(patient, context)]


def _harm(record: _Record, levels: list[HarmLevel], actuality: Actuality, context: Context) -> HarmLevel:
    """The worst of all patients. What harmed nobody yet is a risk, or a near miss."""
    if _is_risk(record):
        return HarmLevel.UNSAFE_CONDITION
    if actuality is Actuality.POTENTIAL and worst(levels) not in (HarmLevel.UNKNOWN, HarmLevel.NO_HARM):
        context.doubts.note("contradiction:actuality")
    if actuality is Actuality.POTENTIAL:
        return HarmLevel.NEAR_MISS
    return worst(levels)


def _is_risk(record: _Record) -> bool:
    return bool(record.parts("adverseeventriskdetails")) and not record.parts("patientinformation")


def _actuality(record: _Record) -> Actuality:
    stated = text(record.event.get("actuality")) or text(record.event.get("category")) or ""
    known = {
        "actual": Actuality.ACTUAL,
        "ae": Actuality.ACTUAL,
        "potential": Actuality.POTENTIAL,
        "pae": Actuality.POTENTIAL,
    }
    return Actuality.POTENTIAL if _is_risk(record) else known.get(stated.casefold(), Actuality.UNKNOWN)


def _flags(record: _Record, context: Context) -> tuple[Flag, ...]:
    """Governance stands beside harm: a never event may have harmed nobody."""
    found = set()
    for governance in record.parts("adverseeventgovernance"):
        for name, flag in _FLAGS.items():
            said = truth(first(governance, name))
            if said is None:
                context.doubts.note(f"unknown-code:{name}")
            elif said:
                found.add(flag)
        if first(governance, "nevereventtype") is not None:
            found.add(Flag.NEVER_EVENT)
    return tuple(sorted(found))


def _written_places(record: _Record) -> list[str]:
    details = record.one("locationdetails")
    names = [one.get("name") for one in record.resources if type_of(one) == "Location"]
    written = [*names, obj(record.event.get("location")).get("display"), *details.get("organisation", ())]
    return [found for word in written if (found := text(word)) is not None]


def _subject(record: _Record) -> SubjectKind:
    """Who was harmed: as the subject says, since it can be a nurse; else a patient, if one is told of."""
    stated = subject_kind(record.event, record.near)
    contained = any(type_of(one) == "Patient" for one in record.resources)
    if stated is SubjectKind.UNKNOWN and (contained or record.parts("patientinformation")):
        return SubjectKind.PATIENT
    return stated


def _numbers(event: JsonObject, number: str | None) -> tuple[str, ...]:
    found = [number, *(identifier(one.get("value")) for one in objects(event.get("identifier")))]
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _has_narrative(record: _Record) -> bool:
    told = ("description", "riskdescription", "immediateactions", "wentwell", "strengthsofcare")
    return bool(text(record.event.get("description"))) or any(name in record.index for name in told)


def _map_bundle(payload: Payload, new: NewContext) -> Sequence[Examined]:
    entries = entries_of(obj(payload.value))
    if len(entries) > MAX_ENTRIES:
        return [Refusal(Reason.TOO_MANY_RECORDS, f"a Bundle with more than {MAX_ENTRIES} entries", BUNDLE)]
    events = [entry.resource for entry in entries if is_lfpse(entry.resource)]
    near = neighbours_of(entries)
    beside = [entry.resource for entry in entries if type_of(entry.resource) in _BESIDE]
    return [map_lfpse(event, new(), near, beside if len(events) == 1 else ()) for event in events]


def _is_bundle(payload: Payload) -> bool:
    """A Bundle whose only records are events of the national system; any other goes the way of all Bundles."""
    said = obj(payload.value)
    if type_of(said) != "Bundle":
        return False
    resources = [obj(one.get("resource")) for one in objects(said.get("entry"))]
    telling = [one for one in resources if type_of(one) not in _BESIDE]
    return bool(telling) and all(is_lfpse(one) for one in telling)


ROWS: tuple[Format, ...] = (
    Format("lfpse", lambda payload: is_lfpse(payload.value), lambda payload, new: [map_lfpse(payload.value, new())]),
    Format(BUNDLE, _is_bundle, _map_bundle),
)
