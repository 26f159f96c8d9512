"""Root cause analyses and their interviews, as Task and Appointment (`interop.md` 4)."""

from collections.abc import Iterator

from aftercare.intake.domain.context import Context
from aftercare.intake.domain.facts import Named, RcaMilestone
from aftercare.intake.domain.fhir.about import About, Seen, about, seen
from aftercare.intake.domain.fhir.adverse_event import Setting
from aftercare.intake.domain.fhir.codes import candidates
from aftercare.intake.domain.fhir.references import references_of
from aftercare.intake.domain.json_values import JsonObject, identifier, obj, objects, text
from aftercare.intake.domain.outcome import Examined, Reason, Refusal
from aftercare.intake.domain.vocabulary import RcaMethod, RcaStep

TASK = "fhir-task"
APPOINTMENT = "fhir-appointment"
_METHODS = {
    **{method.value: method for method in RcaMethod if method is not RcaMethod.OTHER},
    "root cause analysis": RcaMethod.RCA,
    "root-cause-analysis": RcaMethod.RCA,
}
_INTERVIEWS = frozenset({"rca-interview", "rca interview"})
_UNDER_WAY = frozenset({"requested", "received", "accepted", "ready", "in-progress", "on-hold"})
_CALLED_OFF = frozenset({"cancelled", "rejected", "entered-in-error"})
"""Of an analysis. One that failed is neither given up nor done: a human must say what becomes of it."""
_WILL_NOT_BE = frozenset({"cancelled", "rejected", "failed", "entered-in-error", "noshow"})
"""Of an interview: whatever the reason, it does not take place."""
_BOOKED = frozenset({"booked", "arrived", "checked-in"})
_PROPOSED = frozenset({"proposal", "option"})
_REOPENED = frozenset({"reopened", "re-opened"})
_ASKS = frozenset({"pprf", "sprf", "lead"})
_IS_ASKED = frozenset({"sbj", "part"})


def map_task(task: JsonObject, context: Context, setting: Setting) -> Iterator[Examined]:
    """A Task that is an analysis, or an interview of one. Anything else tells of no incident."""
    one = seen(task, context, setting)
    found = about(one)
    codes = one.codes("code")
    method = next((known for code in codes if (known := _method(code, context)) is not None), None)
    if method is None and _is_interview(codes, context):
        yield from _interview_task(one, found)
    elif method is None:
        yield _unclear(one, found, TASK)
    elif one.status in _CALLED_OFF:
        yield _called_off(one, found, method)
    elif not found.incidents:
        yield Refusal(Reason.MISSING_FIELD, "a FHIR Task of an analysis names no AdverseEvent", TASK)
    else:
        yield _analysis(one, found, method)


def map_appointment(appointment: JsonObject, context: Context, setting: Setting) -> Iterator[Examined]:
    """An interview: a milestone for each who is asked."""
    one = seen(appointment, context, setting)
    found = about(one)
    if not _is_interview(one.codes("appointmentType", "serviceType", "reasonCode", "reason", "specialty"), context):
        yield _unclear(one, found, APPOINTMENT)
        return
    step = _interview_step(one, _BOOKED, "fulfilled", APPOINTMENT)
    if isinstance(step, Refusal):
        yield step
        return
    moments = ("end", "start") if step is RcaStep.INTERVIEW_HELD else ("start", "requestedPeriod.start")
    yield from _interviews(one, found, step, _asked(one, step), moments, APPOINTMENT)


def _method(code: str, context: Context) -> RcaMethod | None:
    return context.source.fhir_codes.rca.get(code) or _METHODS.get(code)


def _is_interview(codes: list[str], context: Context) -> bool:
    known = context.source.fhir_codes.interviews | _INTERVIEWS
    return any(code in known for code in codes)


def _unclear(one: Seen, found: About, format_name: str) -> Refusal:
    if found.incidents:
        detail = f"a FHIR {one.kind} about an AdverseEvent, whose code nobody has given a meaning"
        return Refusal(Reason.NEEDS_CONFIGURATION, detail, format_name)
    return Refusal(Reason.NOT_AN_INCIDENT, f"a FHIR {one.kind} that is about no AdverseEvent", format_name)


