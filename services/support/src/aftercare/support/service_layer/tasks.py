"""What waits for a coordinator: somebody on the ladder is told, then the next, and round again for ever."""

from aftercare.kit.ids import random_reference
from aftercare.schemas.outreach_request import CancelReason
from aftercare.support.domain.case import Case
from aftercare.support.domain.task import Task, attempts_left, on_duty, patience
from aftercare.support.domain.vocabulary import Act, TaskKind, TaskOutcome, TaskState
from aftercare.support.service_layer import contacts
from aftercare.support.service_layer.desk import Desk

COORDINATOR_NEXT = "coordinator-next"


def open_for_case(desk: Desk, kind: TaskKind, case: Case) -> Task | None:
    """A task about a case; `None` when one of this kind waits already."""
    if any(one.kind is kind for one in open_tasks(desk, case.case)):
        return None
    return _open(desk, kind, case=case, site=case.site, urgent=case.urgent or kind is TaskKind.URGENT_CALL)


def open_for_site(desk: Desk, kind: TaskKind, site: str | None) -> Task | None:
    """A task about a place; `None` when one of this kind waits there already."""
    if any(one.is_open and one.kind is kind and one.case is None and one.site == site for one in desk.book.tasks):
        return None
    return _open(desk, kind, case=None, site=site, urgent=False)


def open_tasks(desk: Desk, case: str) -> list[Task]:
    return [one for one in desk.book.tasks if one.case == case and one.is_open]


def _open(desk: Desk, kind: TaskKind, *, case: Case | None, site: str | None, urgent: bool) -> Task:
    task = Task(
        task=random_reference("tsk"),
        kind=kind,
        opened_at=desk.now,
        due_at=desk.now + patience(desk.policy.programme.coordination, urgent=urgent),
        case=case.case if case else None,
        site=site,
        urgent=urgent,
    )
    desk.note(Act.TASK_OPENED, task.task, kind)
    tell(desk, task)
    return task


def tell(desk: Desk, task: Task, *, duty: str | None = None) -> None:
    """Tell whoever is on duty on the task's rung, and watch whether they act on it."""
    desk.book.tasks.put(task)
    code = duty or on_duty(desk.policy.organisation.ladder(task.site), task.rung).code
    request = contacts.tell_duty(desk, task, code)
    case = desk.book.cases.get(task.case)
    if task.kind.is_call and case is not None:
        contacts.grant_card(desk, case, request, duty=code)
    desk.tx.set_timer(task.task, COORDINATOR_NEXT, task.due_at)


def tell_next(desk: Desk, task: Task) -> None:
    """Nobody acted in time: the next on the ladder."""
    due_at = desk.now + patience(desk.policy.programme.coordination, urgent=task.urgent)
    passed = task.told_next(due_at)
    desk.note(Act.TASK_PASSED_ON, task.task)
    tell(desk, passed)


def claim(desk: Desk, task: Task, actor: str) -> Task:
    """Somebody takes it on: the ladder rests, and goes on when they stay silent too."""
    claimed = task.claimed(actor)
    desk.book.tasks.put(claimed)
    desk.note(Act.TASK_CLAIMED, task.task)
    patient = desk.policy.programme.coordination.claimed_for
    desk.tx.set_timer(task.task, COORDINATOR_NEXT, desk.now + patient)
    return claimed


def finish(desk: Desk, task: Task, outcome: TaskOutcome) -> None:
    """It is done: nobody is told any more, and nobody sees the contact because of it."""
    desk.book.tasks.put(task.done(outcome))
    desk.note(Act.TASK_DONE, task.task, outcome)
    desk.tx.cancel_timers(task.task)
    contacts.call_off(desk, [task.task], CancelReason.ANSWERED_ELSEWHERE)
    contacts.revoke_cards(desk, task.task)


def finish_of_case(desk: Desk, case: str, outcome: TaskOutcome, *kinds: TaskKind) -> None:
    """Finish the case's open tasks of these kinds; of every kind when none is named."""
    for task in open_tasks(desk, case):
        if not kinds or task.kind in kinds:
            finish(desk, task, outcome)


def nobody_answered(desk: Desk, task: Task) -> bool:
    """A coordinator rang and nobody answered. Whether somebody tries again."""
    policy = desk.policy.programme.coordination
    if not attempts_left(policy, task.attempts + 1):
        finish(desk, task, TaskOutcome.NOT_REACHED)
        return False
    again = task.to_be_rung_again(desk.now + policy.call_again_after)
    desk.book.tasks.put(again)
    desk.note(Act.TASK_PASSED_ON, task.task)
    desk.tx.set_timer(task.task, COORDINATOR_NEXT, again.due_at)
    return True


def is_claimed_by_other(task: Task, actor: str) -> bool:
    return task.state is TaskState.CLAIMED and task.claimed_by != actor
