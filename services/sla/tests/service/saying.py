"""Messages of other services, about incidents and cases that have names here and references there."""

import uuid
from datetime import UTC, datetime
from typing import Any

from aftercare.schemas import disclosure_milestone, incident, outreach, outreach_request, rca, staff, support_case
from aftercare.schemas.time import Precision, StatedTime

MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def ref(prefix: str, name: str) -> str:
    """The same reference for the same name."""
    return f"{prefix}_{uuid.uuid5(uuid.NAMESPACE_OID, prefix + name).hex}"


def stated(at: datetime) -> StatedTime:
    return StatedTime(earliest=at, latest=at, precision=Precision.MINUTE, zone_known=True, source_field="time")


def _state(inc: str, at: datetime, *, revision: int = 1, harm: str = "severe", **more: Any) -> incident.IncidentState:
    return incident.IncidentState(
        incident=ref("inc", inc),
        revision=revision,
        source="synthetic",
        site=more.pop("site", "north"),
        received=at,
        harm=incident.Harm(harm),
        harm_rule="test",
        **more,
    )


def reported(inc: str, at: datetime = MONDAY_NOON, **more: Any) -> incident.IncidentReportedV1:
    return incident.IncidentReportedV1(state=_state(inc, at, **more))


def amended(inc: str, at: datetime = MONDAY_NOON, **more: Any) -> incident.IncidentAmendedV1:
    return incident.IncidentAmendedV1(state=_state(inc, at, **({"revision": 2} | more)))


def withdrawn(inc: str, at: datetime = MONDAY_NOON, **more: Any) -> incident.IncidentWithdrawnV1:
    reason = incident.WithdrawalReason.ENTERED_IN_ERROR
    return incident.IncidentWithdrawnV1(state=_state(inc, at, **({"revision": 2} | more)), reason=reason)


def merged(inc: str, into: str, at: datetime = MONDAY_NOON) -> incident.IncidentMergedV1:
    return incident.IncidentMergedV1(state=_state(inc, at, revision=2), into=ref("inc", into))


def persons(*names: str, **more: str) -> tuple[incident.RelevantPerson, ...]:
    """Relevant persons by their names; `ben="low"` with a harm of his own."""
    own = [incident.RelevantPerson(relevant_person=ref("pat", one), harm=incident.Harm(more[one])) for one in more]
    return (*(incident.RelevantPerson(relevant_person=ref("pat", one)) for one in names), *own)


def told(
    inc: str, at: datetime, milestone: str = "initial-done", *whom: str
) -> disclosure_milestone.DisclosureMilestoneReachedV1:
    return disclosure_milestone.DisclosureMilestoneReachedV1(
        incident=ref("inc", inc),
        revision=1,
        source="synthetic",
        milestone=disclosure_milestone.Milestone(milestone),
        relevant_persons=tuple(ref("pat", one) for one in whom),
        at=stated(at),
        received=at,
    )


def commissioned(name: str, *incidents: str, at: datetime = MONDAY_NOON) -> rca.RcaCommissionedV1:
    state = rca.RcaState(
        rca=ref("rca", name),
        revision=1,
        source="synthetic",
        incidents=tuple(ref("inc", inc) for inc in incidents),
        received=at,
    )
    return rca.RcaCommissionedV1(state=state, commissioned=stated(at))


def given_up(name: str, *incidents: str, at: datetime = MONDAY_NOON) -> rca.RcaCancelledV1:
    begun = commissioned(name, *incidents, at=at).state
    return rca.RcaCancelledV1(state=begun.model_copy(update={"revision": 2}), cancelled=stated(at))


def opened(obligation: str, inc: str, at: datetime = MONDAY_NOON) -> support_case.ObligationOpenedV1:
    return support_case.ObligationOpenedV1(
        obligation=ref("obl", obligation),
        incident=ref("inc", inc),
        route=incident.Route.INCIDENT,
        received=at,
        opened=at,
    )


def settled(obligation: str, case: str, at: datetime = MONDAY_NOON) -> support_case.ObligationSettledV1:
    return support_case.ObligationSettledV1(
        obligation=ref("obl", obligation),
        settlement=support_case.Settlement.OFFER_MADE,
        case=ref("cas", case),
        settled=at,
    )


def moved(case: str, state: str, at: datetime, *, revision: int = 2) -> support_case.CaseStateChangedV1:
    return support_case.CaseStateChangedV1(
        case=ref("cas", case),
        revision=revision,
        state=support_case.CaseState(state),
        route=incident.Route.INCIDENT,
        changed=at,
    )


def sent(case: str, at: datetime) -> outreach.MessageStatusChangedV1:
    return outreach.MessageStatusChangedV1(
        message=ref("msg", case),
        requests=(ref("req", case),),
        regarding=(ref("cas", case),),
        purpose=outreach_request.Purpose.OFFER,
        channel=staff.ChannelKind.EMAIL,
        status=outreach.MessageStatus.SENT,
        changed=at,
    )


def reached(case: str, at: datetime) -> outreach.PersonReachedV1:
    return outreach.PersonReachedV1(
        regarding=ref("cas", case), person=ref("per", case), by=outreach.ReachedBy.HUMAN, reached=at
    )
