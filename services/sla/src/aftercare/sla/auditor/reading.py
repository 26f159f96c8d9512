"""Messages of the topics as facts: the auditor's own reading of the table in `docs/clocks.md` 1."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from aftercare.programme.happenings import Happening
from aftercare.schemas import clock, disclosure_milestone, incident, outreach, rca, support_case
from aftercare.schemas.base import Message
from aftercare.schemas.time import StatedTime
from aftercare.sla.auditor.facts import Change, Fact, Said

_CASE_STATES = {
    "offered": Happening.CASE_OFFERED,
    "info-left": Happening.INFORMATION_LEFT,
    "declined": Happening.CASE_DECLINED,
    "accepted": Happening.CASE_ACCEPTED,
    "escalated": Happening.CASE_ESCALATED,
    "assigned": Happening.SUPPORTER_ASSIGNED,
    "contacted": Happening.PEER_CONTACTED,
    "withdrawn": Happening.CASE_WITHDRAWN,
    "closed": Happening.CASE_CLOSED,
}
_INTERVIEWS: Mapping[type[Message], Happening] = {
    rca.RcaInterviewScheduledV1: Happening.RCA_INTERVIEW_SCHEDULED,
    rca.RcaInterviewCancelledV1: Happening.RCA_INTERVIEW_CANCELLED,
}
_Clock = clock._EventClock | clock._SupportClock  # noqa: SLF001 - the shape that all clock events share


def facts_of(message: Message, event: str, time: datetime) -> Iterator[Fact]:
    """What a message of a source topic tells. `event` is its identity, `time` the event's own."""
    time = _utc(time)
    if hasattr(message, "state") and isinstance(message.state, incident.IncidentState):
        yield _incident(message, message.state, event, time)
    elif hasattr(message, "state") and isinstance(message.state, rca.RcaState):
        yield _analysis(message, message.state, event, time)
    elif isinstance(message, disclosure_milestone.DisclosureMilestoneReachedV1):
        happening = Happening(f"disclosure-{message.milestone.value}")
        fact = _act(event, happening, message.incident, (time, _utc(message.received)), message.at)
        yield replace(fact, persons=message.relevant_persons)
    elif isinstance(message, outreach.MessageStatusChangedV1 | outreach.PersonReachedV1):
        yield from _outreach(message, event, time)
    else:
        yield from _support_case(message, event, time)


def _incident(message: Message, state: incident.IncidentState, event: str, time: datetime) -> Fact:
    happening = Happening.INCIDENT_KNOWN
    about: tuple[str, ...] = ()
    if isinstance(message, incident.IncidentWithdrawnV1):
        happening = Happening.INCIDENT_WITHDRAWN
    if isinstance(message, incident.IncidentMergedV1):
        happening, about = Happening.INCIDENT_MERGED, (message.into,)
    return Fact(
        id=event,
        happening=happening,
        subject=state.incident,
        time=time,
        received=_utc(state.received) if state.revision == 1 else time,
        about=about,
        revision=state.revision,
        occurred=_earliest(state.occurred),
        discovered=_earliest(state.discovered),
        reported=_earliest(state.recorded),
        persons=tuple(one.relevant_person for one in state.relevant_persons),
        own_harms=tuple(f"{one.relevant_person}:{one.harm.value}" for one in state.relevant_persons if one.harm),
        is_of_staff=state.subject is incident.SubjectKind.STAFF,
        harm=state.harm.value,
        flags=tuple(flag.value for flag in state.flags),
        kind=state.kind.value,
        site=state.site,
        is_silent=state.synthetic or state.backfill,
    )


def _analysis(message: Message, state: rca.RcaState, event: str, time: datetime) -> Fact:
    stated: StatedTime | None = None
    if isinstance(message, rca.RcaCommissionedV1):
        happening, stated = Happening.RCA_COMMISSIONED, message.commissioned
    elif isinstance(message, rca.RcaCancelledV1):
        happening, stated = Happening.RCA_CANCELLED, message.cancelled
    elif isinstance(message, rca.RcaInterviewHeldV1):
        happening, stated = Happening.RCA_INTERVIEW_HELD, message.held
    elif isinstance(message, rca.RcaCompletedV1):
        happening, stated = Happening.RCA_COMPLETED, message.completed
    elif isinstance(message, rca.RcaFindingsReleasedV1):
        happening, stated = Happening(f"rca-feedback-to-{message.audience.value}"), message.released
    else:
        happening = _INTERVIEWS[type(message)]
    received = _utc(state.received) if state.revision == 1 else time
    fact = _act(event, happening, state.rca, (time, received), stated)
    return replace(
        fact,
        about=state.incidents,
        revision=state.revision,
        method=state.method.value,
        is_silent=state.backfill,
    )


