"""Between the contracts and our words: what others say to us."""

from aftercare.programme.model import HarmLevel, Triggers
from aftercare.schemas import answer, identity, incident, rca, staff
from aftercare.schemas.base import Message
from aftercare.support.domain.claim import Stand
from aftercare.support.domain.obligation import Occurred
from aftercare.support.domain.triggers import Gravity, is_due, is_trigger, is_urgent, known_flags
from aftercare.support.domain.vocabulary import Choice, IncidentStatus, Reason, Route, Stage, Verdict
from aftercare.support.service_layer.readings import (
    AnswerRead,
    IdentityRead,
    IncidentRead,
    InvolvementRead,
    RcaRead,
    StaffRead,
)

IncidentMessage = (
    incident.IncidentReportedV1
    | incident.IncidentAmendedV1
    | incident.StaffInvolvedAddedV1
    | incident.StaffInvolvedRemovedV1
    | incident.NobodyInvolvedV1
    | incident.IncidentWithdrawnV1
    | incident.IncidentMergedV1
)


def incident_read(message: IncidentMessage, triggers: Triggers) -> IncidentRead:
    """Decides what is due to whom, and forgets harm and flags."""
    state = message.state
    gravity = Gravity(
        harm=HarmLevel(state.harm.value),
        flags=known_flags(flag.value for flag in state.flags),
        stressful=state.kind is incident.EventKind.STRESSFUL_EVENT,
    )
    involved = tuple(
        InvolvementRead(one.involvement, one.person, Route(one.route.value), one.never_through_manager)
        for one in state.involved
    )
    named = {
        one.involvement: is_due(triggers, gravity, one.relation.value, Route(one.route.value)) for one in state.involved
    }
    return IncidentRead(
        incident=state.incident,
        revision=state.revision,
        stand=Stand(_status(message), named, is_trigger(triggers, gravity), _muted(state)),
        involved=involved,
        removed=message.removed if isinstance(message, incident.StaffInvolvedRemovedV1) else (),
        urgent=is_urgent(triggers, gravity),
        site=state.site,
        received=state.received,
        occurred=Occurred(state.occurred.earliest, state.occurred.latest) if state.occurred else None,
    )


def _status(message: IncidentMessage) -> IncidentStatus:
    match message:
        case incident.IncidentWithdrawnV1():
            return IncidentStatus.WITHDRAWN
        case incident.IncidentMergedV1():
            return IncidentStatus.MERGED
        case incident.NobodyInvolvedV1():
            return IncidentStatus.NOBODY_INVOLVED
        case _:
            return IncidentStatus.REPORTED


def _muted(state: incident.IncidentState) -> Reason | None:
    if state.synthetic:
        return Reason.SYNTHETIC
    return Reason.BACKFILL if state.backfill else None


def rca_read(message: Message) -> RcaRead | None:
    """`None` for a type that carries nothing for support."""
    state: rca.RcaState | None = getattr(message, "state", None)
    if not isinstance(state, rca.RcaState):
        return None
    stage, interviewee = _interview(message)
    return RcaRead(
        rca=state.rca,
        incidents=state.incidents,
        team=state.team,
        received=state.received,
        backfill=state.backfill,
        interviewee=interviewee,
        stage=stage,
    )


def _interview(message: Message) -> tuple[Stage | None, str | None]:
    if isinstance(message, rca.RcaInterviewScheduledV1):
        return Stage.SCHEDULED, message.interviewee
    if isinstance(message, rca.RcaInterviewHeldV1):
        return Stage.HELD, message.interviewee
    return None, None


def staff_read(message: staff.StaffDescribedV1 | staff.StaffRemovedV1) -> StaffRead:
    if isinstance(message, staff.StaffRemovedV1):
        return StaffRead(person=message.person, revision=0, gone=True)
    return StaffRead(
        person=message.person,
        revision=message.revision,
        identifiers=message.identifiers,
        logins=message.logins,
        role_group=message.role_group.value,
        site=message.site,
        unit=message.unit,
        manager=message.manager,
        zone=message.zone,
        languages=message.languages,
        channels=tuple(channel.value for channel in message.channels),
        merged_from=message.merged_from,
    )


def identity_read(message: identity.IdentityAnsweredV1) -> IdentityRead:
    known = message.outcome is identity.IdentityOutcome.KNOWN
    return IdentityRead(message.person, None if known else Verdict(message.outcome.value))


def answer_read(message: answer.AnswerGivenV1 | answer.AnswerUndoneV1) -> AnswerRead:
    if isinstance(message, answer.AnswerUndoneV1):
        return AnswerRead(
            answer=message.answer,
            regarding=message.regarding,
            person=message.person,
            choice=None,
            at=message.undone,
            request=message.request,
            undone=True,
        )
    return AnswerRead(
        answer=message.answer,
        regarding=message.regarding,
        person=message.person,
        choice=Choice(message.choice.value),
        at=message.given,
        request=message.request,
        by_human=message.by_human,
    )
