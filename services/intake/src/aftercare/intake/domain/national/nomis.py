"""UK HMPPS: reports as NOMIS, the older system of prisons, holds them, and requests that bring them into the newer one.

The number of an incident in NOMIS is its reference in the newer system, so that both tell of the same record.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.format_row import Format, NewContext
from aftercare.intake.domain.json_values import JsonObject, obj, objects, text
from aftercare.intake.domain.national import hmpps
from aftercare.intake.domain.national.extensions import truth
from aftercare.intake.domain.national.parts import required
from aftercare.intake.domain.outcome import Examined, Mapped

FORMAT = "hmpps-nomis"
_TELLING = {"incidentDateTime", "reportingStaff", "staffParties", "offenderParties", "questionnaireId"}
_ENOUGH = 2
"""Of these names, beside the number: enough to tell that it is one."""
_STATUSES = {"DUP": "DUPLICATE", "CLOSE": "CLOSED"}
_ROLES = {
    "AI": "ACTIVELY_INVOLVED",
    "INV": "ACTIVELY_INVOLVED",
    "AO": "AUTHORISING_OFFICER",
    "CRH": "CR_HEAD",
    "CRL": "CR_LEFT_ARM",
    "CRLG": "CR_LEGS",
    "CRR": "CR_RIGHT_ARM",
    "CRS": "CR_SUPERVISOR",
    "DEC": "DECEASED",
    "FOS": "FIRST_ON_SCENE",
    "HEALTH": "HEALTHCARE",
    "HOST": "HOSTAGE",
    "INPOS": "IN_POSSESSION",
    "NEG": "NEGOTIATOR",
    "PAS": "PRESENT_AT_SCENE",
    "SUSIN": "SUSPECTED_INVOLVEMENT",
    "VICT": "VICTIM",
    "WIT": "WITNESS",
}
_SAME = {
    "incidentDateAndTime": "incidentDateTime",
    "reportedAt": "reportedDateTime",
    "createdAt": "createDateTime",
    "modifiedAt": "lastModifiedDateTime",
    "description": "description",
}


def is_nomis(value: Any) -> bool:
    """A report, or a request around one. One that lacks its number is told by the request."""
    said = obj(value)
    inside = obj(said.get("incidentReport"))
    if inside:
        return "incidentId" in inside or len(_TELLING & inside.keys()) >= _ENOUGH
    return "incidentId" in said and len(_TELLING & said.keys()) >= _ENOUGH


def map_nomis(value: Any, context: Context) -> Iterator[Examined]:
    """As the newer system would write it. What is brought over at the first migration is history: nobody is asked."""
    said = obj(value)
    report = obj(said.get("incidentReport")) or said
    required(report.get("incidentId"), "incidentId", FORMAT)
    if truth(said.get("initialMigration")):
        context = replace(context, source=replace(context.source, backfill=True))
    for ending in hmpps.map_report(_in_newer_words(report), context):
        yield replace(ending, format=FORMAT) if isinstance(ending, Mapped) else ending


def _in_newer_words(report: JsonObject) -> JsonObject:
    status = (text(_code(report.get("status"))) or "").upper()
    written = {
        "reportReference": report.get("incidentId"),
        "location": _code(report.get("prison")),
        "status": _STATUSES.get(status, ""),
        "reportedBy": obj(report.get("reportingStaff")).get("username"),
        "prisonersInvolved": [
            {"prisonerNumber": obj(party.get("offender")).get("offenderNo")}
            for party in objects(report.get("offenderParties"))
        ],
        **{name: report[theirs] for name, theirs in _SAME.items() if theirs in report},
    }
    staff = report.get("staffParties")
    return written if staff is None else {**written, "staffInvolved": [_party(one) for one in objects(staff)]}


def _party(party: JsonObject) -> JsonObject:
    person, role = obj(party.get("staff")), (text(_code(party.get("role"))) or "").upper()
    return {
        "staffUsername": person.get("username"),
        "firstName": person.get("firstName"),
        "lastName": person.get("lastName"),
        "staffRole": _ROLES.get(role, role),
    }


def _code(value: Any) -> Any:
    """A code with its description, or alone."""
    return value.get("code") if isinstance(value, dict) else value


def _map(payload: Any, new: NewContext) -> Sequence[Examined]:
    return list(map_nomis(payload.value, new()))


ROWS: tuple[Format, ...] = (Format(FORMAT, lambda payload: is_nomis(payload.value), _map),)