def _outreach(
    message: outreach.MessageStatusChangedV1 | outreach.PersonReachedV1, event: str, time: datetime
) -> Iterator[Fact]:
    regarding: tuple[str, ...]
    if isinstance(message, outreach.PersonReachedV1):
        regarding, at, happening = (message.regarding,), message.reached, Happening.PERSON_REACHED
    else:
        is_out = message.status in (outreach.MessageStatus.SENT, outreach.MessageStatus.DELIVERED)
        regarding, at = message.regarding if is_out else (), message.changed
        happening = Happening.MESSAGE_SENT
    for number, reference in enumerate(regarding):
        if reference.startswith("cas_"):
            yield _moment(f"{event}#{number}", happening, reference, time, at)


def _support_case(message: Message, event: str, time: datetime) -> Iterator[Fact]:
    if isinstance(message, support_case.ObligationOpenedV1):
        fact = _moment(event, Happening.OBLIGATION_OPENED, message.obligation, time, message.opened)
        occurred = message.occurred_earliest or message.occurred
        yield replace(
            fact,
            about=(message.incident,) if message.incident else (),
            occurred=_utc(occurred) if occurred else None,
            route=message.route.value,
            is_silent=message.synthetic or message.backfill,
        )
    elif isinstance(message, support_case.ObligationSettledV1):
        happening = Happening(message.settlement.value)
        fact = _moment(event, happening, message.obligation, time, message.settled)
        yield replace(fact, about=(message.case,) if message.case else ())
    elif isinstance(message, support_case.CaseStateChangedV1) and message.state.value in _CASE_STATES:
        yield _moment(event, _CASE_STATES[message.state.value], message.case, time, message.changed)
    elif isinstance(message, support_case.AssignmentChangedV1):
        happening = Happening(f"supporter-{message.state.value}")
        yield replace(_moment(event, happening, message.assignment, time, message.changed), about=(message.case,))


def said_in(message: Message, event: str, time: datetime) -> Said | None:
    """What an event of a clock topic says; `None` for a message of another topic."""
    if not isinstance(message, _Clock):
        return None
    state = message.state
    return Said(
        id=event,
        change=Change(message.type.split(".")[-2]),
        time=_utc(time),
        rule=state.rule,
        subject=state.subject,
        clock=state.clock,
        incident=state.incident,
        revision=state.revision,
        pack=state.pack,
        pack_version=state.pack_version,
        rule_version=state.rule_version,
        start=_utc(state.start),
        start_from=state.start_from.value,
        born=_utc(state.born),
        opens=_utc(state.opens) if state.opens else None,
        due=_utc(state.due) if state.due else None,
        is_unmeetable=state.unmeetable,
        attempted=_utc(state.attempted) if state.attempted else None,
        percent=getattr(message, "percent", None),
        at=_moment_of(message),
        reason=getattr(message, "reason", None),
    )


def _moment_of(message: Message) -> datetime | None:
    stated = [getattr(message, name, None) for name in ("at", "stopped", "cancelled")]
    return next((_utc(one) for one in stated if one is not None), None)


def _act(
    event: str, happening: Happening, subject: str, times: tuple[datetime, datetime], stated: StatedTime | None
) -> Fact:
    time, received = times
    latest = _utc(stated.latest) if stated is not None else None
    return Fact(event, happening, subject, time, received, _earliest(stated), latest)


def _moment(event: str, happening: Happening, subject: str, time: datetime, at: datetime) -> Fact:
    return Fact(event, happening, subject, time, time, _utc(at), _utc(at))


def _earliest(stated: StatedTime | None) -> datetime | None:
    return _utc(stated.earliest) if stated is not None else None


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)
