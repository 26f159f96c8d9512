"""For coordinators: the queue, and what they do about it."""

from fastapi import APIRouter

from aftercare.support.adapters import mappers
from aftercare.support.entrypoints import views
from aftercare.support.entrypoints.bodies import CasePath, Completion, HandAssignment, TaskPath
from aftercare.support.entrypoints.callers import Bureau, Coordinating
from aftercare.support.entrypoints.views import View
from aftercare.support.service_layer import coordinating, signed_in
from aftercare.support.service_layer.book import open_cases_sql
from aftercare.support.service_layer.desk import Desk

router = APIRouter(tags=["coordinators"])


@router.get("/tasks")
async def list_tasks(bureau: Coordinating) -> dict[str, list[View]]:
    """What waits for a human, urgent and oldest first."""
    async with bureau.desk() as desk:
        rows = await mappers.TASKS.every(desk.tx.connection, where="state <> 'done'")
    seen = [row for row in rows if bureau.principal.sees(row.site)]
    seen.sort(key=lambda row: (not row.urgent, row.due_at))
    return {"tasks": [views.task_in_queue(row, bureau.login) for row in seen]}


@router.post("/tasks/{task}/claim")
async def claim_task(task: TaskPath, bureau: Coordinating) -> View:
    async with bureau.desk() as desk:
        coordinating.claim(desk, await signed_in.task_in_sight(desk, task, bureau.principal.sees))
        return _task_view(desk, task, bureau)


@router.post("/tasks/{task}/complete")
async def complete_task(task: TaskPath, done: Completion, bureau: Coordinating) -> View:
    async with bureau.desk() as desk:
        found = await signed_in.task_in_sight(desk, task, bureau.principal.sees)
        coordinating.complete(desk, found, done.outcome, choice=done.choice, supporter=done.supporter)
        return _task_view(desk, task, bureau)


def _task_view(desk: Desk, task: str, bureau: Bureau) -> View:
    now = desk.book.tasks.get(task)
    return views.task_in_queue(now, bureau.login) if now else {}


@router.get("/cases")
async def list_cases(bureau: Coordinating) -> dict[str, list[View]]:
    """Open cases as a queue: no names, no incidents."""
    async with bureau.desk() as desk:
        rows = await mappers.CASES.every(desk.tx.connection, where=open_cases_sql())
    seen = sorted((row for row in rows if bureau.principal.sees(row.site)), key=lambda row: row.changed_at)
    return {"cases": [views.case_in_queue(row) for row in sorted(seen, key=lambda row: not row.urgent)]}


@router.post("/cases/{case}/supporter")
async def assign_supporter(case: CasePath, wanted: HandAssignment, bureau: Coordinating) -> View:
    """Ask a supporter by hand. They may refuse all the same."""
    async with bureau.desk() as desk:
        found = await signed_in.case_in_sight(desk, case, bureau.principal.sees)
        coordinating.assign(desk, found, wanted.supporter, override_load=wanted.override_load)
        return _case_view(desk, case)


@router.post("/cases/{case}/take")
async def take_case(case: CasePath, bureau: Coordinating) -> View:
    """Go oneself. The contact card is in the mail to the duty address."""
    async with bureau.desk() as desk:
        coordinating.take(desk, await signed_in.case_in_sight(desk, case, bureau.principal.sees))
        return _case_view(desk, case)


@router.post("/cases/{case}/contact")
async def record_contact(case: CasePath, bureau: Coordinating) -> View:
    async with bureau.desk() as desk:
        coordinating.record_contact(desk, await signed_in.case_in_sight(desk, case, bureau.principal.sees))
        return _case_view(desk, case)


@router.post("/cases/{case}/close")
async def close_case(case: CasePath, bureau: Coordinating) -> View:
    async with bureau.desk() as desk:
        coordinating.close(desk, await signed_in.case_in_sight(desk, case, bureau.principal.sees))
        return _case_view(desk, case)


def _case_view(desk: Desk, case: str) -> View:
    now = desk.book.cases.get(case)
    return views.case_in_queue(now) if now else {}
