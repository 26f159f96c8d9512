"""XML of the first drafts of NRLS's successor in England: `<Events>` with `<Incident>`, straight or in `<Event>`."""

from collections.abc import Sequence
from typing import Any

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.envelope import Payload
from aftercare.intake.domain.facts import IncidentDetails, IncidentReport
from aftercare.intake.domain.format_row import Format, NewContext
from aftercare.intake.domain.json_values import JsonObject, body_hash, identifier, obj, objects, text
from aftercare.intake.domain.national.parts import each, mapped, nested
from aftercare.intake.domain.outcome import Examined, Reason, Refusal
from aftercare.intake.domain.readers.document import format_of
from aftercare.intake.domain.vocabulary import HarmLevel, Outcome, SubjectKind

FORMAT = "nhs-events-xml"
ZONE, ORDER = "Europe/London", "dmy"


def is_list(value: Any) -> bool:
    return format_of(value) == "xml" and value.get("@root") == "Events"


def incidents_of(value: JsonObject) -> list[JsonObject]:
    """The incidents of a list; other events (outcomes, good care) are none."""
    events = obj(value.get("Events"))
    wrapped = [one for event in objects(events.get("Event")) for one in objects(event.get("Incident"))]
    return [*objects(events.get("Incident")), *wrapped]


def map_incident(incident: JsonObject, context: Context) -> Examined:
    own = next((found for name in ("Id", "ID", "Reference", "@id") if (found := identifier(incident.get(name)))), None)
    record_id = own or f"body:{body_hash(incident)}"
    numbers = (own,) if own is not None else ()
    return mapped(FORMAT, incident, record_id, IncidentReport(record_id, _details(incident, context), numbers), context)


def _details(incident: JsonObject, context: Context) -> IncidentDetails:
    written = text(nested(incident, "DegreeOfHarm")) or text(nested(incident, "DegreeOfHarm", "#text"))
    stated = context.harm("nhs-alpha", written, "DegreeOfHarm")
    harm = stated.level if stated is not None else HarmLevel.UNKNOWN
    when = incident.get("IncidentDate")
    exact = nested(when, "ExactDate") if isinstance(when, dict) else when
    place = text(incident.get("Location")) or text(incident.get("ServiceArea"))
    site, unit = context.place([place] if place else [])
    return IncidentDetails(
        site=site,
        unit=unit,
        occurred=context.doubts.moment(exact or None, "IncidentDate", context.source.zone or ZONE, ORDER),
        outcome=Outcome.FATAL if harm is HarmLevel.DEATH else Outcome.UNKNOWN,
        harm=harm,
        harm_rule="nhs-alpha.1",
        subject=SubjectKind.PATIENT if incident.get("Patient") else SubjectKind.UNKNOWN,
        narrative_present=text(incident.get("Description")) is not None,
        synthetic=context.source.synthetic,
        backfill=context.source.backfill,
    )


def _map_list(payload: Payload, new: NewContext) -> Sequence[Examined]:
    found = incidents_of(payload.value)
    if not found:
        return [Refusal(Reason.NOT_AN_INCIDENT, "a list of events without an incident", FORMAT)]
    return each(FORMAT, found, map_incident, new)


ROWS: tuple[Format, ...] = (Format(FORMAT, lambda payload: is_list(payload.value), _map_list),)
