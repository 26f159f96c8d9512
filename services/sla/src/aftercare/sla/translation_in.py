"""From the contracts to our words: which happenings a message tells, as the table of `docs/clocks.md` 1 says."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aftercare.programme.happenings import Happening
from aftercare.programme.model import HarmLevel
from aftercare.schemas import disclosure_milestone, incident, outreach, rca, support_case
from aftercare.schemas.base import Message
from aftercare.schemas.time import StatedTime
from aftercare.sla.domain.model import Happened, Link, Person, Told

if TYPE_CHECKING:
    from aftercare.kit.messaging.consumer import Received

NOTHING = Told()


def told_by(received: "Received[Message]") -> Told:
    """What a message tells; nothing, where it is about nothing that clocks start or stop by."""
    from aftercare.kit.messaging.codec import read_kafka  # noqa: PLC0415 - the dry run starts faster without it

    return told_in(received.message, read_kafka(received.record).time if received.record is not None else None)


def told_in(message: Message, heard: datetime | None) -> Told:
    """The same, of a message by itself. `heard` is its event's own `time`."""
    read = _READERS.get(type(message))
    return read(message, heard) if read is not None else NOTHING


def _incident(message: Any, heard: datetime | None) -> Told:
    """Every revision tells that the incident is known; one that ends it tells that too."""
    state: incident.IncidentState = message.state
    received = _utc(state.received if state.revision == 1 else heard or state.received)
    known = Happened(
        state.incident,
        Happening.INCIDENT_KNOWN,
        at=received,
        received=received,
        occurred=_earliest(state.occurred),
        discovered=_earliest(state.discovered),
        reported=_earliest(state.recorded),
        revision=state.revision,
        harm=HarmLevel(state.harm.value),
        event_kind=state.kind.value,
        flags=frozenset(flag.value for flag in state.flags),
        site=state.site,
        persons=_persons(state),
        of_staff=state.subject is incident.SubjectKind.STAFF,
        mute=state.synthetic or state.backfill,
    )
    at = _utc(heard or state.received)
    named = [Link(state.incident, one.relevant_person) for one in state.relevant_persons]
    if isinstance(message, incident.IncidentWithdrawnV1):
        gone = Happened(
            state.incident, Happening.INCIDENT_WITHDRAWN, at, at, revision=state.revision, persons=_persons(state)
        )
        return _told([gone], named)
    if isinstance(message, incident.IncidentMergedV1):
        merged = Happened(state.incident, Happening.INCIDENT_MERGED, at, at, revision=state.revision)
        return _told([known, merged], [*named, Link(state.incident, message.into)])
    return _told([known], named)


def _persons(state: incident.IncidentState) -> frozenset[Person]:
    return frozenset(
        Person(one.relevant_person, HarmLevel(one.harm.value) if one.harm is not None else None)
        for one in state.relevant_persons
    )


def _milestone(message: disclosure_milestone.DisclosureMilestoneReachedV1, _heard: datetime | None) -> Told:
    kind = Happening(f"disclosure-{message.milestone.value}")
    regarded = frozenset(map(Person, message.relevant_persons))
    return _told([replace(_act(message.incident, kind, message.at, message.received), persons=regarded)])


def _analysis(kind: Happening, time: str | None = None) -> Callable[[Any, datetime | None], Told]:
    """A reader of one type of `rca`; `time` is the field that says when it was."""

    def read(message: Any, heard: datetime | None) -> Told:
        state: rca.RcaState = message.state
        stated = getattr(message, time) if time is not None else None
        received = state.received if state.revision == 1 else heard or state.received
        happened = _act(state.rca, kind, stated, received, mute=state.backfill)
        return _told([replace(happened, method=state.method.value)], [Link(state.rca, one) for one in state.incidents])

    return read


def _findings(message: rca.RcaFindingsReleasedV1, heard: datetime | None) -> Told:
    to_staff = message.audience is rca.FeedbackAudience.STAFF
    kind = Happening.RCA_FEEDBACK_TO_STAFF if to_staff else Happening.RCA_FEEDBACK_TO_FAMILY
    return _analysis(kind, "released")(message, heard)


def _act(
    subject: str, kind: Happening, stated: StatedTime | None, received: datetime, *, mute: bool = False
) -> Happened:
    """Somebody did something, at a moment that the message may state."""
    came = _utc(received)
    at = min(_utc(stated.latest), came) if stated is not None else came
    return Happened(subject, kind, at, came, earliest=_earliest(stated), mute=mute)


def _opened(message: support_case.ObligationOpenedV1, heard: datetime | None) -> Told:
    occurred = message.occurred_earliest or message.occurred
    opened = Happened(
        message.obligation,
        Happening.OBLIGATION_OPENED,
        at=_utc(message.opened),
        received=_utc(heard or message.opened),
        occurred=_utc(occurred) if occurred is not None else None,
        route=message.route.value,
        mute=message.synthetic or message.backfill,
    )
    sources = [one for one in (message.incident, message.rca) if one is not None]
    return _told([opened], [Link(one, message.obligation) for one in sources])


