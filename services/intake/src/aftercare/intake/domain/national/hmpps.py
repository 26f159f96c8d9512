"""UK HMPPS incident reporting: reports as its REST interface gives them, and its domain events (`interop.md` 2.4, 3).

Prison incidents are stressful events, not errors in care: violence, self-harm, a death. Times are local without a
zone. `reportReference` stands in reports and events alike, so it is the identity.
"""

import re
from collections.abc import Sequence
from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import (
    IncidentDetails,
    IncidentReport,
    IncidentWithdrawal,
    Mention,
    NamedPatient,
    NamedStaff,
    RcaMilestone,
    Version,
)
from aftercare.intake.domain.format_row import Format, NewContext
from aftercare.intake.domain.json_values import JsonObject, identifier, obj, objects, text
from aftercare.intake.domain.national.parts import (
    display_name,
    event,
    last_change,
    mapped,
    one_record,
    required,
    staff_number,
)
from aftercare.intake.domain.outcome import HMPPS_REPORT, Examined, Pointer, Reason, Refusal, RefusedError
from aftercare.intake.domain.vocabulary import (
    Actuality,
    EventKind,
    RcaStep,
    Relation,
    SubjectKind,
    WithdrawalReason,
)

FORMAT = "hmpps-report"
EVENT = "hmpps-event"
PART = "hmpps-part"
_EVENTS = "incident.report."
_DELETED = f"{_EVENTS}deleted"
_OF_THE_DOMAIN = ({"additionalInformation"}, {"personReference"}, {"detailUrl"})
"""What stands beside type and time in events of other services, which share the topic."""
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_INVOLVED, _HARMED, _WITNESS = Relation.INVOLVED, Relation.HARMED, Relation.WITNESS
_RELATIONS = {
    "ACTIVELY_INVOLVED": _INVOLVED,
    "ASSISTING_STAFF": _INVOLVED,
    "AUTHORISING_OFFICER": Relation.ON_SHIFT,
    "CR_HEAD": _INVOLVED,
    "CR_LEFT_ARM": _INVOLVED,
    "CR_LEGS": _INVOLVED,
    "CR_RIGHT_ARM": _INVOLVED,
    "CR_SUPERVISOR": _INVOLVED,
    "FIRST_ON_SCENE": _INVOLVED,
    "HEALTHCARE": _INVOLVED,
    "HOSTAGE": _HARMED,
    "IN_POSSESSION": _INVOLVED,
    "NEGOTIATOR": _INVOLVED,
    "PRESENT_AT_SCENE": _WITNESS,
    "SUSPECTED_INVOLVEMENT": _INVOLVED,
    "VICTIM": _HARMED,
    "WITNESS": _WITNESS,
}
_WITHDRAWN = {
    "DUPLICATE": WithdrawalReason.DUPLICATE,
    "NOT_REPORTABLE": WithdrawalReason.NOT_REPORTABLE,
}
_SET_ASIDE = "ON_HOLD"
_STAFF = frozenset({"staffUsername", "firstName", "lastName", "staffRole", "comment", "sequence"})
_PRISONER = frozenset({"prisonerNumber", "firstName", "lastName", "prisonerRole", "outcome", "comment", "sequence"})
_CORRECTION = frozenset(
    {
        "descriptionOfChange",
        "correctionRequestedBy",
        "correctionRequestedAt",
        "location",
        "userAction",
        "originalReportReference",
        "userType",
        "reason",
        "sequence",
    }
)
_QUESTION = frozenset({"code", "question", "label", "responses", "additionalInformation", "sequence"})
_ADDENDUM = frozenset({"createdBy", "createdAt", "firstName", "lastName", "text", "sequence"})
_PARTS = (
    ({"staffUsername"}, _STAFF),
    ({"prisonerNumber"}, _PRISONER),
    ({"descriptionOfChange", "userAction"}, _CORRECTION),
    ({"question", "responses"}, _QUESTION),
    ({"text", "firstName", "lastName"}, _ADDENDUM),
)
"""What tells a part of a report, and all that may stand in it: in-house records have other fields beside these."""


