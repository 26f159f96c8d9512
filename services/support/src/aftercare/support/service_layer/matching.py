"""Finds somebody to talk to: asks one supporter after the other, and a coordinator when nobody is left."""

from dataclasses import replace

from aftercare.kit.ids import random_reference
from aftercare.schemas.outreach_request import CancelReason
from aftercare.support import translation
from aftercare.support.adapters import mappers, pool_queries
from aftercare.support.domain.case import IN_CONTACT, SEEKING, Case, Happening
from aftercare.support.domain.matching import match_supporter
from aftercare.support.domain.records import Assignment
from aftercare.support.domain.supporter import Supporter, answers_until
from aftercare.support.domain.vocabulary import Act, AssignmentState, CaseState, Purpose, TaskKind, TaskOutcome
from aftercare.support.service_layer import cases, contacts, loading, tasks
from aftercare.support.service_layer.desk import Desk
from aftercare.support.service_layer.pool import Pool

SUPPORTER_TIMEOUT = "supporter-timeout"
SUPPORTER_SILENT = "supporter-silent"

ACTIVE = frozenset({AssignmentState.ASKED, AssignmentState.ACCEPTED})


async def load_pool(desk: Desk) -> None:
    """Load supporters, and for the persons of all loaded cases whom they can't have. Comes after every other lock."""
    await loading.alone_with_matching(desk)
    connection = desk.tx.connection
    volunteers = await mappers.VOLUNTEERS.every(connection)
    desk.book.volunteers.hold(volunteers)
    desk.book.staff.hold(await mappers.STAFF.where(connection, "person", [one.person for one in volunteers]))
    loads = await pool_queries.loads(connection)
    desk.pool = Pool({one.person: _supporter(desk, one.person, loads.get(one.person, 0)) for one in volunteers})
    await load_bars(desk, {case.person for case in desk.book.cases})


async def load_bars(desk: Desk, persons: set[str]) -> None:
    """Whom these persons can't have: H1, H2 and H5; who fears repercussion, nobody who manages their unit (R33)."""
    connection = desk.tx.connection
    if desk.pool is not None and persons:
        desk.pool.involved.update(await pool_queries.involved_with(connection, persons))
        desk.pool.conflicted.update(await pool_queries.looking_at(connection, persons))
        desk.pool.not_these.update(await pool_queries.unwanted_by(connection, persons))
        guarding = (*desk.book.cases, *desk.book.obligations)
        guarded = {one.person for one in guarding if one.never_through_manager and one.person in persons}
        if guarded:
            desk.pool.unit_managers.update(await pool_queries.managing(connection, guarded, desk.pool.supporters))


def _supporter(desk: Desk, person: str, load: int) -> Supporter:
    volunteer = desk.book.volunteers.get(person)
    member = desk.book.staff.get(person)
    if volunteer is None:
        raise LookupError("a supporter without an entry")
    return Supporter(
        person=person,
        trained_until=volunteer.trained_until,
        modes=frozenset(volunteer.modes),
        load_cap=volunteer.load_cap,
        available=volunteer.available,
        load=load,
        last_asked_at=volunteer.last_asked_at,
        site=member.site if member else None,
        unit=member.unit if member else None,
        manager=member.manager if member else None,
        zone=desk.policy.zone_of(member),
        gone=member is None or member.gone,
    )


def of_case(desk: Desk, case: Case) -> list[Assignment]:
    return [one for one in desk.book.assignments if one.case == case.case]


def seek(desk: Desk, case: Case) -> None:
    """Ask the next supporter, unless one is being asked; hand over to a coordinator when nobody is left."""
    if desk.pool is None:
        raise LookupError("load the pool of supporters before looking for one")
    before = of_case(desk, case)
    if case.state not in SEEKING or any(one.state in ACTIVE for one in before):
        return
    asked = frozenset(one.supporter for one in before)
    turned_down = [one for one in before if one.state in (AssignmentState.REFUSED, AssignmentState.TIMED_OUT)]
    chosen = None
    if len(turned_down) < desk.policy.programme.matching.ask_at_most:
        need = desk.pool.need(case, desk.book.staff.get(case.person), asked)
        chosen = match_supporter(need, desk.pool.supporters.values(), desk.now).supporter
    if chosen is None:
        escalate(desk, case)
    else:
        ask(desk, case, chosen)


def ask(desk: Desk, case: Case, supporter: Supporter, *, by_coordinator: bool = False) -> Assignment:
    """Ask this supporter. They may refuse without a reason (H8)."""
    assignment = Assignment(
        assignment=random_reference("asg"),
        case=case.case,
        supporter=supporter.person,
        state=AssignmentState.ASKED,
        asked_at=desk.now,
        by_coordinator=by_coordinator,
    )
    _keep(desk, assignment, Act.SUPPORTER_ASKED)
    asked = cases.move(desk, case, Happening.SUPPORTER_ASKED) or case
    contacts.tell_supporter(desk, asked, assignment, Purpose.SUPPORTER_ASK)
    programme = desk.policy.programme
    until = answers_until(programme.matching, programme.outreach.waking, supporter.zone, desk.now)
    desk.tx.set_timer(assignment.assignment, SUPPORTER_TIMEOUT, until)
    volunteer = desk.book.volunteers.get(supporter.person)
    if volunteer is not None:
        desk.book.volunteers.put(replace(volunteer, last_asked_at=desk.now))
    if desk.pool is not None:
        desk.pool.takes_on(supporter.person, desk.now)
    return assignment


