"""Messages of the other services, about people and incidents that have names here and references there."""

import uuid
from collections.abc import Sequence
from typing import Any

from aftercare.kit.clock import FixedClock
from aftercare.schemas import answer as answers
from aftercare.schemas import identity as identities
from aftercare.schemas import incident, outreach, outreach_request, rca
from aftercare.schemas import staff as roster
from aftercare.schemas.base import Message


def ref(prefix: str, name: str) -> str:
    """The same reference for the same name."""
    return f"{prefix}_{uuid.uuid5(uuid.NAMESPACE_OID, prefix + name).hex}"


def token(name: str) -> str:
    return f"v1.k1.{uuid.uuid5(uuid.NAMESPACE_OID, name).hex:_<43}"


def login(name: str) -> str:
    return f"login.v1.{uuid.uuid5(uuid.NAMESPACE_OID, name).hex:_<43}"


class Say:
    """Messages of the other services, about people and incidents that have names here and references there."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.login = login

    def involvement(self, inc: str, name: str, **more: Any) -> incident.Involvement:
        return incident.Involvement(involvement=ref("inv", inc + name), person=token(name), **more)

    def state(self, inc: str, *names: str, revision: int = 1, **more: Any) -> incident.IncidentState:
        involved = tuple(self.involvement(inc, name) for name in names)
        more = {"harm": incident.Harm.SEVERE, "site": "north", **more}
        return incident.IncidentState(
            incident=ref("inc", inc),
            revision=revision,
            source="synthetic",
            received=self.clock.now(),
            harm_rule="test",
            involved=more.pop("involved", involved),
            **more,
        )

    def reported(self, inc: str, *names: str, **more: Any) -> incident.IncidentReportedV1:
        return incident.IncidentReportedV1(state=self.state(inc, *names, **more))

    def amended(self, inc: str, *names: str, **more: Any) -> incident.IncidentAmendedV1:
        return incident.IncidentAmendedV1(state=self.state(inc, *names, **more))

    def withdrawn(self, inc: str, *names: str, **more: Any) -> incident.IncidentWithdrawnV1:
        return incident.IncidentWithdrawnV1(
            state=self.state(inc, *names, **more), reason=incident.WithdrawalReason.ENTERED_IN_ERROR
        )

    def merged(self, inc: str, into: str, *names: str, **more: Any) -> incident.IncidentMergedV1:
        return incident.IncidentMergedV1(state=self.state(inc, *names, **more), into=ref("inc", into))

    def removed(self, inc: str, gone: str, *names: str, **more: Any) -> incident.StaffInvolvedRemovedV1:
        return incident.StaffInvolvedRemovedV1(state=self.state(inc, *names, **more), removed=(ref("inv", inc + gone),))

    def nobody(self, inc: str, **more: Any) -> incident.NobodyInvolvedV1:
        return incident.NobodyInvolvedV1(state=self.state(inc, **more))

    def staff(self, name: str, *others: str, revision: int = 1, **more: Any) -> roster.StaffDescribedV1:
        """A person, behind the identifiers of their own name and of `others`."""
        more = {"site": "north", "unit": "north-icu", "zone": "Europe/London", **more}
        return roster.StaffDescribedV1(
            person=ref("per", name),
            revision=revision,
            identifiers=more.pop("identifiers", tuple(token(each) for each in (name, *others))),
            logins=(self.login(name),),
            languages=("en",),
            channels=(roster.ChannelKind.EMAIL,),
            described=self.clock.now(),
            **more,
        )

    def left(self, name: str) -> roster.StaffRemovedV1:
        return roster.StaffRemovedV1(person=ref("per", name))

    def identity(self, name: str, outcome: str) -> identities.IdentityAnsweredV1:
        return identities.IdentityAnsweredV1(
            person=token(name), outcome=identities.IdentityOutcome(outcome), answered=self.clock.now()
        )

    def _rca(self, name: str, *incidents: str, team: Sequence[str] = (), **more: Any) -> rca.RcaState:
        return rca.RcaState(
            rca=ref("rca", name),
            revision=1,
            source="synthetic",
            incidents=tuple(ref("inc", inc) for inc in incidents),
            team=tuple(token(member) for member in team),
            received=self.clock.now(),
            **more,
        )

    def commissioned(self, name: str, *incidents: str, **more: Any) -> rca.RcaCommissionedV1:
        return rca.RcaCommissionedV1(state=self._rca(name, *incidents, **more))

    def interview(self, name: str, who: str, *incidents: str, held: bool = False, **more: Any) -> Message:
        kind = rca.RcaInterviewHeldV1 if held else rca.RcaInterviewScheduledV1
        return kind(state=self._rca(name, *incidents, **more), interviewee=token(who))

    def interview_cancelled(self, name: str, who: str, *incidents: str, **more: Any) -> Message:
        return rca.RcaInterviewCancelledV1(state=self._rca(name, *incidents, **more), interviewee=token(who))

    def analysis_cancelled(self, name: str, *incidents: str, **more: Any) -> Message:
        return rca.RcaCancelledV1(state=self._rca(name, *incidents, **more))

    def answer(self, regarding: str, who: str, choice: str, **more: Any) -> answers.AnswerGivenV1:
        return answers.AnswerGivenV1(
            answer=ref("ans", more.pop("key", None) or f"{regarding}{choice}{self.clock.now()}"),
            regarding=regarding,
            person=ref("per", who),
            choice=answers.Choice(choice),
            given=more.pop("given", self.clock.now()),
            **more,
        )

    def undone(self, given: answers.AnswerGivenV1, request: str) -> answers.AnswerUndoneV1:
        return answers.AnswerUndoneV1(
            answer=given.answer,
            request=request,
            regarding=given.regarding,
            person=given.person,
            undone=self.clock.now(),
        )

    def sent(self, *requests: outreach_request.ContactRequestedV1) -> outreach.MessageStatusChangedV1:
        return outreach.MessageStatusChangedV1(
            message=ref("msg", requests[0].request),
            requests=tuple(one.request for one in requests),
            person=requests[0].person,
            purpose=requests[0].purpose,
            channel=roster.ChannelKind.EMAIL,
            status=outreach.MessageStatus.SENT,
            changed=self.clock.now(),
        )

    def human_needed(
        self, request: outreach_request.ContactRequestedV1, reason: str = "silence"
    ) -> outreach.HumanNeededV1:
        return outreach.HumanNeededV1(
            request=request.request,
            regarding=request.regarding,
            person=request.person,
            reason=outreach.HumanNeededReason(reason),
            needed=self.clock.now(),
        )