def is_report(value: Any) -> bool:
    """A report, or what was sent to make one: that has no reference yet."""
    said = obj(value)
    numbered = "reportReference" in said and bool({"incidentDateAndTime", "reportedAt", "status"} & said.keys())
    return numbered or {"incidentDateAndTime", "type", "title"} <= said.keys()


def is_domain_event(value: Any) -> bool:
    said = obj(value)
    kind = _kind(said)
    shared = "." in kind and "occurredAt" in said and any(names <= said.keys() for names in _OF_THE_DOMAIN)
    return kind.startswith(_EVENTS) or shared


def is_part(value: Any) -> bool:
    """A staff list, a question, an addendum or a correction by itself: the path of its request named the report."""
    said = obj(value)
    return any(telling <= said.keys() <= known for telling, known in _PARTS)


def map_report(report: JsonObject, context: Context) -> list[Examined]:
    """The report, and the steps of an investigation that its status tells of."""
    reference = required(report.get("reportReference"), "reportReference", FORMAT)
    status = _word(report.get("status"))
    version = Version(updated=last_change(report.get("modifiedAt") or report.get("createdAt"), _zone(context)))
    withdrawn = _WITHDRAWN.get(status)
    if withdrawn is not None:
        told = mapped(FORMAT, report, reference, IncidentWithdrawal(reference, withdrawn), context, version)
        return [told, *_investigation(report, reference, status, context)]
    staff, unnamed = _staff(report, context)
    fact = IncidentReport(
        source_id=reference,
        details=_details(report, context, staff),
        numbers=(reference,),
        staff=staff,
        patients=_prisoners(report, context),
        unnamed_staff=unnamed,
        tells_staff=report.get("staffInvolved") is not None,
    )
    told = mapped(FORMAT, report, reference, fact, context, version)
    return [told, *_investigation(report, reference, status, context)]


def map_event(said: JsonObject, context: Context) -> Examined:
    """A change of a report. It says which one and not what: only a deletion can be mapped by itself."""
    kind = _kind(said)
    if not kind.startswith(_EVENTS):
        raise RefusedError(Reason.NOT_AN_INCIDENT, "a domain event about something else than incident reports", EVENT)
    about = obj(said.get("additionalInformation"))
    if kind != _DELETED:
        return _written(text(about.get("id")) or "", context)
    known = required(about.get("reportReference"), "additionalInformation.reportReference", EVENT)
    version = Version(updated=last_change(said.get("occurredAt"), _zone(context)))
    fact = IncidentWithdrawal(known, WithdrawalReason.ENTERED_IN_ERROR)
    return mapped(EVENT, said, known, fact, context, version)


def _written(own: str, context: Context) -> Refusal:
    """The event points at a report. No address that it holds is ever used."""
    detail = "it says which report was written, and not what"
    if context.source.hmpps_api is None:
        wanted = "give the source an `hmpps_api`, or have the report with its details sent"
        return Refusal(Reason.DATA_ELSEWHERE, f"{detail}: {wanted}", EVENT)
    if not _UUID.fullmatch(own):
        wanted = "its additionalInformation.id is missing or no UUID"
        return Refusal(Reason.DATA_ELSEWHERE, f"{detail}, and {wanted}", EVENT)
    return Refusal(Reason.TO_BE_FETCHED, f"{detail}: it is fetched", EVENT, Pointer(HMPPS_REPORT, own.lower()))


def _kind(event: JsonObject) -> str:
    return (text(event.get("eventType")) or "").casefold()


def _word(value: Any) -> str:
    """A code, however it is written: `On hold` is `ON_HOLD`."""
    return "_".join((text(value) or "").upper().replace("-", " ").replace("_", " ").split())


def _zone(context: Context) -> str:
    """The source's zone; the United Kingdom has one."""
    return context.source.zone or "Europe/London"