def _analysis(one: Seen, found: About, method: RcaMethod) -> Examined:
    if text(one.resource.get("intent")) in _PROPOSED:
        return _no_step(one, TASK)
    if one.status == "completed":
        step, at = RcaStep.COMPLETED, one.moment("executionPeriod.end", "lastModified")
    elif one.status in _UNDER_WAY:
        step, at = RcaStep.COMMISSIONED, one.moment("authoredOn", "executionPeriod.start")
    else:
        return _no_step(one, TASK)
    performers = [obj(part.get("actor")) or part for part in objects(one.resource.get("performer"))]
    team = one.staff([*objects(one.resource.get("owner")), *performers])
    fact = RcaMilestone(f"Task/{one.record_id}", step, found.incidents, method, team or None, at=at)
    again = identifier(obj(one.resource.get("meta")).get("versionId"))
    reopened = again if any(word in _REOPENED for word in one.codes("businessStatus")) else None
    return one.once(TASK, fact, step, found.key, method, _names(team), at, reopened)


def _called_off(one: Seen, found: About, method: RcaMethod) -> Examined:
    """Known by what it is about alone: how and when it is said differs from version to version."""
    fact = RcaMilestone(
        f"Task/{one.record_id}", RcaStep.CANCELLED, found.incidents, method, at=one.moment("lastModified")
    )
    return one.once(TASK, fact, fact.step, found.key)


def _interview_task(one: Seen, found: About) -> Iterator[Examined]:
    step = _interview_step(one, _UNDER_WAY, "completed", TASK)
    if isinstance(step, Refusal):
        yield step
        return
    planned = ("restriction.period.start", "executionPeriod.start")
    moments = ("executionPeriod.end", "executionPeriod.start") if step is RcaStep.INTERVIEW_HELD else planned
    asked = [*objects(one.resource.get("for")), *objects(one.resource.get("focus"))]
    yield from _interviews(one, found, step, one.staff(asked), moments, TASK)


def _interview_step(one: Seen, before: frozenset[str], held: str, format_name: str) -> RcaStep | Refusal:
    if one.status == held:
        return RcaStep.INTERVIEW_HELD
    if one.status in _WILL_NOT_BE:
        return RcaStep.INTERVIEW_CANCELLED
    return RcaStep.INTERVIEW_SCHEDULED if one.status in before else _no_step(one, format_name)


def _no_step(one: Seen, format_name: str) -> Refusal:
    if one.status == "failed":
        return Refusal(Reason.UNSUPPORTED_STEP, f"a FHIR {one.kind} of an analysis that failed", format_name)
    return Refusal(Reason.NOT_AN_INCIDENT, f"a FHIR {one.kind} that nobody has agreed to yet", format_name)


def _interviews(
    one: Seen, found: About, step: RcaStep, asked: tuple[Named, ...], moments: tuple[str, ...], format_name: str
) -> Iterator[Examined]:
    if not found.is_something:
        yield Refusal(Reason.MISSING_FIELD, "an interview names neither an AdverseEvent nor an analysis", format_name)
    elif not asked:
        yield Refusal(Reason.MISSING_FIELD, "an interview names nobody who is asked", format_name)
    else:
        at = one.moment(*moments)
        for person in asked:
            told_by = f"{one.kind}/{one.record_id}"
            fact = RcaMilestone(found.rca_id, step, found.incidents, interviewee=person, at=at, told_by=told_by)
            yield one.once(format_name, fact, step, found.key, _names((person,)), at)


def _asked(one: Seen, step: RcaStep) -> tuple[Named, ...]:
    """Those whom the appointment says are asked; else everybody who is not said to do the asking.

    Who declined is not asked. Of one that is cancelled all are told who would have been.
    """
    called_off = step is RcaStep.INTERVIEW_CANCELLED
    invited = objects(one.resource.get("participant"))
    coming = [part for part in invited if called_off or part.get("status") != "declined"]
    roles = [(_types(part), actor) for part in coming for actor in references_of(part.get("actor"))]
    named = [actor for types, actor in roles if types & _IS_ASKED]
    others = [actor for types, actor in roles if not types & _ASKS]
    found = one.staff(named or others)
    if not named and len(found) > 1:
        one.context.doubts.note("interviewee-unclear")
    return found


def _types(participant: JsonObject) -> set[str]:
    return {word.casefold() for word in candidates(participant.get("type"))}


def _names(people: tuple[Named, ...]) -> list[str]:
    return sorted(f"{one.system}|{one.value}" for one in people)
