"""Forgets groups of which everything ended long ago. What somebody still has to do is never forgotten."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from aftercare.kit.store.transaction import UnitOfWork
from aftercare.sla.adapters import happenings
from aftercare.sla.service_layer.locking import hold

PAGE = 200
BETWEEN_PAGES_SECONDS = 0.2
BETWEEN_PASSES_SECONDS = 6 * 3600.0
_BEGINNING = (datetime(2000, 1, 1, tzinfo=UTC), "")


@dataclass(slots=True)
class Purge:
    """A background step of the `stream` process: one page of the oldest happenings at a time."""

    unit_of_work: UnitOfWork
    kept_for: timedelta
    _from: tuple[datetime, str] = _BEGINNING

    async def step(self) -> float:
        """Look at the next page. Returns the seconds until it wants to again."""
        async with self.unit_of_work() as tx:
            received, happening = self._from
            page = {"before": tx.now - self.kept_for, "received": received, "happening": happening, "size": PAGE}
            rows = (await tx.connection.execute(_PAGE, page)).all()
            if rows:
                named = {row.subject for row in rows}
                await hold(tx, named)
                groups = await happenings.groups(tx.connection, named)
                kept = await tx.connection.scalars(_KEPT, {"subjects": list(groups), "before": page["before"]})
                kept_groups = await happenings.groups(tx.connection, list(kept))
                around = await happenings.around(tx.connection, kept_groups)
                gone = groups - kept_groups - around
                for forget in _FORGET:
                    await tx.connection.execute(forget, {"subjects": list(gone)})
        if len(rows) < PAGE:
            self._from = _BEGINNING
            return BETWEEN_PASSES_SECONDS
        self._from = (rows[-1].received, rows[-1].happening)
        return BETWEEN_PAGES_SECONDS


_PAGE = text(
    "select subject, received, happening from happening where received < :before"
    " and (received, happening) > (:received, :happening) order by received, happening limit :size"
)
_KEPT = text(
    "select subject from clock where subject = any(cast(:subjects as text[])) and (open or changed >= :before)"
    " union select subject from happening where subject = any(cast(:subjects as text[])) and received >= :before"
)
_FORGET = (
    text("delete from clock where subject = any(cast(:subjects as text[]))"),
    text("delete from happening where subject = any(cast(:subjects as text[]))"),
    text("delete from link where source = any(cast(:subjects as text[])) or target = any(cast(:subjects as text[]))"),
)
