"""The work list, and one clock with its reasons."""

from typing import Annotated

from fastapi import APIRouter, Query

from aftercare.sla.adapters import work_list
from aftercare.sla.adapters.work_list import Place, Wanted
from aftercare.sla.entrypoints import views
from aftercare.sla.entrypoints.bodies import Asked, ClockPath, cursor_of
from aftercare.sla.entrypoints.callers import Looking
from aftercare.sla.entrypoints.views import View
from aftercare.sla.service_layer.refusals import NotHere

router = APIRouter(tags=["clocks"])


@router.get("/clocks")
async def list_clocks(bureau: Looking, asked: Annotated[Asked, Query()]) -> View:
    """Clocks in sight, by time to breach: what is overdue longest comes first.

    A clock whose due instant moves between two pages comes again behind them, or is on the first page of the next look.
    """
    wanted = Wanted(
        shown=asked.state,
        limit=asked.limit + 1,
        sites=bureau.sites,
        rule=asked.rule,
        site=asked.site,
        before=asked.before,
        after=asked.place,
    )
    async with bureau.looking() as connection:
        found = await work_list.page(connection, bureau.sla.desk.shelf, wanted)
    now = bureau.sla.unit_of_work.clock.now()
    shown = found[: asked.limit]
    last = Place(shown[-1].clock.due, shown[-1].clock.reference) if len(found) > asked.limit else None
    return {
        "clocks": [views.listed(one, now) for one in shown],
        "next": cursor_of(last) if last is not None else None,
    }


@router.get("/clocks/{clock}")
async def show_clock(clock: ClockPath, bureau: Looking) -> View:
    """One clock, and why it is as it is."""
    async with bureau.looking() as connection:
        found = await work_list.one(connection, bureau.sla.desk.shelf, clock, bureau.sites)
    if found is None:
        raise NotHere
    return views.explained(*found, bureau.sla.unit_of_work.clock.now())
