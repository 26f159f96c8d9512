"""Supporters: entered by coordinators; their requests, cases and pauses are their own."""

from fastapi import APIRouter

from aftercare.support.adapters import mappers
from aftercare.support.domain.case import Case
from aftercare.support.domain.records import Assignment
from aftercare.support.domain.vocabulary import AssignmentState
from aftercare.support.entrypoints import views
from aftercare.support.entrypoints.bodies import AssignmentPath, Availability, CasePath, NewSupporter, PersonPath
from aftercare.support.entrypoints.callers import Coordinating, Supporting
from aftercare.support.entrypoints.views import View
from aftercare.support.service_layer import answers, coordinating, matching, signed_in, volunteers
from aftercare.support.service_layer.desk import Desk

router = APIRouter(tags=["supporters"])


@router.get("/supporters")
async def list_supporters(bureau: Coordinating) -> dict[str, list[View]]:
    """Everybody trained, with load and expiry."""
    async with bureau.desk() as desk:
        await matching.load_pool(desk)
        pool = desk.pool.supporters if desk.pool else {}
        rows = [views.supporter(one, pool.get(one.person)) for one in desk.book.volunteers]
    return {"supporters": [row for row in rows if bureau.principal.sees(row["site"])]}


@router.post("/supporters", status_code=201)
async def add_supporter(new: NewSupporter, bureau: Coordinating) -> View:
    async with bureau.desk() as desk:
        member = await signed_in.colleague_behind(desk, bureau.login_of(new.issuer, new.subject), bureau.principal.sees)
        await volunteers.load(desk, member.person)
        training = volunteers.Training(new.trained_until, new.modes, new.load_cap)
        entry = volunteers.enter(desk, member.person, training)
    return views.supporter(entry, None) | {"site": member.site, "unit": member.unit}


@router.put("/supporters/{person}/availability")
async def set_availability(person: PersonPath, wanted: Availability, bureau: Coordinating) -> View:
    async with bureau.desk() as desk:
        await signed_in.supporter_in_sight(desk, person, bureau.principal.sees)
        return views.supporter(volunteers.set_available(desk, person, available=wanted.available), None)


@router.put("/my/availability")
async def set_own_availability(wanted: Availability, bureau: Supporting) -> View:
    """Pause, or go on. Nobody asks why."""
    async with bureau.own_desk() as (desk, member):
        await volunteers.load(desk, member.person)
        return views.supporter(volunteers.set_available(desk, member.person, available=wanted.available), None)


@router.get("/my/requests")
async def my_requests(bureau: Supporting) -> dict[str, list[View]]:
    """Who asks whether I can: their wishes, nothing else."""
    async with bureau.own_desk() as (desk, member):
        pairs = await _mine(desk, member.person, AssignmentState.ASKED)
        return {"requests": [views.request_to_supporter(one, case) for one, case in pairs]}


@router.post("/my/requests/{assignment}/accept")
async def accept_request(assignment: AssignmentPath, bureau: Supporting) -> View:
    async with bureau.own_desk() as (desk, member):
        one, case = await signed_in.assignment_of(desk, assignment, member.person)
        matching.accept(desk, one, case)
        return _request_view(desk, assignment)


@router.post("/my/requests/{assignment}/refuse")
async def refuse_request(assignment: AssignmentPath, bureau: Supporting) -> View:
    """No reason is asked for (H8)."""
    async with bureau.own_desk() as (desk, member):
        one, case = await signed_in.assignment_of(desk, assignment, member.person)
        answers.refuse(desk, one, case)
        return _request_view(desk, assignment)


def _request_view(desk: Desk, assignment: str) -> View:
    one = desk.book.assignments.get(assignment)
    return {"request": assignment, "state": one.state if one else None}


@router.get("/my/supported-cases")
async def my_supported_cases(bureau: Supporting) -> dict[str, list[View]]:
    async with bureau.own_desk() as (desk, member):
        pairs = await _mine(desk, member.person, AssignmentState.ACCEPTED)
        return {"cases": [views.supported_case(one, case) for one, case in pairs]}


@router.post("/my/supported-cases/{case}/contacted")
async def record_contacted(case: CasePath, bureau: Supporting) -> View:
    """We have spoken. Nothing else is recorded."""
    async with bureau.own_desk() as (desk, member):
        one, supported = await signed_in.supported_case(desk, case, member.person)
        answers.record_contact(desk, one, supported)
        return _supported_view(desk, case)


@router.post("/my/supported-cases/{case}/release")
async def release_case(case: CasePath, bureau: Supporting) -> View:
    """Hand it over: somebody else is looked for at once."""
    async with bureau.own_desk() as (desk, member):
        _, supported = await signed_in.supported_case(desk, case, member.person)
        matching.look_for_another(desk, supported)
        return _supported_view(desk, case)


@router.post("/my/supported-cases/{case}/close")
async def close_supported_case(case: CasePath, bureau: Supporting) -> View:
    async with bureau.own_desk() as (desk, member):
        _, supported = await signed_in.supported_case(desk, case, member.person)
        coordinating.close(desk, supported)
        return _supported_view(desk, case)


def _supported_view(desk: Desk, case: str) -> View:
    now = desk.book.cases.get(case)
    return {"case": case, "state": now.state if now else None}


async def _mine(desk: Desk, supporter: str, state: AssignmentState) -> list[tuple[Assignment, Case]]:
    connection = desk.tx.connection
    rows = await mappers.ASSIGNMENTS.where(connection, "supporter", [supporter])
    mine = [row for row in rows if row.state is state]
    known = {row.case: row for row in await mappers.CASES.where(connection, "case", [row.case for row in mine])}
    return [(row, known[row.case]) for row in mine if row.case in known]
