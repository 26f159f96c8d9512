"""What waits for coordinators, page by page. `sites`: those that the caller sees, all of them if it is none."""

from collections.abc import Collection
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.kit.store.paging import Order, Page, PageAsked
from aftercare.support.adapters import mappers
from aftercare.support.domain.case import OPEN, Case
from aftercare.support.domain.task import Task

Sites = Collection[str] | None
_IN_SIGHT: Final = "(:everywhere or site = any(cast(:sites as text[])))"


async def open_tasks(connection: AsyncConnection, asked: PageAsked, sites: Sites) -> Page[Task]:
    """Urgent ones first, then by when they are due."""
    where = f"state <> 'done' and {_IN_SIGHT}"
    return await mappers.TASKS.page(connection, _BY_NEED, asked, where=where, **_bound(sites))


async def open_cases(connection: AsyncConnection, asked: PageAsked, sites: Sites) -> Page[Case]:
    """Urgent ones first, then by how long nothing has happened."""
    where = f"state = any(cast(:open as text[])) and {_IN_SIGHT}"
    return await mappers.CASES.page(connection, _BY_WAITING, asked, where=where, open=sorted(OPEN), **_bound(sites))


def _bound(sites: Sites) -> dict[str, object]:
    return {"everywhere": sites is None, "sites": sorted(sites or ())}


_BY_NEED: Order[Task] = Order(
    {"not urgent": "boolean", "due_at": "timestamptz", "task": "text"},
    lambda one: (not one.urgent, one.due_at, one.task),
)
_BY_WAITING: Order[Case] = Order(
    {"not urgent": "boolean", "changed_at": "timestamptz", '"case"': "text"},
    lambda one: (not one.urgent, one.changed_at, one.case),
)
