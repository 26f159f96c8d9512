"""For everybody on the staff: one's own case, and the way to support at any hour, with or without an incident."""

from fastapi import APIRouter

from aftercare.support.domain.vocabulary import Choice
from aftercare.support.entrypoints import views
from aftercare.support.entrypoints.bodies import SelfRequest, Wishes
from aftercare.support.entrypoints.callers import Own
from aftercare.support.entrypoints.views import View
from aftercare.support.service_layer import matching, own_case
from aftercare.support.service_layer.choices import Chosen
from aftercare.support.service_layer.desk import Desk

router = APIRouter(tags=["staff"])


@router.post("/self-requests", status_code=201)
async def ask_for_support(wanted: SelfRequest, bureau: Own) -> View:
    """Ask, or come back. Somebody is looked for at once; when urgent, a coordinator calls."""
    async with bureau.own_desk() as (desk, member):
        case = await own_case.load_own(desk, member)
        chosen = Chosen(Choice.URGENT if wanted.urgent else Choice.TALK, desk.now)
        asked = own_case.ask(desk, member, case, chosen, wanted.wishes, wanted.incident)
        return _view(desk, asked.case)


@router.get("/my/case")
async def my_case(bureau: Own) -> View:
    """Where one's own case stands; `null` when none is open."""
    async with bureau.own_desk() as (desk, member):
        case = await own_case.load_own(desk, member)
        return _view(desk, case.case if case else None)


@router.put("/my/case/wishes")
async def change_wishes(wanted: Wishes, bureau: Own) -> View:
    async with bureau.own_desk() as (desk, member):
        case = await own_case.load_own(desk, member)
        own_case.change_wishes(desk, case, wanted.wishes)
        return _view(desk, case.case if case else None)


@router.post("/my/case/change-supporter")
async def change_supporter(bureau: Own) -> View:
    """Another supporter, please. No reason is asked for."""
    async with bureau.own_desk() as (desk, member):
        case = await own_case.load_own(desk, member)
        await own_case.change_supporter(desk, case)
        return _view(desk, case.case if case else None)


@router.post("/my/case/decline")
async def decline(bureau: Own) -> View:
    """No, or no longer. Coming back is always possible."""
    async with bureau.own_desk() as (desk, member):
        case = await own_case.load_own(desk, member)
        own_case.decline(desk, case)
        return _view(desk, case.case if case else None)


def _view(desk: Desk, case: str | None) -> View:
    now = desk.book.cases.get(case)
    return {"case": None} if now is None else views.own_case(now, matching.of_case(desk, now))
