"""Moving a case, and everything that hangs on where it is."""

from aftercare.schemas.outreach_request import CancelReason
from aftercare.support import translation
from aftercare.support.domain.case import Case, Happening
from aftercare.support.domain.obligation import Obligation
from aftercare.support.domain.settling import Settled
from aftercare.support.domain.vocabulary import Act, CaseState, Settlement
from aftercare.support.service_layer import contacts
from aftercare.support.service_layer.desk import Desk
from aftercare.support.telemetry import record_progress


def begin(desk: Desk, case: Case) -> None:
    """A new episode."""
    desk.book.cases.put(case)
    desk.note(Act.CASE_MOVED, case.case, case.state)
    desk.say(translation.case_changed(case, None))


def move(desk: Desk, case: Case, happening: Happening) -> Case | None:
    """The case after `happening`, kept and told; `None` when that can't happen to it as it is now."""
    moved = case.after(happening, desk.now)
    if moved is None:
        return None
    if moved is not case:
        keep(desk, moved, case.state)
    return moved


def keep(desk: Desk, moved: Case, previous: CaseState) -> None:
    desk.book.cases.put(moved)
    desk.note(Act.CASE_MOVED, moved.case, moved.state)
    desk.say(translation.case_changed(moved, previous))
    record_progress(moved, previous)
    if not moved.is_open:
        desk.tx.cancel_timers(moved.case)


def settle_as(desk: Desk, obligation: Obligation, settlement: Settlement, case: str) -> None:
    """Settle one obligation by a case that is there already."""
    settled = obligation.settled(settlement, None, case, desk.now)
    desk.book.obligations.put(settled)
    desk.note(Act.OBLIGATION_SETTLED, settled.obligation, settlement)
    desk.say(translation.obligation_settled(settled, desk.now))


def carry_out(desk: Desk, settled: Settled) -> None:
    """Keep and tell what settling a person's obligations changed, and have the offers made."""
    for case in settled.cases:
        before = desk.book.cases.get(case.case)
        if before is None:
            begin(desk, case)
        else:
            keep(desk, case, before.state)
            if case.state is CaseState.WITHDRAWN:
                contacts.call_off(desk, [case.case], CancelReason.INCIDENT_WITHDRAWN)
    for obligation in settled.obligations:
        known = desk.book.obligations.get(obligation.obligation)
        desk.book.obligations.put(obligation)
        if known is None or not obligation.says_the_same(known):
            desk.note(Act.OBLIGATION_SETTLED, obligation.obligation, obligation.reason or obligation.settlement)
            desk.say(translation.obligation_settled(obligation, desk.now))
    for obligation, case in settled.offers:
        contacts.offer(desk, obligation, desk.book.cases.get(case.case) or case)
