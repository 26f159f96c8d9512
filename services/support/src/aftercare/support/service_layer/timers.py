"""What happens when time passes and nobody did anything. Each looks at how things stand, not at what was planned."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from aftercare.kit.service import DueTimer
from aftercare.kit.store.transaction import Transaction
from aftercare.support.adapters import mappers
from aftercare.support.domain.case import UNANSWERED
from aftercare.support.domain.task import Task
from aftercare.support.domain.vocabulary import (
    AssignmentState,
    CaseState,
    Choice,
    Purpose,
    TaskKind,
    TaskOutcome,
)
from aftercare.support.service_layer import contacts, loading, matching, tasks
from aftercare.support.service_layer.desk import Desk, Policy
from aftercare.support.service_layer.settling import UNRESOLVED_OVERDUE


@dataclass(frozen=True, slots=True)
class Timers:
    """Every method is a `kit.service.TimerHandler`. The owner of a timer is the reference that it is about."""

    policy: Policy

    async def supporter_timeout(self, tx: Transaction, due: Sequence[DueTimer]) -> None:
        """A supporter who was asked said nothing: the next is asked."""
        desk = await self._assignments(tx, due)
        await matching.load_pool(desk)
        for timer in due:
            assignment = desk.book.assignments.get(timer.owner)
            if assignment is not None:
                matching.pass_over(desk, assignment, AssignmentState.TIMED_OUT)
        await desk.close_book()

    async def supporter_silent(self, tx: Transaction, due: Sequence[DueTimer]) -> None:
        """A supporter accepted and no contact was recorded: a coordinator looks after the person (S-03)."""
        desk = await self._assignments(tx, due)
        for timer in due:
            assignment = desk.book.assignments.get(timer.owner)
            case = desk.book.cases.get(assignment.case) if assignment else None
            is_waiting = assignment is not None and assignment.state is AssignmentState.ACCEPTED
            if is_waiting and case is not None and case.state is CaseState.ASSIGNED:
                tasks.open_for_case(desk, TaskKind.SUPPORTER_SILENT, case)
        await desk.close_book()

    async def later_reminder(self, tx: Transaction, due: Sequence[DueTimer]) -> None:
        """The person said *later*, and it is later."""
        desk = Desk(tx, self.policy)
        await loading.cases(desk, [timer.owner for timer in due])
        for timer in due:
            case = desk.book.cases.get(timer.owner)
            if case is not None and case.state is CaseState.OFFERED and case.choice is Choice.LATER:
                contacts.tell_person(desk, case, Purpose.REMINDER)
        await desk.close_book()

    async def offer_silence(self, tx: Transaction, due: Sequence[DueTimer]) -> None:
        """Nobody took the offer's message, or nobody said what became of it: a human calls, so nobody is skipped."""
        desk = Desk(tx, self.policy)
        await loading.cases(desk, [timer.owner for timer in due])
        rung_before = await self._called_before(desk, [timer.owner for timer in due])
        for timer in due:
            case = desk.book.cases.get(timer.owner)
            if case is None or case.state not in UNANSWERED or case.choice is not None or case.case in rung_before:
                continue
            tasks.open_for_case(desk, TaskKind.CALL_PERSON, case)
        await desk.close_book()

    async def _called_before(self, desk: Desk, references: Sequence[str]) -> set[str | None]:
        rows = await mappers.TASKS.where(desk.tx.connection, "case", references, also="kind = 'call-person'")
        return {row.case for row in rows}

    async def coordinator_next(self, tx: Transaction, due: Sequence[DueTimer]) -> None:
        """A coordinator was told and did nothing in time: the next one is."""
        desk = Desk(tx, self.policy)
        waiting = await mappers.TASKS.where(tx.connection, "task", [timer.owner for timer in due])
        await loading.cases(desk, [task.case for task in waiting])
        desk.book.tasks.hold(await mappers.TASKS.where(tx.connection, "task", [timer.owner for timer in due]))
        await loading.requests(desk, [task.task for task in waiting])
        for timer in due:
            task = desk.book.tasks.get(timer.owner)
            if task is None or not task.is_open:
                continue
            if task.kind is TaskKind.UNRESOLVED_OVERDUE and not await self._anything_unresolved(desk, task):
                tasks.finish(desk, task, TaskOutcome.NO_LONGER_NEEDED)
            else:
                tasks.tell_next(desk, task)
        await desk.close_book()

    async def _anything_unresolved(self, desk: Desk, task: Task) -> bool:
        return bool(await desk.tx.connection.scalar(_ANY_UNRESOLVED, {"site": task.site}))

    async def unresolved_overdue(self, tx: Transaction, due: Sequence[DueTimer]) -> None:
        """Nobody found out in time whom an incident is about: a coordinator is told, once per place."""
        desk = Desk(tx, self.policy)
        owners = [timer.owner for timer in due]
        rows = await mappers.OBLIGATIONS.where(tx.connection, "obligation", owners, also="unresolved is not null")
        desk.book.tasks.hold(
            await mappers.TASKS.every(
                tx.connection, where="kind = :kind and state <> 'done'", kind=TaskKind.UNRESOLVED_OVERDUE.value
            )
        )
        again = tx.now + self.policy.programme.coordination.unresolved_again_after
        for row in rows:
            tasks.open_for_site(desk, TaskKind.UNRESOLVED_OVERDUE, row.site)
            tx.set_timer(row.obligation, UNRESOLVED_OVERDUE, again)
        await desk.close_book()

    async def _assignments(self, tx: Transaction, due: Sequence[DueTimer]) -> Desk:
        desk = Desk(tx, self.policy)
        owners = [timer.owner for timer in due]
        rows = await mappers.ASSIGNMENTS.where(tx.connection, "assignment", owners)
        await loading.cases(desk, [row.case for row in rows])
        return desk


_ANY_UNRESOLVED = text(
    "select exists (select from obligation where unresolved is not null and site is not distinct from :site)"
)
