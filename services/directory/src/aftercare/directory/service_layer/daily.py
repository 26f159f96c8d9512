"""What happens by itself: first and last days, the full snapshot, and forgetting who has long left."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text

from aftercare.directory.adapters import people
from aftercare.directory.adapters.contact_keys import ContactKeys
from aftercare.directory.service_layer.describing import describe, republish
from aftercare.directory.service_layer.people import erase
from aftercare.kit.service import DueTimer, TimerHandler
from aftercare.kit.store.transaction import Transaction, UnitOfWork

OWNER = "directory"
SNAPSHOT, CALENDAR = "staff-snapshot", "staff-calendar"
PAGE = 2000
_ERASED_AT_ONCE = 500
_BETWEEN_PAGES = timedelta(seconds=1)
"""Gives other messages of the outbox their turn."""


def snapshot_timer(every: timedelta) -> TimerHandler:
    """Publishes everybody again, page by page, then waits for `every`: a long-absent consumer reconciles by it."""

    async def handle(tx: Transaction, due: Sequence[DueTimer]) -> None:
        after = str(due[-1].payload.get("after") or "")
        page = await people.page_of_published(tx.connection, after, PAGE)
        await republish(tx, page)
        if len(page) == PAGE:
            tx.set_timer(OWNER, SNAPSHOT, tx.now + _BETWEEN_PAGES, {"after": page[-1]})
        else:
            tx.set_timer(OWNER, SNAPSHOT, tx.now + every)

    return handle


def calendar_timer(keys: ContactKeys, *, forget_leavers_after: timedelta) -> TimerHandler:
    """Once a day: contracts that began or ended, and leavers whose contact is not needed any more."""

    async def handle(tx: Transaction, due: Sequence[DueTimer]) -> None:  # noqa: ARG001 - decides by what it finds
        await describe(tx, await people.moved_by_date(tx.connection, tx.now.date()))
        gone = await people.left_before(tx.connection, tx.now - forget_leavers_after, _ERASED_AT_ONCE)
        if gone:
            await erase(tx, keys, gone, actor="client:directory")
        pause = timedelta(minutes=1) if len(gone) == _ERASED_AT_ONCE else timedelta(days=1)
        tx.set_timer(OWNER, CALENDAR, tx.now + pause)

    return handle


async def ensure_timers(unit_of_work: UnitOfWork) -> None:
    """Set the daily timers when they are not there: at the first start, or after somebody removed them."""
    async with unit_of_work() as tx:
        rows = await tx.connection.execute(text("select kind from timer where owner = :owner"), {"owner": OWNER})
        there = {row.kind for row in rows}
        for kind in (SNAPSHOT, CALENDAR):
            if kind not in there:
                tx.set_timer(OWNER, kind, tx.now + timedelta(minutes=1))
