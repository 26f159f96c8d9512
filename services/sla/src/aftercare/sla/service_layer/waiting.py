"""Looks every few seconds at how all clocks stand, so that silence shows."""

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from aftercare.kit.store.transaction import UnitOfWork
from aftercare.programme.clocks import Side
from aftercare.sla.telemetry import MeasuredRule, Waiting, record_backlog, record_waiting

EVERY_SECONDS = 15.0
SHARE = 50
"""A look takes at most so small a part of the time, however many clocks are open."""


@dataclass(frozen=True, slots=True)
class Overview:
    """A background step of the `api` process."""

    unit_of_work: UnitOfWork
    side: Side
    rules: tuple[MeasuredRule, ...]

    async def step(self) -> float:
        """Measure once. Returns the seconds until it wants to again."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with self.unit_of_work() as tx:
            rows = (await tx.connection.execute(_WAITING, {"now": tx.now})).all()
            backlog = await tx.connection.scalar(_BACKLOG, {"now": tx.now})
        record_waiting(self.rules, {row.rule: _waiting(row) for row in rows})
        record_backlog(self.side, int(backlog or 0))
        return max(EVERY_SECONDS, SHARE * (loop.time() - began))


def _waiting(row: Any) -> Waiting:
    return Waiting(int(row.running), int(row.overdue), float(row.oldest_open), float(row.oldest_overdue))


_WAITING = text(
    "select rule, count(*) filter (where state = 'running') as running,"
    " count(*) filter (where state <> 'running') as overdue,"
    " greatest(extract(epoch from :now - min(start)), 0) as oldest_open,"
    " coalesce(greatest(extract(epoch from :now - min(due) filter (where state <> 'running')), 0), 0)"
    " as oldest_overdue from clock where open group by rule"
)
_BACKLOG = text("select count(*) from clock where next_at <= :now")
