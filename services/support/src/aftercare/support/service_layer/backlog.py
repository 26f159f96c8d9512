"""Looks every few seconds at what waits, so that silence shows."""

from sqlalchemy import text

from aftercare.kit.store.transaction import UnitOfWork
from aftercare.support.telemetry import Metric, record_backlog

EVERY_SECONDS = 15.0


class Backlog:
    """A background step of the `api` process."""

    def __init__(self, unit_of_work: UnitOfWork) -> None:
        self._unit_of_work = unit_of_work

    async def step(self) -> float:
        """Measure once. Returns the seconds until it wants to again."""
        async with self._unit_of_work() as tx:
            row = (await tx.connection.execute(_BACKLOG, {"now": tx.now})).one()
        record_backlog({Metric[name.upper()]: float(value) for name, value in row._mapping.items()})  # noqa: SLF001
        return EVERY_SECONDS


_BACKLOG = text(
    "select u.count as obligations_unresolved, u.oldest as unresolved_oldest, o.count as offers_unsent,"
    " o.oldest as unsent_oldest, s.count as cases_seeking, t.count as tasks_open, t.oldest as tasks_oldest from"
    " (select count(*), coalesce(extract(epoch from :now - min(opened_at)), 0) as oldest"
    "  from obligation where unresolved is not null) u,"
    " (select count(*), coalesce(extract(epoch from :now - min(opened_at)), 0) as oldest"
    "  from support_case where state = 'offer-due') o,"
    " (select count(*) from support_case where state in ('accepted', 'matching', 'escalated')) s,"
    " (select count(*), coalesce(extract(epoch from :now - min(opened_at)), 0) as oldest"
    "  from task where state <> 'done') t"
)
