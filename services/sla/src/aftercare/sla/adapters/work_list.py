"""Clocks as people look at them: a list by time to breach, and one with what led to it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.sla.adapters import clocks, happenings
from aftercare.sla.adapters.clocks import Kept
from aftercare.sla.adapters.editions import EditionShelf
from aftercare.sla.domain.model import Told


class Shown(StrEnum):
    """Which clocks are asked for."""

    OPEN = "open"
    """Somebody still has to do it: running, or overdue."""
    OVERDUE = "overdue"
    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    UNMEETABLE = "unmeetable"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the last clock's due instant, none of one that has none, and its reference."""

    due: datetime | None
    clock: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `sites`: those that the caller sees, all of them if it is none."""

    shown: Shown
    limit: int
    sites: Collection[str] | None
    rule: str | None = None
    site: str | None = None
    before: datetime | None = None
    after: Place | None = None


async def page(connection: AsyncConnection, shelf: EditionShelf, wanted: Wanted) -> list[Kept]:
    """The clocks that come first of those that are wanted; those without a due instant come last."""
    bound: dict[str, Any] = {
        "rule": wanted.rule,
        "site": wanted.site,
        "before": wanted.before,
        "everywhere": wanted.sites is None,
        "sites": sorted(wanted.sites or ()),
        "from_start": wanted.after is None,
        "after_due": wanted.after.due if wanted.after else None,
        "after_clock": wanted.after.clock if wanted.after else "",
        "limit": wanted.limit,
    }
    rows = (await connection.execute(_PAGES[wanted.shown], bound)).all()
    return await clocks.kept_of_rows(connection, shelf, rows)


async def one(
    connection: AsyncConnection, shelf: EditionShelf, reference: str, sites: Collection[str] | None
) -> tuple[Kept, Told] | None:
    """A clock and all that is known of its group; nothing, where it is not there or not of these sites."""
    bound = {"clock": reference, "everywhere": sites is None, "sites": sorted(sites or ())}
    rows = (await connection.execute(_ONE, bound)).all()
    found = await clocks.kept_of_rows(connection, shelf, rows)
    if not found:
        return None
    groups = await happenings.groups(connection, [found[0].clock.subject])
    return found[0], await happenings.told_of(connection, groups)


_IN_SIGHT = "(:everywhere or site = any(cast(:sites as text[])))"
_CONDITIONS = {
    Shown.OPEN: "open",
    Shown.OVERDUE: "open and state <> 'running'",
    Shown.RUNNING: "open and state = 'running'",
    Shown.MET: "not open and state = 'met'",
    Shown.CANCELLED: "not open and state = 'cancelled'",
    Shown.MISSED: "state = 'missed'",
    Shown.UNMEETABLE: "state = 'unmeetable'",
}
_PAGES = {
    shown: text(
        f"select {clocks.COLUMNS} from clock where {condition} and {_IN_SIGHT}"  # noqa: S608 - our own words
        " and (cast(:rule as text) is null or rule = :rule) and (cast(:site as text) is null or site = :site)"
        " and (cast(:before as timestamptz) is null or due < :before)"
        " and (:from_start or (coalesce(due, 'infinity'), clock) >"
        " (coalesce(cast(:after_due as timestamptz), 'infinity'), cast(:after_clock as text)))"
        " order by coalesce(due, 'infinity'), clock limit :limit"
    )
    for shown, condition in _CONDITIONS.items()
}
_ONE = text(f"select {clocks.COLUMNS} from clock where clock = :clock and {_IN_SIGHT}")  # noqa: S608
