"""Two people who turned out to be one, and the way back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Undone:
    survivor: str
    loser: str
    moved: tuple[str, ...]


async def join(connection: AsyncConnection, reference: str, survivor: str, loser: str, at: datetime) -> Sequence[str]:
    """Point `loser`, and whoever was merged into them before, at `survivor`. Returns all who moved."""
    rows = await connection.execute(_MOVE, {"survivor": survivor, "loser": loser})
    moved = sorted(row.token for row in rows)
    await connection.execute(_MOVE_CLAIMS, {"survivor": survivor, "moved": moved})
    await connection.execute(
        _NOTE, {"reference": reference, "survivor": survivor, "loser": loser, "moved": moved, "at": at}
    )
    return moved


async def part(connection: AsyncConnection, reference: str, at: datetime) -> Undone | None:
    """Undo a merge; `None` when it is not there or was undone before."""
    row = (await connection.execute(_UNDO, {"reference": reference, "at": at})).first()
    if row is None:
        return None
    params = {"survivor": row.survivor, "loser": row.loser, "moved": list(row.moved)}
    await connection.execute(_MOVE_BACK, params)
    await connection.execute(_MOVE_CLAIMS_BACK, params)
    return Undone(row.survivor, row.loser, tuple(row.moved))


async def with_losers(connection: AsyncConnection, tokens: Collection[str]) -> Sequence[str]:
    """These people and all who were merged into them; only those who are there."""
    rows = await connection.execute(_WITH_LOSERS, {"tokens": list(tokens)})
    return [row.token for row in rows]


_MOVE = text(
    "update person set merged_into = :survivor, standing = 'merged' where token = :loser or merged_into = :loser"
    " returning token"
)
_MOVE_CLAIMS = text("update claim set person = :survivor where person = any(cast(:moved as text[]))")
_NOTE = text(
    "insert into merge (reference, survivor, loser, moved, merged_at)"
    " values (:reference, :survivor, :loser, :moved, :at)"
)
_UNDO = text(
    "update merge m set undone_at = :at where reference = :reference and undone_at is null"
    " and exists (select 1 from person p where p.token = m.loser and p.merged_into = m.survivor)"
    " returning survivor, loser, moved"
)
_MOVE_BACK = text(
    "update person set merged_into = case when token = :loser then null else :loser end,"
    " standing = case when token = :loser then 'left' else 'merged' end"
    " where token = any(cast(:moved as text[])) and merged_into = :survivor"
)
_MOVE_CLAIMS_BACK = text(
    "update claim set person = :loser where listed_by = any(cast(:moved as text[])) and person = :survivor"
)
_WITH_LOSERS = text(
    "select token from person where token = any(cast(:tokens as text[])) or merged_into = any(cast(:tokens as text[]))"
)
