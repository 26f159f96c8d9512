"""The tasks *say who was involved*, and the conflicts between versions, as people see them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from aftercare.intake.adapters.ledger_reads import BOOK
from aftercare.intake.adapters.vault import AesVault
from aftercare.kit.store.transaction import Transaction


async def open_tasks(
    tx: Transaction, vault: AesVault, sites: Iterable[str] | None, *, guarded: bool
) -> list[dict[str, Any]]:
    """Open tasks, oldest first, with the source's own incident number. `sites` `None`: all of them.

    `guarded`: those too in which somebody fears repercussion, which a manager must not see.
    """
    chosen = None if sites is None else sorted(sites)
    rows = await tx.connection.execute(_OPEN, {"sites": chosen, "guarded": guarded})
    return [_shown(dict(row), vault) for row in rows.mappings()]


async def find_task(tx: Transaction, task: str, sites: Iterable[str] | None, *, guarded: bool) -> str | None:
    """The incident of an open task that the caller may see."""
    chosen = None if sites is None else sorted(sites)
    row = (await tx.connection.execute(_FIND, {"task": task, "sites": chosen, "guarded": guarded})).first()
    return None if row is None else str(row.incident)


async def conflicts(
    tx: Transaction, limit: int, *, before: str | None = None, sites: Iterable[str] | None = None
) -> list[dict[str, Any]]:
    """Versions that came twice with different bodies, newest first: both records by reference.

    `before` pages on from the last `conflict` of the page before. `sites`: only of incidents there; `None` for all.
    """
    chosen = None if sites is None else sorted(sites)
    rows = await tx.connection.execute(_CONFLICTS, {"limit": limit, "before": before, "sites": chosen})
    return [dict(row) for row in rows.mappings()]


def _shown(row: dict[str, Any], vault: AesVault) -> dict[str, Any]:
    sealed = row.pop("sealed_number")
    book = BOOK.validate_python(row.pop("book"))
    row["named"], row["unnamed"] = len(book.involved), book.still_unnamed
    row["number"] = None if sealed is None else vault.open(sealed, f"number:{row['incident']}").decode()
    return row


_OPEN = text(
    "select t.task, t.incident, i.source, t.site, t.unit, t.opened_at, i.sealed_number, i.book"
    " from involvement_task t join incident i on i.incident = t.incident"
    " where t.state = 'open' and (:guarded or not t.coordinators_only)"
    " and (cast(:sites as text[]) is null or t.site = any(cast(:sites as text[])))"
    " order by t.opened_at limit 500"
)
_FIND = text(
    "select t.incident from involvement_task t where t.task = :task"
    " and t.state = 'open' and (:guarded or not t.coordinators_only)"
    " and (cast(:sites as text[]) is null or t.site = any(cast(:sites as text[])))"
)
_CONFLICTS = text(
    "select c.conflict, c.source, c.record, c.stands, c.incident, c.found_at from conflict c"
    " left join incident i on i.incident = c.incident"
    " where (cast(:sites as text[]) is null or i.book->'details'->>'site' = any(cast(:sites as text[])))"
    " and (cast(:before as text) is null or (c.found_at, c.conflict) <"
    " (select b.found_at, b.conflict from conflict b where b.conflict = :before))"
    " order by c.found_at desc, c.conflict desc limit :limit"
)
