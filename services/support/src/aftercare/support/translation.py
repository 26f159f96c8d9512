"""Between our words and the contracts: what we say to the world."""

from datetime import datetime

from aftercare.schemas import incident as incident_contract
from aftercare.schemas.base import UtcInstant
from aftercare.schemas.outreach_request import (
    CancelReason,
    CardGrantedV1,
    CardRevokedV1,
    ContactCancelledV1,
    ContactRequestedV1,
)
from aftercare.schemas.outreach_request import Purpose as PurposeContract
from aftercare.schemas.outreach_request import Wish as WishContract
from aftercare.schemas.staff import ChannelKind
from aftercare.schemas.support_case import (
    AssignmentChangedV1,
    CaseStateChangedV1,
    NoOfferReason,
    ObligationOpenedV1,
    ObligationSettledV1,
)
from aftercare.schemas.support_case import AssignmentState as AssignmentStateContract
from aftercare.schemas.support_case import CaseState as CaseStateContract
from aftercare.schemas.support_case import Settlement as SettlementContract
from aftercare.schemas.support_case import Unresolved as UnresolvedContract
from aftercare.support.domain.case import Case
from aftercare.support.domain.obligation import Obligation, Occurred
from aftercare.support.domain.records import Assignment, Card, ContactRequest, StaffMember
from aftercare.support.domain.vocabulary import CaseState, Reason


def obligation_opened(
    obligation: Obligation,
    received: UtcInstant,
    occurred: Occurred | None,
    now: datetime,
    *,
    muted: Reason | None = None,
) -> ObligationOpenedV1:
    return ObligationOpenedV1(
        obligation=obligation.obligation,
        incident=obligation.incident,
        rca=obligation.rca,
        route=incident_contract.Route(obligation.route.value),
        unresolved=UnresolvedContract(obligation.unresolved.value) if obligation.unresolved else None,
        occurred=occurred.latest if occurred else None,
        occurred_earliest=occurred.earliest if occurred else None,
        received=received,
        opened=now,
        synthetic=muted is Reason.SYNTHETIC,
        backfill=muted is Reason.BACKFILL,
    )


def obligation_settled(obligation: Obligation, now: datetime) -> ObligationSettledV1:
    if obligation.settlement is None:
        raise ValueError("an obligation that is not settled can't be told as settled")
    return ObligationSettledV1(
        obligation=obligation.obligation,
        settlement=SettlementContract(obligation.settlement.value),
        reason=NoOfferReason(obligation.reason.value) if obligation.reason else None,
        case=obligation.case,
        settled=now,
    )


def case_changed(case: Case, previous: CaseState | None) -> CaseStateChangedV1:
    return CaseStateChangedV1(
        case=case.case,
        revision=case.revision,
        previous=CaseStateContract(previous.value) if previous else None,
        state=CaseStateContract(case.state.value),
        route=incident_contract.Route(case.route.value),
        urgent=case.urgent,
        changed=case.changed_at,
    )


def assignment_changed(assignment: Assignment, now: datetime) -> AssignmentChangedV1:
    return AssignmentChangedV1(
        case=assignment.case,
        assignment=assignment.assignment,
        state=AssignmentStateContract(assignment.state.value),
        by_coordinator=assignment.by_coordinator,
        changed=now,
    )


def contact_requested(
    request: ContactRequest,
    member: StaffMember | None,
    *,
    duty: str | None = None,
    urgent: bool = False,
    never_through_manager: bool = False,
) -> ContactRequestedV1:
    return ContactRequestedV1(
        request=request.request,
        purpose=PurposeContract(request.purpose.value),
        regarding=request.regarding,
        person=request.person,
        duty=duty,
        urgent=urgent,
        never_through_manager=never_through_manager,
        zone=member.zone if member else None,
        language=member.languages[0] if member and member.languages else None,
        channels=tuple(ChannelKind(channel) for channel in member.channels) if member else (),
        requested=request.requested_at,
    )


def contact_cancelled(request: ContactRequest, reason: CancelReason, now: datetime) -> ContactCancelledV1:
    return ContactCancelledV1(request=request.request, person=request.person, reason=reason, cancelled=now)


def card_granted(
    card: Card, case: Case, request: str, now: datetime, *, holder: str | None = None, duty: str | None = None
) -> CardGrantedV1:
    return CardGrantedV1(
        card=card.card,
        request=request,
        regarding=card.regarding,
        person=card.person,
        holder=holder,
        duty=duty,
        wishes=tuple(WishContract(wish.value) for wish in case.wishes),
        urgent=case.urgent,
        granted=now,
        expires=card.expires_at,
    )


def card_revoked(card: Card, now: datetime) -> CardRevokedV1:
    return CardRevokedV1(card=card.card, person=card.person, revoked=now)
