"""Settles every obligation that a batch touched: by person where there is one, else by what the identifier says."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from aftercare.kit.ids import random_reference
from aftercare.support import translation
from aftercare.support.domain.obligation import Obligation, Occurred
from aftercare.support.domain.settling import Standing, settle_person
from aftercare.support.domain.vocabulary import (
    Act,
    Reason,
    Settlement,
    Unresolved,
    Verdict,
)
from aftercare.support.service_layer import cases
from aftercare.support.service_layer.desk import Desk

UNRESOLVED_OVERDUE = "unresolved-overdue"

_VERDICT_REASONS = {
    Verdict.NOT_STAFF: Reason.NOT_STAFF,
    Verdict.CANNOT_BE_IDENTIFIED: Reason.CANNOT_BE_IDENTIFIED,
    Verdict.LEFT_ORGANISATION: Reason.LEFT_ORGANISATION,
}


def open_obligation(
    desk: Desk,
    obligation: Obligation,
    received: datetime,
    occurred: Occurred | None = None,
    *,
    muted: Reason | None = None,
) -> None:
    """A new obligation. `settle` must follow in the same transaction: it says what becomes of it.

    `muted` is why its incident contacts nobody, whatever else is said about the person.
    """
    desk.book.obligations.put(obligation)
    desk.say(translation.obligation_opened(obligation, received, occurred, desk.now, muted=muted))
    if obligation.unresolved is not None:  # the others are settled, and noted, in the same transaction
        desk.note(Act.OBLIGATION_OPENED, obligation.obligation, obligation.unresolved)
        watch_unresolved(desk, obligation)


def watch_unresolved(desk: Desk, obligation: Obligation) -> None:
    """Have a coordinator told when nobody finds out in time whom this is about."""
    after = desk.policy.programme.coordination.unresolved_after
    desk.tx.set_timer(obligation.obligation, UNRESOLVED_OVERDUE, desk.now + after)


def settle(desk: Desk, touched: Iterable[str]) -> None:
    """Settle these obligations, each exactly once, whatever order they came in."""
    by_person: dict[str, list[Obligation]] = {}
    for reference in dict.fromkeys(touched):
        obligation = desk.book.obligations.get(reference)
        if obligation is None:
            continue
        if obligation.person is None:
            desk.cause = desk.causes.get(reference, desk.cause)
            _settle_unknown(desk, obligation)
        else:
            by_person.setdefault(obligation.person, []).append(obligation)
    for person, owed in by_person.items():
        desk.cause = desk.causes.get(owed[0].obligation, desk.cause)
        settle_one(desk, person, owed)


def settle_one(desk: Desk, person: str, owed: Iterable[Obligation]) -> None:
    """Settle what one known person is owed."""
    member = desk.book.staff.get(person)
    open_case = desk.book.cases.open_of(person)
    hanging = desk.book.obligations.of_case(open_case.case) if open_case and open_case.is_unsent else []
    everything = {one.obligation: one for one in (*hanging, *owed)}
    resolved = [_resolved(desk, one) for one in everything.values()]
    standing = Standing(
        person=person,
        gone=member is None or member.gone,
        open_case=open_case,
        new_case=random_reference("cas"),
        site=member.site if member else None,
    )
    cases.carry_out(desk, settle_person(standing, resolved, desk.now))


def _resolved(desk: Desk, obligation: Obligation) -> Obligation:
    if obligation.unresolved is not None:
        desk.tx.cancel_timers(obligation.obligation, UNRESOLVED_OVERDUE)
    return obligation


def _settle_unknown(desk: Desk, obligation: Obligation) -> None:
    reason = obligation.claim or _verdict(desk, obligation)
    if reason is not None:
        if obligation.settlement is Settlement.NO_OFFER_MADE and obligation.reason is reason:
            return
        if obligation.unresolved is not None:
            desk.tx.cancel_timers(obligation.obligation, UNRESOLVED_OVERDUE)
        settled = obligation.settled(Settlement.NO_OFFER_MADE, reason, None, desk.now)
        desk.book.obligations.put(settled)
        desk.note(Act.OBLIGATION_SETTLED, settled.obligation, reason)
        desk.say(translation.obligation_settled(settled, desk.now))
    elif obligation.unresolved is None:
        unresolved = Unresolved.NOBODY_NAMED if obligation.is_for_nobody else Unresolved.UNKNOWN_IDENTIFIER
        reopened = replace(obligation, unresolved=unresolved, settlement=None, reason=None, settled_at=None)
        open_obligation(desk, reopened, desk.now)


def _verdict(desk: Desk, obligation: Obligation) -> Reason | None:
    named = desk.book.named.get(obligation.obligation)
    identifier = desk.book.identifiers.get(named.identifier) if named else None
    return _VERDICT_REASONS[identifier.verdict] if identifier and identifier.verdict else None
