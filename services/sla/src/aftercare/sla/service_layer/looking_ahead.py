"""What falls due within moments is read and worded beforehand, so that at its instant it only has to be said.

Thousands of clocks can be due at one moment, and the moments before it are idle. Nothing is claimed and nothing is
decided here: at its instant a row is claimed like any other, and what was worded counts only if the row is still the
same version. So all of this may be forgotten at any time.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.sla.adapters import clocks
from aftercare.sla.service_layer.reckoning import Desk
from aftercare.sla.service_layer.wording import Saying, saying_of

AHEAD = timedelta(seconds=3)
EVERY = timedelta(seconds=0.25)
PAGE_SIZE = 250
"""Few enough that what is due meanwhile waits for some ten milliseconds at most."""
HELD_AT_MOST = 20_000
"""Some 50 MB. What is more is worded at its instant."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Foreseen:
    version: int
    saying: Saying


@dataclass(slots=True)
class LookAhead:
    """What one process foresees."""

    desk: Desk
    _foreseen: dict[str, _Foreseen] = field(default_factory=dict)
    _seen: clocks.Place = (_LONG_AGO, "")
    """Up to where it was looked."""

    async def look(self, connection: AsyncConnection, next_due: datetime | None, now: datetime) -> bool:
        """Word a page of what comes next. Returns whether there may be more to word."""
        until = now + AHEAD
        if until - self._seen[0] < EVERY:
            return False
        self._forget_until(now)
        if next_due is None or next_due > until:
            self._seen = (until, "")
            return False
        after = max(self._seen, (now, ""))
        rows = await clocks.due_soon(connection, after, until, size=PAGE_SIZE)
        with contextlib.suppress(ValueError, LookupError):  # a rule that can't be read: see below
            await self.desk.shelf.load(connection, {row.edition for row in rows})
        for row in rows:
            with contextlib.suppress(Exception):  # what can't be worded is told of at its instant
                saying = saying_of(self.desk, clocks.kept_of(row, self.desk.shelf), row.next_at)
                self._foreseen[row.clock] = _Foreseen(row.version, saying)
        is_more = len(rows) == PAGE_SIZE and len(self._foreseen) < HELD_AT_MOST
        self._seen = (rows[-1].next_at, rows[-1].clock) if is_more else (until, "")
        return is_more

    def worded(self, claimed: Mapping[str, int], now: datetime) -> dict[str, Saying]:
        """Of rows that are held now, by reference and version, those whose words still hold. Each is given once."""
        found = {reference: self._foreseen.pop(reference, None) for reference in claimed}
        return {
            reference: one.saying
            for reference, one in found.items()
            if one is not None and one.version == claimed[reference] and one.saying.holds_at(now)
        }

    def _forget_until(self, now: datetime) -> None:
        """Another process has said it."""
        self._foreseen = {
            reference: one
            for reference, one in self._foreseen.items()
            if one.saying.due is not None and one.saying.due > now
        }
