"""Norway's Melde, version 2: one report for up to eight areas, of which only those flagged true count.

Contact persons are whom authorities may call, not who was involved. A reporter who is a patient or a relative is no
staff.
"""

from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import IncidentDetails, IncidentReport, Named, NamedPatient, NamedStaff, Version
from aftercare.intake.domain.format_row import Format
from aftercare.intake.domain.harm import worst
from aftercare.intake.domain.json_values import JsonObject, identifier, items, obj, text
from aftercare.intake.domain.national.parts import display_name, mapped, nested, one_record, required
from aftercare.intake.domain.outcome import Examined, Reason, RefusedError
from aftercare.intake.domain.stated_time import StatedTime
from aftercare.intake.domain.time_windows import approximately
from aftercare.intake.domain.vocabulary import (
    Actuality,
    Flag,
    HarmLevel,
    IdentifierKind,
    Outcome,
    Relation,
    SubjectKind,
)

FORMAT, RECEIPT = "melde-v2", "melde-other"
HARM_RULE = "melde.1"
ZONE, ORDER = "Europe/Oslo", "dmy"
AREAS = (
    "SeriousIncident",
    "DrugSideEffects",
    "Biovigilance",
    "Cosmetics",
    "DietarySupplements",
    "MedicalEquipment",
    "ECigarette",
    "Radiation",
)
_HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
_NIN = "urn:oid:2.16.578.1.12.4.1.4.1"
"""Norway's registers of health personnel and of people."""
_NOT_STAFF = frozenset({"patientuser", "nextofkin", "otherrelative"})
_STATED_HARM = (
    ("MedicalEquipment", "IncidentClassification", "melde-equipment"),
    ("DrugSideEffects", "Severity", "melde-side-effect"),
    ("DietarySupplements", "Severity", "melde-side-effect"),
)


def is_report(value: Any) -> bool:
    header = obj(obj(value).get("Header"))
    return "ExternalCaseId" in header and ("ReportAreas" in header or "Incident" in header)


def is_other(value: Any) -> bool:
    """A receipt, or a message of a dialogue about a report."""
    said = obj(value)
    return {"Referansenummer", "EksterntSaksSystem"} <= said.keys() or {"DialogRef", "MessageText"} <= said.keys()


def map_report(report: JsonObject, context: Context) -> Examined:
    header = obj(report.get("Header"))
    case = required(header.get("ExternalCaseId"), "Header.ExternalCaseId", FORMAT)
    areas = [area for area in AREAS if obj(header.get("ReportAreas")).get(area) is True]
    if not areas:
        context.doubts.note("no-report-area")
    parts = {area: obj(obj(report.get("Report")).get(area)) for area in areas}
    fact = IncidentReport(
        source_id=case,
        details=_details(header, parts, context),
        numbers=(case,),
        staff=_reporter(obj(header.get("Reporter")), context),
        patients=_patient(header),
    )
    return mapped(FORMAT, report, case, fact, context, Version(identifier(header.get("ExternalMessageId"))))


def map_other(_value: Any, _context: Context) -> Examined:
    raise RefusedError(Reason.NOT_AN_INCIDENT, "a receipt or a message about a report, not the report", RECEIPT)


def _details(header: JsonObject, parts: dict[str, JsonObject], context: Context) -> IncidentDetails:
    incident, reporter = obj(header.get("Incident")), obj(header.get("Reporter"))
    harm = _harm(parts, context)
    place = obj(reporter.get("IncidentOrganization")) or obj(reporter.get("Organization"))
    written = [place.get("Department"), place.get("Name"), place.get("OrgNumber")]
    site, unit = context.place([found for word in written if (found := identifier(word)) is not None])
    return IncidentDetails(
        site=site,
        unit=unit,
        occurred=_occurred(incident, context),
        actuality=Actuality.POTENTIAL if harm is HarmLevel.NEAR_MISS else Actuality.UNKNOWN,
        outcome=Outcome.FATAL if harm is HarmLevel.DEATH else Outcome.UNKNOWN,
        harm=harm,
        harm_rule=HARM_RULE,
        flags=(Flag.SERIOUS_INCIDENT,) if "SeriousIncident" in parts else (),
        subject=SubjectKind.PATIENT if obj(header.get("Patient")) else SubjectKind.UNKNOWN,
        narrative_present=text(incident.get("IncidentDescription")) is not None,
        synthetic=context.source.synthetic,
        backfill=context.source.backfill,
    )


def _harm(parts: dict[str, JsonObject], context: Context) -> HarmLevel:
    """The worst that the flagged areas state. Biovigilance has codes whose order nobody confirmed: they stay unread."""
    levels = []
    for area, name, scale in _STATED_HARM:
        for code in items(parts.get(area, {}).get(name)):
            stated = context.harm(scale, text(code) or "-", name)
            levels.extend([stated.level] if stated is not None else [])
    if parts.get("Biovigilance", {}).get("ActualConsequenceForPatient") is not None:
        context.doubts.note("unknown-code:ActualConsequenceForPatient")
    return worst(levels)


def _occurred(incident: JsonObject, context: Context) -> StatedTime | None:
    zone = context.source.zone or ZONE
    stated = context.doubts.moment(incident.get("IncidentDate"), "IncidentDate", zone, ORDER)
    if stated is not None:
        return stated
    about = context.doubts.moment(incident.get("DateText"), "DateText", zone, ORDER)
    if about is None:
        return None
    context.doubts.note("approximate:occurred")
    return approximately(about)


def _reporter(said: JsonObject, context: Context) -> tuple[NamedStaff, ...]:
    if (text(said.get("Role")) or "").casefold() in _NOT_STAFF:
        return ()
    person = _numbered(said) or display_name(said.get("Name"), context)
    if person is None:
        if said:
            context.doubts.note("nameless:reporter")
        return ()
    return (NamedStaff(person, Relation.REPORTER),)


def _numbered(said: JsonObject) -> Named | None:
    for name, system in (("HprId", _HPR), ("Nin", _NIN)):
        number = identifier(said.get(name))
        if number is not None:
            return Named(system, IdentifierKind.IDENTIFIER, number)
    return None


def _patient(header: JsonObject) -> tuple[NamedPatient, ...]:
    number = identifier(nested(header, "Patient", "Nin"))
    return (NamedPatient(_NIN, number),) if number is not None else ()


ROWS: tuple[Format, ...] = (one_record(FORMAT, is_report, map_report), one_record(RECEIPT, is_other, map_other))
