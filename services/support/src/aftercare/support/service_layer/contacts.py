"""Asking `outreach` for a contact, calling it off, and granting a human one look at one contact."""

from collections.abc import Iterable
from dataclasses import replace

from aftercare.kit.ids import random_reference
from aftercare.schemas.outreach_request import CancelReason
from aftercare.support import translation
from aftercare.support.domain.case import Case
from aftercare.support.domain.obligation import Obligation
from aftercare.support.domain.records import Assignment, Card, ContactRequest, StaffMember
from aftercare.support.domain.task import Task
from aftercare.support.domain.vocabulary import Act, Purpose, RequestState, Stage
from aftercare.support.service_layer.desk import Desk

OFFER_SILENCE = "offer-silence"

_STAGE_PURPOSES = {
    None: Purpose.OFFER,
    Stage.SCHEDULED: Purpose.OFFER_BEFORE_INTERVIEW,
    Stage.HELD: Purpose.OFFER_AFTER_INTERVIEW,
}


def offer(desk: Desk, obligation: Obligation, case: Case) -> None:
    """Have the person offered support, and watch that somebody takes the message on."""
    urgent = obligation.urgent or case.urgent
    _to_person(desk, case, _STAGE_PURPOSES[obligation.stage], urgent=urgent, obligation=obligation.obligation)
    coordination = desk.policy.programme.coordination
    unsent_after = coordination.unsent_after_urgent if urgent else coordination.unsent_after
    desk.tx.set_timer(case.case, OFFER_SILENCE, desk.now + unsent_after)


def tell_person(desk: Desk, case: Case, purpose: Purpose) -> None:
    """Tell the person of the case something, or remind them."""
    _to_person(desk, case, purpose, urgent=case.urgent and purpose is not Purpose.REMINDER)


def _to_person(desk: Desk, case: Case, purpose: Purpose, *, urgent: bool, obligation: str | None = None) -> None:
    request = ContactRequest(
        request=random_reference("req"),
        purpose=purpose,
        regarding=case.case,
        requested_at=desk.now,
        person=case.person,
        case=case.case,
        obligation=obligation,
    )
    desk.book.requests.put(request)
    desk.say(
        translation.contact_requested(
            request,
            _with_zone(desk, case.person),
            urgent=urgent,
            never_through_manager=case.never_through_manager,
        )
    )


def _with_zone(desk: Desk, person: str) -> StaffMember | None:
    """The person, in their own time zone or their site's: whoever sends must know when they sleep."""
    member = desk.book.staff.get(person)
    return replace(member, zone=desk.policy.zone_of(member)) if member else None


def tell_supporter(desk: Desk, case: Case, assignment: Assignment, purpose: Purpose) -> ContactRequest:
    """Ask a supporter, or send them the card's link."""
    request = ContactRequest(
        request=random_reference("req"),
        purpose=purpose,
        regarding=assignment.assignment,
        requested_at=desk.now,
        person=assignment.supporter,
        case=case.case,
    )
    desk.book.requests.put(request)
    desk.say(translation.contact_requested(request, _with_zone(desk, assignment.supporter), urgent=case.urgent))
    return request


def tell_duty(desk: Desk, task: Task, duty: str) -> ContactRequest:
    """Tell a coordinator's duty address that something waits."""
    request = ContactRequest(
        request=random_reference("req"),
        purpose=Purpose.COORDINATOR_TASK,
        regarding=task.task,
        requested_at=desk.now,
        case=task.case,
    )
    desk.book.requests.put(request)
    desk.say(translation.contact_requested(request, None, duty=duty, urgent=task.urgent))
    return request


def grant_card(
    desk: Desk, case: Case, request: ContactRequest, *, holder: str | None = None, duty: str | None = None
) -> None:
    """Let the one who gets `request` see the contact of the case's person. Every look is audited by `outreach`."""
    card = Card(
        card=random_reference("crd"),
        regarding=request.regarding,
        person=case.person,
        expires_at=desk.now + desk.policy.programme.outreach.card_valid,
    )
    desk.book.cards.put(card)
    desk.note(Act.CARD_GRANTED, card.card)
    desk.say(translation.card_granted(card, case, request.request, desk.now, holder=holder, duty=duty))


def call_off(desk: Desk, regarding: Iterable[str], reason: CancelReason, *, keep: str | None = None) -> None:
    """Nothing more is sent about these, and no ladder climbs on. `keep` is a request that was answered itself."""
    subjects = set(regarding)
    for request in desk.book.requests:
        if request.regarding in subjects and request.state is not RequestState.OVER:
            desk.book.requests.put(replace(request, state=RequestState.OVER))
            if request.request != keep:
                desk.say(translation.contact_cancelled(request, reason, desk.now))


def revoke_cards(desk: Desk, regarding: str) -> None:
    """Whoever could look at a contact because of this can no longer."""
    for card in desk.book.cards:
        if card.regarding == regarding and not card.revoked:
            desk.book.cards.put(replace(card, revoked=True))
            desk.note(Act.CARD_REVOKED, card.card)
            desk.say(translation.card_revoked(card, desk.now))
