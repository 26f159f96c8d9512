"""What coordinators do: take what waits, record what came of it, find somebody, or go themselves."""

from aftercare.kit.auth.problems import Refusal
from aftercare.schemas.outreach_request import CancelReason
from aftercare.support.domain.case import IN_CONTACT, OPEN, SEEKING, Case, Happening
from aftercare.support.domain.matching import may_assign_by_hand
from aftercare.support.domain.task import Task
from aftercare.support.domain.vocabulary import CaseState, Choice, TaskKind, TaskOutcome
from aftercare.support.service_layer import answers, cases, contacts, matching, tasks
from aftercare.support.service_layer.choices import Chosen
from aftercare.support.service_layer.desk import Desk


def claim(desk: Desk, task: Task) -> None:
    """Say that one is on it. Raises `Refusal` when somebody else is."""
    _mine(desk, task)
    tasks.claim(desk, task, desk.actor)


def _mine(desk: Desk, task: Task) -> None:
    if tasks.is_claimed_by_other(task, desk.actor):
        raise Refusal("Somebody else is on it. If they stay silent it comes back to the list.")


def complete(
    desk: Desk, task: Task, outcome: TaskOutcome, *, choice: Choice | None = None, supporter: str | None = None
) -> None:
    """Record what came of a task. Raises `Refusal` where that would leave somebody without help."""
    _mine(desk, task)
    case = desk.book.cases.get(task.case)
    if case is None:
        tasks.finish(desk, task, outcome)
        return
    match outcome:
        case TaskOutcome.REACHED if choice is not None:
            answers.reached(desk, task, case, Chosen(choice, desk.now, by_human=True))
        case TaskOutcome.REACHED:
            answers.spoken(desk, task, case)
        case TaskOutcome.NOT_REACHED:
            answers.not_reached(desk, task, case)
        case TaskOutcome.TOOK_OVER:
            take(desk, case)
        case TaskOutcome.FOUND_SUPPORTER:
            _found(desk, task, case, supporter)
        case TaskOutcome.NO_LONGER_NEEDED:
            _no_longer_needed(desk, task, case)


def _found(desk: Desk, task: Task, case: Case, supporter: str | None) -> None:
    if supporter is None:
        raise Refusal("Say which supporter was found.")
    assign(desk, case, supporter, override_load=True)
    left = desk.book.tasks.get(task.task)
    if left is not None and left.is_open:
        tasks.finish(desk, left, TaskOutcome.FOUND_SUPPORTER)


def _no_longer_needed(desk: Desk, task: Task, case: Case) -> None:
    others = [one for one in tasks.open_tasks(desk, case.case) if one.task != task.task]
    if case.state is CaseState.ESCALATED and not others:
        raise Refusal("Nobody else looks after this person. Find a supporter, take the case, or close it.")
    tasks.finish(desk, task, TaskOutcome.NO_LONGER_NEEDED)
    matching.see_to(desk, case)


def assign(desk: Desk, case: Case, supporter: str, *, override_load: bool) -> None:
    """Ask a supporter by hand. Only availability and load can be passed over; raises `Refusal` naming the rule."""
    pool = desk.pool
    if case.state not in SEEKING | IN_CONTACT:
        raise Refusal("This person has not asked for a supporter, or it has ended.")
    one = pool.supporters.get(supporter) if pool else None
    if pool is None or one is None:
        raise Refusal("That is not a supporter. Choose one from the list of supporters.")
    need = pool.need(case, desk.book.staff.get(case.person), frozenset())
    against = [str(bar) for bar in may_assign_by_hand(need, one, desk.now)]
    if not override_load and not one.available:
        against.append("h4-not-available")
    if not override_load and one.load >= one.load_cap:
        against.append("h4-full")
    if against:
        raise Refusal(f"This supporter can't be asked for this person: {', '.join(against)}. Choose another.")
    matching.let_all_go(desk, case)
    if case.state in IN_CONTACT:
        case = cases.move(desk, case, Happening.SUPPORTER_RELEASED) or case
    matching.ask(desk, case, one, by_coordinator=True)
    answered = (TaskKind.FIND_SUPPORTER, TaskKind.CALL_PERSON, TaskKind.SUPPORTER_SILENT)
    tasks.finish_of_case(desk, case.case, TaskOutcome.FOUND_SUPPORTER, *answered)


def take(desk: Desk, case: Case) -> None:
    """The coordinator goes themselves. The task with the contact card stays theirs until a contact is recorded."""
    if case.state not in SEEKING:
        raise Refusal("Only a case that looks for somebody can be taken.")
    matching.let_all_go(desk, case)
    taken = cases.move(desk, case, Happening.TAKEN_BY_COORDINATOR) or case
    waiting = [one for one in tasks.open_tasks(desk, case.case) if one.kind.is_call]
    task = waiting[0] if waiting else tasks.open_for_case(desk, TaskKind.CALL_PERSON, taken)
    if task is not None:
        tasks.claim(desk, task, desk.actor)


def record_contact(desk: Desk, case: Case) -> None:
    """A coordinator spoke to the person."""
    if case.state not in (CaseState.ASSIGNED, CaseState.ESCALATED):
        raise Refusal("A contact is recorded once somebody looks after the person.")
    cases.move(desk, case, Happening.SPOKEN)
    tasks.finish_of_case(desk, case.case, TaskOutcome.REACHED)


def close(desk: Desk, case: Case) -> None:
    """The episode ends. The person can come back at any time."""
    if case.state not in OPEN:
        raise Refusal("It has ended already.")
    matching.let_all_go(desk, case)
    tasks.finish_of_case(desk, case.case, TaskOutcome.NO_LONGER_NEEDED)
    contacts.call_off(desk, [case.case], CancelReason.CASE_CLOSED)
    cases.move(desk, case, Happening.CLOSED)
