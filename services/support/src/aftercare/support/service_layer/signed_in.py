"""From a sign-in to the person, and to what is theirs."""

from collections.abc import Callable

from aftercare.support.adapters import mappers
from aftercare.support.domain.case import Case
from aftercare.support.domain.records import Assignment, StaffMember
from aftercare.support.domain.task import Task
from aftercare.support.service_layer import loading, matching, volunteers
from aftercare.support.service_layer.desk import Desk
from aftercare.support.service_layer.refusals import NotHere, NotKnown

Sees = Callable[[str | None], bool]
"""Whether the caller's sites include one."""


async def person_behind(desk: Desk, login: str) -> StaffMember:
    """The person who signed in, held. Raises `NotKnown`, which names a human to turn to."""
    rows = await mappers.LOGINS.where(desk.tx.connection, "login", [login])
    if rows:
        await loading.people(desk, [rows[0].person])
    member = desk.book.staff.get(rows[0].person) if rows else None
    if member is None or member.gone:
        raise _not_known(desk)
    return member


def _not_known(desk: Desk) -> NotKnown:
    duty = desk.policy.organisation.coordinators[-1]
    ring = f" or {duty.phone}" if duty.phone else ""
    return NotKnown(f"The sign-in is not on the staff list yet. Please turn to {duty.name}: {duty.email}{ring}.")


async def colleague_behind(desk: Desk, login: str, sees: Sees) -> StaffMember:
    """The person behind somebody else's sign-in, at one of the caller's sites. Raises `NotKnown` for all others."""
    member = await person_behind(desk, login)
    if not sees(member.site):
        raise _not_known(desk)
    return member


async def supporter_in_sight(desk: Desk, person: str, sees: Sees) -> None:
    """Load a supporter at one of the caller's sites. Raises `NotHere`."""
    await loading.people(desk, [person])
    await volunteers.load(desk, person)
    member = desk.book.staff.get(person)
    if desk.book.volunteers.get(person) is None or not sees(member.site if member else None):
        raise NotHere


async def case_in_sight(desk: Desk, reference: str, sees: Sees) -> Case:
    """A case at one of the caller's sites, with all that moves with it. Raises `NotHere`."""
    await loading.cases(desk, [reference])
    case = desk.book.cases.get(reference)
    if case is None or not sees(case.site):
        raise NotHere
    await matching.load_pool(desk)
    return case


async def task_in_sight(desk: Desk, reference: str, sees: Sees) -> Task:
    """A task that waits at one of the caller's sites, with its case. Raises `NotHere`."""
    connection = desk.tx.connection
    rows = await mappers.TASKS.where(connection, "task", [reference])
    await loading.cases(desk, [row.case for row in rows])
    desk.book.tasks.hold(await mappers.TASKS.where(connection, "task", [reference], lock="for no key update"))
    await loading.requests(desk, [reference])
    await loading.cards(desk, [reference])
    task = desk.book.tasks.get(reference)
    if task is None or not task.is_open or not sees(task.site):
        raise NotHere
    await matching.load_pool(desk)
    return task


async def assignment_of(desk: Desk, reference: str, supporter: str) -> tuple[Assignment, Case]:
    """A request to this supporter, with its case. Raises `NotHere`."""
    rows = await mappers.ASSIGNMENTS.where(desk.tx.connection, "assignment", [reference])
    mine = [row for row in rows if row.supporter == supporter]
    await loading.cases(desk, [row.case for row in mine])
    assignment = desk.book.assignments.get(reference) if mine else None
    case = desk.book.cases.get(assignment.case) if assignment else None
    if assignment is None or case is None:
        raise NotHere
    await matching.load_pool(desk)
    return assignment, case


async def supported_case(desk: Desk, reference: str, supporter: str) -> tuple[Assignment, Case]:
    """A case that this supporter has accepted. Raises `NotHere`."""
    rows = await mappers.ASSIGNMENTS.where(desk.tx.connection, "case", [reference], also="state = 'accepted'")
    mine = [row.assignment for row in rows if row.supporter == supporter]
    if not mine:
        raise NotHere
    return await assignment_of(desk, mine[0], supporter)
