"""ICH E2B R2 (`ichicsr`): safety reports of medicines, as far as they name an event (`interop.md` 2.4)."""

from collections.abc import Sequence
from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.envelope import Payload
from aftercare.intake.domain.facts import (
    IncidentDetails,
    IncidentReport,
    IncidentWithdrawal,
    NamedPatient,
    NamedStaff,
    Version,
)
from aftercare.intake.domain.format_row import Format, NewContext
from aftercare.intake.domain.json_values import JsonObject, identifier, obj, objects, text
from aftercare.intake.domain.national.e2b import HEALTH_PROFESSIONALS, full_name, read_axes, worst_outcome
from aftercare.intake.domain.national.parts import display_name, each, mapped, nested, required, written
from aftercare.intake.domain.outcome import Examined, Reason, Refusal
from aftercare.intake.domain.readers.document import format_of
from aftercare.intake.domain.stated_time import StatedTime
from aftercare.intake.domain.time_words import hl7_to_iso
from aftercare.intake.domain.vocabulary import Relation, SubjectKind, WithdrawalReason

FORMAT, HARM_RULE = "e2b-r2", "e2b-r2.1"
_CRITERIA = (
    "seriousnesslifethreatening",
    "seriousnesshospitalization",
    "seriousnessdisabling",
    "seriousnesscongenitalanomali",
    "seriousnessother",
)
_YES, _NO = "1", "2"
_RECEIPT = "ichicsrack"


def is_message(value: Any) -> bool:
    return format_of(value) == "xml" and value.get("@root") in ("ichicsr", _RECEIPT)


def map_report(report: JsonObject, context: Context) -> Examined:
    own = required(report.get("safetyreportid"), "safetyreportid", FORMAT)
    version = Version(identifier(report.get("safetyreportversion")))
    if text(report.get("casenullification")) == _YES:
        return mapped(FORMAT, report, own, IncidentWithdrawal(own, WithdrawalReason.ENTERED_IN_ERROR), context, version)
    numbers = [own, identifier(report.get("companynumb")), identifier(report.get("authoritynumb"))]
    fact = IncidentReport(
        source_id=own,
        details=_details(report, context),
        numbers=tuple(dict.fromkeys(one for one in numbers if one is not None)),
        staff=_reporters(report, context),
        patients=_patient(report, context),
    )
    return mapped(FORMAT, report, own, fact, context, version)


def _details(report: JsonObject, context: Context) -> IncidentDetails:
    reactions = objects(nested(report, "patient", "reaction"))
    outcome = worst_outcome([text(one.get("reactionoutcome")) for one in reactions], context)
    axes, harm = read_axes(died=_says(report, "seriousnessdeath"), serious=_serious(report, context), outcome=outcome)
    return IncidentDetails(
        occurred=_first(_moment(one, "reactionstartdate", context) for one in reactions),
        recorded=_moment(report, "receivedate", context),
        actuality=axes.actuality,
        seriousness=axes.seriousness,
        outcome=axes.outcome,
        harm=harm,
        harm_rule=HARM_RULE,
        subject=SubjectKind.PATIENT if "patient" in report else SubjectKind.UNKNOWN,
        narrative_present=text(nested(report, "patient", "summary", "narrativeincludeclinical")) is not None,
        synthetic=context.source.synthetic,
        backfill=context.source.backfill,
    )


def _serious(report: JsonObject, context: Context) -> bool | None:
    for name in ("serious", "seriousnessdeath", *_CRITERIA):
        if text(report.get(name)) not in (None, _YES, _NO):
            context.doubts.note(f"unknown-code:{name}")
    if _says(report, "serious") or any(_says(report, name) for name in ("seriousnessdeath", *_CRITERIA)):
        return True
    return False if text(report.get("serious")) == _NO else None


def _says(report: JsonObject, name: str) -> bool:
    return text(report.get(name)) == _YES


def _moment(part: JsonObject, name: str, context: Context) -> StatedTime | None:
    written = text(part.get(name))
    return context.doubts.moment(hl7_to_iso(written) if written else None, name, context.source.zone)


def _first(moments: Any) -> StatedTime | None:
    found = [one for one in moments if one is not None]
    return min(found, key=lambda one: one.earliest, default=None)


def _reporters(report: JsonObject, context: Context) -> tuple[NamedStaff, ...]:
    found = []
    for source in objects(report.get("primarysource")):
        qualification = written(source.get("qualification"))
        name = full_name(source.get(f"reporter{part}name") for part in ("give", "middle", "family"))
        if qualification is None and name:
            context.doubts.note("unqualified:reporter")
        if qualification not in HEALTH_PROFESSIONALS:
            continue
        person = display_name(name, context)
        if person is None:
            context.doubts.note("nameless:reporter")
        else:
            found.append(NamedStaff(person, Relation.REPORTER))
    return tuple(found)


def _patient(report: JsonObject, context: Context) -> tuple[NamedPatient, ...]:
    """One, however many numbers they have."""
    numbers = ("patienthospitalrecordnumb", "patientgpmedicalrecordnumb", "patientspecialistrecordnumb")
    patient = obj(report.get("patient"))
    found = [number for name in numbers if (number := identifier(patient.get(name))) is not None]
    return tuple(NamedPatient(context.source.system, number) for number in found[:1])


def _map_message(payload: Payload, new: NewContext) -> Sequence[Examined]:
    reports = objects(nested(payload.value, "ichicsr", "safetyreport"))
    if not reports:
        kind = "a receipt for safety reports" if payload.value.get("@root") == _RECEIPT else "a message without one"
        return [Refusal(Reason.NOT_AN_INCIDENT, f"{kind}, not a safety report", FORMAT)]
    return each(FORMAT, reports, map_report, new)


ROWS: tuple[Format, ...] = (Format(FORMAT, lambda payload: is_message(payload.value), _map_message),)
