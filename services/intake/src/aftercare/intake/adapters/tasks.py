"""The tasks *say who was involved*, and the conflicts between versions, as people see them."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from sqlalchemy import text

from aftercare.intake.adapters.ledger_reads import BOOK
from aftercare.intake.adapters.vault import AesVault
from aftercare.kit.store.paging import Order, Page, PageAsked
from aftercare.kit.store.transaction import Transaction


async def open_tasks(
    tx: Transaction, vault: AesVault, asked: PageAsked, sites: Iterable[str] | None, *, guarded: bool
) -> Page[dict[str, Any]]:
    """A page of the open tasks, oldest first, with the source's own incident number. `sites` `None`: all of them.

    `guarded`: those too in which somebody fears repercussion, which a manager must not see.
    """
    chosen = None if sites is None else sorted(sites)
    rows = await tx.connection.execute(_OPEN, {"sites": chosen, "guarded": guarded, **_OLDEST.bound(asked)})
    page = _OLDEST.page(asked, [dict(row) for row in rows.mappings()])
    return Page([_shown(row, vault) for row in page.rows], page.next)


async def find_task(tx: Transaction, task: str, sites: Iterable[str] | None, *, guarded: bool) -> str | None:
    """The incident of an open task that the caller may see."""
    chosen = None if sites is None else sorted(sites)
    row = (await tx.connection.execute(_FIND, {"task": task, "sites": chosen, "guarded": guarded})).first()
    return None if row is None else str(row.incident)


async def conflicts(tx: Transaction, asked: PageAsked, sites: Iterable[str] | None = None) -> Page[dict[str, Any]]:
    """Versions that came twice with different bodies, newest first: both records by reference.

    `sites`: only of incidents there; `None` for all.
    """
    chosen = None if sites is None else sorted(sites)
    rows = await tx.connection.execute(_CONFLICTS, {"sites": chosen, **_NEWEST.bound(asked)})
    return _NEWEST.page(asked, [dict(row) for row in rows.mappings()])


def _shown(row: dict[str, Any], vault: AesVault) -> dict[str, Any]:
    sealed = row.pop("sealed_number")
    book = BOOK.validate_python(row.pop("book"))
    row["named"], row["unnamed"] = len(book.involved), book.still_unnamed
    row["number"] = None if sealed is None else vault.open(sealed, f"number:{row['incident']}").decode()
    return row


_OLDEST: Order[dict[str, Any]] = Order(
    {"t.opened_at": "timestamptz", "t.task": "text"}, itemgetter("opened_at", "task")
)
_NEWEST: Order[dict[str, Any]] = Order(
    {"c.found_at": "timestamptz", "c.conflict": "text"}, itemgetter("found_at", "conflict"), newest_first=True
)
_OPEN = text(
    "select t.task, t.incident, i.source, t.site, t.unit, t.opened_at, i.sealed_number, i.book"  # noqa: S608 - our own words
    " from involvement_task t join incident i on i.incident = t.incident"
    " where t.state = 'open' and (:guarded or not t.coordinators_only)"
    f" and (cast(:sites as text[]) is null or t.site = any(cast(:sites as text[]))){_OLDEST.sql}"
)
_FIND = text(
    "select t.incident from involvement_task t where t.task = :task"
    " and t.state = 'open' and (:guarded or not t.coordinators_only)"
    " and (cast(:sites as text[]) is null or t.site = any(cast(:sites as text[])))"
)
_CONFLICTS = text(
    "select c.conflict, c.source, c.record, c.stands, c.incident, c.found_at from conflict c"  # noqa: S608 - our own words
    " left join incident i on i.incident = c.incident"
    " where (cast(:sites as text[]) is null or i.book->'details'->>'site' = any(cast(:sites as text[])))"
    f"{_NEWEST.sql}"
)