def _settled(message: support_case.ObligationSettledV1, heard: datetime | None) -> Told:
    settled = _moment(message.obligation, Happening(message.settlement.value), message.settled, heard)
    return _told([settled], [Link(message.case, message.obligation)] if message.case is not None else [])


def _case(message: support_case.CaseStateChangedV1, heard: datetime | None) -> Told:
    kind = _STATES.get(message.state)
    if kind is None:
        return NOTHING
    return _told([_moment(message.case, kind, message.changed, heard, route=message.route.value)])


def _assignment(message: support_case.AssignmentChangedV1, heard: datetime | None) -> Told:
    kind = Happening(f"supporter-{message.state.value}")
    changed = _moment(message.assignment, kind, message.changed, heard)
    return _told([changed], [Link(message.assignment, message.case)])


def _message(message: outreach.MessageStatusChangedV1, heard: datetime | None) -> Told:
    if message.status not in (outreach.MessageStatus.SENT, outreach.MessageStatus.DELIVERED):
        return NOTHING
    sent = (_about(one, Happening.MESSAGE_SENT, message.changed, heard) for one in message.regarding)
    return _told(one for one in sent if one is not None)


def _reached(message: outreach.PersonReachedV1, heard: datetime | None) -> Told:
    reached = _about(message.regarding, Happening.PERSON_REACHED, message.reached, heard)
    return _told([reached]) if reached is not None else NOTHING


def _about(regarding: str, kind: Happening, at: datetime, heard: datetime | None) -> Happened | None:
    """Of what a message regards, only a case has clocks that it stops."""
    return _moment(regarding, kind, at, heard) if regarding.startswith("cas_") else None


def _moment(
    subject: str, kind: Happening, at: datetime, heard: datetime | None, *, route: str | None = None
) -> Happened:
    received = _utc(heard or at)
    return Happened(subject, kind, min(_utc(at), received), received, route=route)


def _earliest(stated: StatedTime | None) -> datetime | None:
    return _utc(stated.earliest) if stated is not None else None


def _told(happened: Iterable[Happened], links: Iterable[Link] = ()) -> Told:
    return Told(frozenset(happened), frozenset(links))


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


_STATES: Mapping[support_case.CaseState, Happening] = {
    support_case.CaseState.OFFERED: Happening.CASE_OFFERED,
    support_case.CaseState.INFO_LEFT: Happening.INFORMATION_LEFT,
    support_case.CaseState.DECLINED: Happening.CASE_DECLINED,
    support_case.CaseState.ACCEPTED: Happening.CASE_ACCEPTED,
    support_case.CaseState.ESCALATED: Happening.CASE_ESCALATED,
    support_case.CaseState.ASSIGNED: Happening.SUPPORTER_ASSIGNED,
    support_case.CaseState.CONTACTED: Happening.PEER_CONTACTED,
    support_case.CaseState.WITHDRAWN: Happening.CASE_WITHDRAWN,
    support_case.CaseState.CLOSED: Happening.CASE_CLOSED,
}
_READERS: Mapping[type[Message], Callable[[Any, datetime | None], Told]] = {
    incident.IncidentReportedV1: _incident,
    incident.IncidentAmendedV1: _incident,
    incident.StaffInvolvedAddedV1: _incident,
    incident.StaffInvolvedRemovedV1: _incident,
    incident.NobodyInvolvedV1: _incident,
    incident.IncidentWithdrawnV1: _incident,
    incident.IncidentMergedV1: _incident,
    disclosure_milestone.DisclosureMilestoneReachedV1: _milestone,
    rca.RcaCommissionedV1: _analysis(Happening.RCA_COMMISSIONED, "commissioned"),
    rca.RcaInterviewScheduledV1: _analysis(Happening.RCA_INTERVIEW_SCHEDULED),
    rca.RcaInterviewHeldV1: _analysis(Happening.RCA_INTERVIEW_HELD, "held"),
    rca.RcaInterviewCancelledV1: _analysis(Happening.RCA_INTERVIEW_CANCELLED),
    rca.RcaCancelledV1: _analysis(Happening.RCA_CANCELLED, "cancelled"),
    rca.RcaCompletedV1: _analysis(Happening.RCA_COMPLETED, "completed"),
    rca.RcaFindingsReleasedV1: _findings,
    support_case.ObligationOpenedV1: _opened,
    support_case.ObligationSettledV1: _settled,
    support_case.CaseStateChangedV1: _case,
    support_case.AssignmentChangedV1: _assignment,
    outreach.MessageStatusChangedV1: _message,
    outreach.PersonReachedV1: _reached,
}
