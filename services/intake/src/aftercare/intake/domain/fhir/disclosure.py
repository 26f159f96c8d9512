"""Talks with patients and families, and feedback to staff, as Communication and CommunicationRequest.

A hospital sends these for everything. One counts only if it is about an AdverseEvent, and says by a code that the
hospital has given a meaning what kind of talk it was.
"""

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import DisclosureStep, RcaMilestone
from aftercare.intake.domain.fhir.about import About, Seen, about, seen
from aftercare.intake.domain.fhir.adverse_event import Setting
from aftercare.intake.domain.fhir.people import relevant_persons
from aftercare.intake.domain.fhir.references import references_of
from aftercare.intake.domain.json_values import JsonObject, obj, objects
from aftercare.intake.domain.outcome import Examined, Reason, Refusal
from aftercare.intake.domain.vocabulary import FeedbackAudience, Milestone, RcaStep

FORMAT = "fhir-communication"
_PLANS = frozenset({Milestone.REQUIRED, Milestone.NOT_REQUIRED, Milestone.LEAD_ASSIGNED, Milestone.MEETING_SCHEDULED})
"""What a request can say. That something was done, only a Communication can."""
_CALLED_OFF = frozenset({"not-done", "stopped", "suspended", "revoked", "aborted", "cancelled", "entered-in-error"})
_MOMENTS = ("sent", "received", "occurrenceDateTime", "occurrencePeriod.start", "authoredOn")


def map_communication(resource: JsonObject, context: Context, setting: Setting) -> Examined:
    one = seen(resource, context, setting)
    found = about(one)
    codes = one.codes("category", "topic", "reasonCode", "reason")
    known = context.source.fhir_codes
    milestone = next((known.disclosure[code] for code in codes if code in known.disclosure), None)
    audience = next((known.feedback[code] for code in codes if code in known.feedback), None)
    if milestone is None and audience is None:
        return _unclear(one, found)
    if not found.is_something:
        return Refusal(Reason.MISSING_FIELD, f"a FHIR {one.kind} with a known code names no AdverseEvent", FORMAT)
    is_request = one.kind == "CommunicationRequest"
    if one.status != ("active" if is_request else "completed"):
        return _not_done(one)
    if audience is not None and not is_request:
        return _feedback(one, found, audience)
    if milestone is None or (is_request and milestone not in _PLANS):
        detail = "a FHIR CommunicationRequest whose code means something done; a request is only a plan"
        return Refusal(Reason.NEEDS_CONFIGURATION, detail, FORMAT)
    return _disclosure(one, found, milestone)


def _unclear(one: Seen, found: About) -> Refusal:
    if found.is_something:
        detail = f"a FHIR {one.kind} about an AdverseEvent, whose code nobody has given a meaning"
        return Refusal(Reason.NEEDS_CONFIGURATION, detail, FORMAT)
    return Refusal(Reason.NOT_AN_INCIDENT, f"a FHIR {one.kind} that is about no AdverseEvent", FORMAT)


def _not_done(one: Seen) -> Refusal:
    if one.status in _CALLED_OFF:
        return Refusal(Reason.UNSUPPORTED_STEP, f"a FHIR {one.kind} that was called off or taken back", FORMAT)
    return Refusal(Reason.NOT_AN_INCIDENT, f"a FHIR {one.kind} that has not come to pass yet", FORMAT)


def _feedback(one: Seen, found: About, audience: FeedbackAudience) -> Examined:
    at = one.moment(*_MOMENTS)
    fact = RcaMilestone(found.rca_id, RcaStep.FINDINGS_RELEASED, found.incidents, at=at, audience=audience)
    return one.once(FORMAT, fact, fact.step, found.key, audience, at)


def _disclosure(one: Seen, found: About, milestone: Milestone) -> Examined:
    if not found.incidents:
        return Refusal(Reason.MISSING_FIELD, f"a FHIR {one.kind} about a talk names no AdverseEvent", FORMAT)
    at = one.moment(*_MOMENTS)
    requester = obj(one.resource.get("requester"))
    leads = [*objects(one.resource.get("sender")), obj(requester.get("agent")) or requester]
    lead = next(iter(one.staff(leads)), None)
    others = tuple(person for person in one.staff(objects(one.resource.get("recipient"))) if person != lead)
    regarded = [*references_of(one.resource.get("subject")), *references_of(one.resource.get("recipient"))]
    relevant = relevant_persons(regarded, one.near, one.context.source)
    fact = DisclosureStep(found.incidents[0], milestone, at, lead, others, relevant)
    everybody = (*((lead,) if lead else ()), *others, *relevant)
    people = [f"{person.system}|{person.value}" for person in everybody]
    return one.once(FORMAT, fact, milestone, found.key, at, people)
