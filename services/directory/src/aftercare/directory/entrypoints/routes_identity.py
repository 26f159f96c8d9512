"""Who is this: tasks for coordinators."""

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from aftercare.directory.adapters import identity_tasks
from aftercare.directory.adapters.identity_tasks import IdentityTask
from aftercare.directory.entrypoints.routes_callers import Coordinator, PersonPath, Wired, actor_of
from aftercare.directory.entrypoints.routes_new_person import NewPerson
from aftercare.directory.service_layer import identity, people
from aftercare.kit.store.paging import PageAsked

router = APIRouter()


class TaskAnswer(BaseModel):
    """`known` needs a person, or a new one."""

    model_config = ConfigDict(extra="forbid")
    outcome: Literal["known", "not-staff", "cannot-be-identified"]
    person: str | None = Field(None, pattern=PersonPath)
    new_person: NewPerson | None = None


@router.get("/identity/tasks")
async def list_tasks(
    caller: Coordinator, directory: Wired, limit: Annotated[int, Query(ge=1, le=200)] = 50, after: str | None = None
) -> dict[str, object]:
    """Open tasks, the oldest first, without their identifiers: claim one to see it."""
    actor = actor_of(caller, directory)
    async with directory.unit_of_work() as tx:
        page = await identity_tasks.list_open(tx.connection, PageAsked(limit, after))
        backlog = await identity_tasks.backlog(tx.connection)
    shown = [{**_task(task), "held_by_you": task.held_by(actor, tx.now)} for task in page.rows]
    return {"tasks": shown, "open": backlog.open, "next": page.next}


@router.post("/identity/tasks/{reference}/claim")
async def claim_task(reference: str, caller: Coordinator, directory: Wired) -> dict[str, object]:
    """Take a task for half an hour and see its identifier. Every look is written to the audit log."""
    async with directory.unit_of_work() as tx:
        task, opened = await identity.claim(tx, directory.seals, reference, coordinator=actor_of(caller, directory))
    named = opened.identifier
    return {**_task(task), "identifier": {"system": named.system, "kind": named.kind, "value": named.value}}


@router.post("/identity/tasks/{reference}/release", status_code=204)
async def release_task(reference: str, caller: Coordinator, directory: Wired) -> None:
    """Give a claimed task back."""
    async with directory.unit_of_work() as tx:
        await identity.release(tx, reference, coordinator=actor_of(caller, directory))


@router.post("/identity/tasks/{reference}/answer")
async def answer_task(
    reference: str, answer: TaskAnswer, caller: Coordinator, directory: Wired
) -> dict[str, str | None]:
    """Say who it is. A person gets the identifier for good; all other services learn it at once."""
    actor = actor_of(caller, directory)
    line = answer.new_person.line(directory.rules) if answer.new_person else None
    if (answer.outcome == "known") != bool(answer.person or line) or (answer.person and line):
        raise HTTPException(422, "'known' needs either 'person' or 'new_person', the other outcomes neither")
    if line:
        caller.require_site(line.site)
    person = answer.person
    async with directory.unit_of_work() as tx:
        if answer.outcome == "known":
            opened = await identity.open_held(tx, directory.seals, reference, coordinator=actor)
            if person:
                await people.require_in_sight(tx, [person], caller.sees)
            if line:
                person = await people.add(tx, directory.keys, directory.tokens, line, actor=actor)
            await people.link(tx, directory.keys, directory.tokens, str(person), opened.identifier, actor=actor)
        await identity.answer(tx, reference, answer.outcome, coordinator=actor)
    return {"task": reference, "outcome": answer.outcome, "person": person}


def _task(task: IdentityTask) -> dict[str, object]:
    return {
        "task": task.reference,
        "kind": task.kind,
        "source": task.source,
        "incident": task.incident,
        "asked_at": task.asked_at,
        "held_until": task.claimed_until,
    }
