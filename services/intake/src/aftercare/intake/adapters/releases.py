"""Releases of parked records: who asked for which, how far each has come. The row stays: it is the audit of it."""

import json
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import text

from aftercare.intake.adapters.parking import Filter
from aftercare.kit.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Release:
    """A set of records that was frozen and counted when it was asked for. `done` is the number of the last taken."""

    reference: str
    wanted: Filter
    contact: bool
    total: int
    up_to: int
    rate: float
    done: int = 0
    mapped: int = 0
    still_refused: int = 0
    finished: bool = False

    def advanced(self, done: int, mapped: int, refused: int) -> "Release":
        return replace(self, done=done, mapped=self.mapped + mapped, still_refused=self.still_refused + refused)

    @property
    def told(self) -> dict[str, Any]:
        """How far it has come, for people."""
        return {
            "release": self.reference,
            "total": self.total,
            "mapped": self.mapped,
            "still_refused": self.still_refused,
            "finished": self.finished,
        }


async def begin(tx: Transaction, release: Release, asked_by: str) -> None:
    """Write down that it was asked for. `asked_by` is a token or a fixed word, never a name."""
    await tx.connection.execute(
        _BEGIN,
        {
            "replay": release.reference,
            "wanted": json.dumps(release.wanted.asked),
            "contact": release.contact,
            "total": release.total,
            "up_to": release.up_to,
            "rate": release.rate,
            "by": asked_by,
            "now": tx.now,
        },
    )


async def locked(tx: Transaction, reference: str) -> Release | None:
    """One release, held until the transaction ends, so that nobody else goes on with it meanwhile."""
    row = (await tx.connection.execute(_LOCKED, {"replay": reference})).first()
    return None if row is None else _release(row)


async def write(tx: Transaction, release: Release) -> None:
    await tx.connection.execute(
        _WRITE,
        {
            "replay": release.reference,
            "done": release.done,
            "mapped": release.mapped,
            "refused": release.still_refused,
            "finished": tx.now if release.finished else None,
        },
    )


async def newest(tx: Transaction, limit: int) -> list[dict[str, Any]]:
    """The newest releases, finished or not."""
    rows = await tx.connection.execute(_NEWEST, {"limit": limit})
    return [dict(row) for row in rows.mappings()]


def _release(row: Any) -> Release:
    return Release(
        row.replay,
        Filter.read(row.wanted),
        row.contact,
        row.total,
        row.up_to,
        row.rate,
        row.done,
        row.mapped,
        row.still_refused,
        row.finished_at is not None,
    )


_BEGIN = text(
    "insert into replay (replay, wanted, contact, total, mapped, still_refused, asked_at, up_to, done, rate, asked_by)"
    " values (:replay, cast(:wanted as jsonb), :contact, :total, 0, 0, :now, :up_to, 0, :rate, :by)"
)
_LOCKED = text("select * from replay where replay = :replay for update")
_WRITE = text(
    "update replay set done = :done, mapped = :mapped, still_refused = :refused, finished_at = :finished"
    " where replay = :replay"
)
_NEWEST = text(
    "select replay as release, wanted, contact, total, mapped, still_refused, asked_by, asked_at, finished_at"
    " from replay order by asked_at desc, replay desc limit :limit"
)