def map_part(_part: Any, _context: Context) -> Examined:
    detail = "a part of a report that does not say of which; send the report with its details"
    raise RefusedError(Reason.MISSING_FIELD, detail, PART)


def _details(report: JsonObject, context: Context, staff: tuple[NamedStaff, ...]) -> IncidentDetails:
    zone, doubts = _zone(context), context.doubts
    site, unit = context.place([place] if (place := text(report.get("location"))) else [])
    harmed = any(one.relation is Relation.HARMED for one in staff)
    prisoners = bool(objects(report.get("prisonersInvolved")))
    return IncidentDetails(
        kind=EventKind.STRESSFUL_EVENT,
        site=site,
        unit=unit,
        occurred=doubts.moment(report.get("incidentDateAndTime"), "incidentDateAndTime", zone),
        recorded=doubts.moment(report.get("reportedAt") or report.get("createdAt"), "reportedAt", zone),
        actuality=Actuality.ACTUAL,
        harm_rule="hmpps.1",
        subject=SubjectKind.STAFF if harmed else SubjectKind.PATIENT if prisoners else SubjectKind.UNKNOWN,
        narrative_present=bool(text(report.get("description")) or objects(report.get("descriptionAddendums"))),
        synthetic=context.source.synthetic,
        backfill=context.source.backfill,
    )


def _staff(report: JsonObject, context: Context) -> tuple[tuple[NamedStaff, ...], int]:
    """Who is named, and how many stand there without a name."""
    found, unnamed = [], 0
    for one in objects(report.get("staffInvolved")):
        role = _word(one.get("staffRole"))
        if role == "DECEASED":
            context.doubts.note("deceased:staff")
            continue
        if role not in _RELATIONS:
            context.doubts.note("unknown-code:staffRole")
        names = [name for part in ("firstName", "lastName") if (name := text(one.get(part)))]
        person = staff_number(one.get("staffUsername"), context) or display_name(" ".join(names), context)
        if person is None:
            context.doubts.note("nameless:staff")
            unnamed += 1
        else:
            found.append(NamedStaff(person, _RELATIONS.get(role, _INVOLVED)))
    reporter = staff_number(report.get("reportedBy"), context)
    return (*found, *([NamedStaff(reporter, Relation.REPORTER)] if reporter else [])), unnamed


def _prisoners(report: JsonObject, context: Context) -> tuple[NamedPatient, ...]:
    numbers = [identifier(one.get("prisonerNumber")) for one in objects(report.get("prisonersInvolved"))]
    system = f"{context.source.system}#prisoners"
    return tuple(NamedPatient(system, number) for number in dict.fromkeys(numbers) if number is not None)


def _investigation(report: JsonObject, reference: str, status: str, context: Context) -> Sequence[Examined]:
    """Set aside for investigation: it has begun. Closed after that: it has ended; taken back: it was given up.

    Closed or taken back by itself says nothing.
    """
    told = objects(report.get("historyOfStatuses"))
    history = [_word(one.get("status")) for one in told]
    if status == _SET_ASIDE:
        step = RcaStep.COMMISSIONED
    elif status == "CLOSED" and _SET_ASIDE in history:
        step = RcaStep.COMPLETED
    elif status in _WITHDRAWN and _SET_ASIDE in history:
        step = RcaStep.CANCELLED
    else:
        return ()
    changes = [one.get("changedAt") for one in told if _word(one.get("status")) == status]
    when = changes[-1] if changes else None
    at = context.doubts.moment(when, "changedAt", _zone(context))
    fact = RcaMilestone(reference, step, (Mention(source_id=reference),), at=at)
    return [event(FORMAT, [reference, step.value, when], f"{reference} {step.value} {when}", fact, context)]


def _map_reports(payload: Any, new: NewContext) -> Sequence[Examined]:
    return map_report(obj(payload.value), new())


ROWS: tuple[Format, ...] = (
    Format(FORMAT, lambda payload: is_report(payload.value), _map_reports),
    one_record(EVENT, is_domain_event, map_event),
    one_record(PART, is_part, map_part),
)
