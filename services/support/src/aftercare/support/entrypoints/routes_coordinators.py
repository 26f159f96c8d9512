"""For coordinators: the queue, and what they do about it."""

from fastapi import APIRouter

from aftercare.kit.store.paging import PageAsked
from aftercare.support.adapters import queues
from aftercare.support.entrypoints import views
from aftercare.support.entrypoints.bodies import CasePath, Completion, HandAssignment, Limit, TaskPath
from aftercare.support.entrypoints.callers import Bureau, Coordinating
from aftercare.support.entrypoints.views import View
from aftercare.support.service_layer import coordinating, signed_in
from aftercare.support.service_layer.desk import Desk

router = APIRouter(tags=["coordinators"])


@router.get("/tasks")
async def list_tasks(bureau: Coordinating, limit: Limit = 500, after: str | None = None) -> View:
    """What waits for a human, urgent and oldest first. What became urgent since is on the first page again."""
    async with bureau.desk() as desk:
        page = await queues.open_tasks(desk.tx.connection, PageAsked(limit, after), bureau.sites)
    return {"tasks": [views.task_in_queue(row, bureau.login) for row in page.rows], "next": page.next}


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
async def list_cases(bureau: Coordinating, limit: Limit = 500, after: str | None = None) -> View:
    """Open cases as a queue, urgent and longest waiting first: no names, no incidents.

    A case that moves between two pages comes again as it is then; one that became urgent is on the first page again.
    """
    async with bureau.desk() as desk:
        page = await queues.open_cases(desk.tx.connection, PageAsked(limit, after), bureau.sites)
    return {"cases": [views.case_in_queue(row) for row in page.rows], "next": page.next}


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