def escalate(desk: Desk, case: Case) -> None:
    """Nobody is left to ask: a coordinator finds somebody, or goes themselves."""
    see_to(desk, cases.move(desk, case, Happening.NO_SUPPORTER_LEFT) or case)


def see_to(desk: Desk, case: Case) -> None:
    """Whoever said yes is always waited for by somebody: a task, or a clock on a supporter."""
    if tasks.open_tasks(desk, case.case):
        return
    if case.state is CaseState.ESCALATED:
        tasks.open_for_case(desk, TaskKind.FIND_SUPPORTER, case)
    elif case.state is CaseState.ASSIGNED:
        helping = [one for one in of_case(desk, case) if one.state is AssignmentState.ACCEPTED]
        for assignment in helping:
            watch_silence(desk, assignment)
        if not helping:  # the coordinator who took it has put it down again
            look_for_another(desk, case)


def watch_silence(desk: Desk, assignment: Assignment) -> None:
    """Have a coordinator told when this supporter records no contact in time (S-03)."""
    patience = desk.policy.programme.coordination.supporter_contact_after
    desk.tx.set_timer(assignment.assignment, SUPPORTER_SILENT, desk.now + patience)


def accept(desk: Desk, assignment: Assignment, case: Case) -> None:
    """A supporter said yes, perhaps late. The first yes counts; anybody else who was asked is free again."""
    if case.state not in SEEKING:
        if assignment.state is AssignmentState.ASKED:
            let_go(desk, assignment)
        return
    for other in of_case(desk, case):
        if other.assignment != assignment.assignment and other.state in ACTIVE:
            let_go(desk, other)
    if assignment.state is not AssignmentState.ASKED and desk.pool is not None:
        desk.pool.takes_on(assignment.supporter, desk.now)
    accepted = replace(assignment, state=AssignmentState.ACCEPTED)
    _keep(desk, accepted, Act.SUPPORTER_ANSWERED)
    desk.tx.cancel_timers(accepted.assignment)
    assigned = cases.move(desk, case, Happening.SUPPORTER_ACCEPTED) or case
    request = contacts.tell_supporter(desk, assigned, accepted, Purpose.SUPPORTER_CARD)
    contacts.grant_card(desk, assigned, request, holder=accepted.supporter)
    contacts.tell_person(desk, assigned, Purpose.SUPPORTER_FOUND)
    tasks.finish_of_case(desk, case.case, TaskOutcome.FOUND_SUPPORTER, TaskKind.FIND_SUPPORTER)
    watch_silence(desk, accepted)


def pass_over(desk: Desk, assignment: Assignment, state: AssignmentState) -> None:
    """A supporter said no, or nothing: the next is asked."""
    if assignment.state is not AssignmentState.ASKED:
        return
    act = Act.SUPPORTER_TIMED_OUT if state is AssignmentState.TIMED_OUT else Act.SUPPORTER_ANSWERED
    _end(desk, assignment, state, act)
    case = desk.book.cases.get(assignment.case)
    if case is not None:
        seek(desk, case)


def let_go(desk: Desk, assignment: Assignment) -> None:
    """The supporter has nothing to do with this case any more."""
    _end(desk, assignment, AssignmentState.RELEASED, Act.SUPPORTER_RELEASED)


def let_all_go(desk: Desk, case: Case) -> None:
    """Whoever was asked or has accepted is free again."""
    for assignment in of_case(desk, case):
        if assignment.state in ACTIVE:
            let_go(desk, assignment)


def look_for_another(desk: Desk, case: Case) -> Case:
    """The supporter gave the case back, or the person wants another: the search begins again."""
    let_all_go(desk, case)
    if case.state in IN_CONTACT:
        case = cases.move(desk, case, Happening.SUPPORTER_RELEASED) or case
    seek(desk, case)
    return desk.book.cases.get(case.case) or case


def _end(desk: Desk, assignment: Assignment, state: AssignmentState, act: Act) -> None:
    _keep(desk, replace(assignment, state=state), act)
    desk.tx.cancel_timers(assignment.assignment)
    contacts.call_off(desk, [assignment.assignment], CancelReason.SUPERSEDED)
    contacts.revoke_cards(desk, assignment.assignment)
    if desk.pool is not None:
        desk.pool.lets_go(assignment.supporter)


def _keep(desk: Desk, assignment: Assignment, act: Act) -> None:
    desk.book.assignments.put(assignment)
    desk.note(act, assignment.assignment, assignment.state)
    desk.say(translation.assignment_changed(assignment, desk.now))
