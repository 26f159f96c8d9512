"""Norway's Melde, version 2: one report for up to eight areas, of which only those flagged true count.

Contact persons are whom authorities may call, not who was involved. A reporter who is a patient or a relative is no
staff.
"""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import IncidentDetails, IncidentReport, Named, NamedPatient, NamedStaff, Version
from aftercare.intake.domain.format_row import Format
from aftercare.intake.domain.harm import worst
from aftercare.intake.domain.json_values import JsonObject, identifier, items, obj, objects, text
from aftercare.intake.domain.national.extensions import truth
from aftercare.intake.domain.national.parts import display_name, mapped, nested, one_record, required
from aftercare.intake.domain.outcome import Examined, Reason, RefusedError
from aftercare.intake.domain.stated_time import StatedTime, parse_stated_time
from aftercare.intake.domain.time_windows import approximately
from aftercare.intake.domain.vocabulary import (
    Actuality,
    Flag,
    HarmLevel,
    IdentifierKind,
    Outcome,
    Precision,
    Relation,
    SubjectKind,
)

FORMAT, RECEIPT = "melde-v2", "melde-other"
HARM_RULE = "melde.1"
ZONE, ORDER = "Europe/Oslo", "dmy"
Parts = Mapping[str, Sequence[JsonObject]]
"""The reports of the areas that are flagged."""
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
_NO_DATE = "0001-01-01"
"""What a date that nobody set looks like."""
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
    said = obj(value)
    header = _in_pascal_case(said.get("Header") or said.get("header"), 1)
    return "ExternalCaseId" in header and ("ReportAreas" in header or "Incident" in header)


def is_other(value: Any) -> bool:
    """A receipt, or a message of a dialogue about a report."""
    said = _in_pascal_case(value, 1)
    return {"Referansenummer", "EksterntSaksSystem"} <= said.keys() or {"DialogRef", "MessageText"} <= said.keys()


def _in_pascal_case(value: Any, depth: int = 20) -> JsonObject:
    """Names as the interface writes them: serialisers make `header` of `Header`, and its server reads both."""
    return {f"{name[:1].upper()}{name[1:]}": _renamed(one, depth - 1) for name, one in obj(value).items()}


def _renamed(value: Any, depth: int) -> Any:
    if depth <= 0:
        return value
    if isinstance(value, list):
        return [_renamed(one, depth - 1) for one in value]
    return _in_pascal_case(value, depth) if isinstance(value, dict) else value


def map_report(record: JsonObject, context: Context) -> Examined:
    report = _in_pascal_case(record)
    header = obj(report.get("Header"))
    case = required(header.get("ExternalCaseId"), "Header.ExternalCaseId", FORMAT)
    flags = obj(header.get("ReportAreas"))
    if any(truth(flags.get(area)) is None for area in AREAS):
        context.doubts.note("unknown-code:ReportAreas")
    areas = [area for area in AREAS if truth(flags.get(area))]
    if not areas:
        context.doubts.note("no-report-area")
    parts = {area: objects(obj(report.get("Report")).get(area)) for area in areas}
    fact = IncidentReport(
        source_id=case,
        details=_details(header, parts, context),
        numbers=(case,),
        staff=_reporter(obj(header.get("Reporter")), context),
        patients=_patient(header),
    )
    return mapped(FORMAT, record, case, fact, context, Version(identifier(header.get("ExternalMessageId"))))


def map_other(_value: Any, _context: Context) -> Examined:
    raise RefusedError(Reason.NOT_AN_INCIDENT, "a receipt or a message about a report, not the report", RECEIPT)


def _details(header: JsonObject, parts: Parts, context: Context) -> IncidentDetails:
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


def _harm(parts: Parts, context: Context) -> HarmLevel:
    """The worst that the flagged areas state. Biovigilance has codes whose order nobody confirmed: they stay unread."""
    levels = []
    for area, name, scale in _STATED_HARM:
        for code in (code for part in parts.get(area, ()) for code in items(part.get(name))):
            stated = context.harm(scale, identifier(code) or "-", name)
            levels.extend([stated.level] if stated is not None else [])
    if any(part.get("ActualConsequenceForPatient") is not None for part in parts.get("Biovigilance", ())):
        context.doubts.note("unknown-code:ActualConsequenceForPatient")
    return worst(levels)


def _occurred(incident: JsonObject, context: Context) -> StatedTime | None:
    zone = context.source.zone or ZONE
    stated = incident.get("IncidentDate")
    if (text(stated) or "").startswith(_NO_DATE):
        stated = None
    if stated is not None and truth(incident.get("DateUnknown")):
        context.doubts.note("contradiction:DateUnknown")
        stated = None
    exact = context.doubts.moment(stated, "IncidentDate", zone, ORDER)
    if exact is not None:
        return _as_day(exact, zone)
    about = context.doubts.moment(incident.get("DateText"), "DateText", zone, ORDER)
    if about is None:
        return None
    context.doubts.note("approximate:occurred")
    return approximately(about)


def _as_day(exact: StatedTime, zone: str) -> StatedTime:
    """Midnight to the second, here or in UTC, is a date that a system wrote out, and no moment."""
    midnights = [one for one in (exact.earliest.astimezone(ZoneInfo(zone)), exact.earliest) if one.time() == time()]
    if exact.precision is not Precision.INSTANT or not midnights:
        return exact
    return parse_stated_time(midnights[0].date().isoformat(), exact.source_field, zone)


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
        number = _digits(said.get(name))
        if number is not None and number.strip("0"):
            return Named(system, IdentifierKind.IDENTIFIER, number)
    return None


def _digits(value: Any) -> str | None:
    """A number of a register, however it is divided by spaces."""
    written = identifier(value)
    return "".join(written.split()) if written is not None else None


def _patient(header: JsonObject) -> tuple[NamedPatient, ...]:
    number = _digits(nested(header, "Patient", "Nin"))
    return (NamedPatient(_NIN, number),) if number is not None else ()


ROWS: tuple[Format, ...] = (one_record(FORMAT, is_report, map_report), one_record(RECEIPT, is_other, map_other))
