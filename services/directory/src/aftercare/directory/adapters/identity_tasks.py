"""Open questions *who is this*, one per identifier, however often and under however many keys it was asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from aftercare.kit.store.paging import Order, Page, PageAsked


@dataclass(frozen=True, slots=True)
class IdentityTask:
    """One task. `sealed` is the identifier as it came, closed for the directory's private key; gone once answered."""

    reference: str
    kind: str
    source: str
    state: str
    asked_at: datetime
    incident: str | None = None
    outcome: str | None = None
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    sealed: str | None = field(default=None, repr=False)

    def held_by_other(self, coordinator: str, now: datetime) -> bool:
        """Whether somebody else works on it. A claim lapses, so that a holiday blocks nobody."""
        held = self.claimed_until is not None and self.claimed_until > now
        return held and self.claimed_by != coordinator

    def held_by(self, coordinator: str, now: datetime) -> bool:
        return self.claimed_by == coordinator and self.claimed_until is not None and self.claimed_until > now


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is open, and since when the oldest waits."""

    open: int
    oldest: datetime | None


async def owner_of(connection: AsyncConnection, tokens: Collection[str]) -> str | None:
    """The active person to whom one of these identifier tokens belongs."""
    owner = await connection.scalar(_OWNER, {"tokens": list(tokens)})
    return str(owner) if owner else None


async def by_token(connection: AsyncConnection, tokens: Collection[str]) -> IdentityTask | None:
    """The task about this identifier, open or answered, under whatever key it was asked."""
    row = (await connection.execute(_BY_TOKEN, {"tokens": list(tokens)})).first()
    return _task(row) if row else None


async def open_task(connection: AsyncConnection, task: IdentityTask) -> None:
    await connection.execute(
        _OPEN,
        {
            "reference": task.reference,
            "kind": task.kind,
            "source": task.source,
            "incident": task.incident,
            "sealed": task.sealed,
            "asked_at": task.asked_at,
        },
    )


async def add_aliases(connection: AsyncConnection, task: str, tokens: Collection[str], asked: str) -> None:
    """Remember all tokens of the task's identifier; `asked` is the one that somebody waits for."""
    await connection.execute(_ADD_ALIASES, {"task": task, "tokens": list(tokens), "asked": asked})


async def reopen(connection: AsyncConnection, reference: str, sealed: str, at: datetime) -> None:
    """The person behind an answered task is gone again: ask a human once more."""
    await connection.execute(_REOPEN, {"reference": reference, "sealed": sealed, "at": at})


async def list_open(connection: AsyncConnection, asked: PageAsked) -> Page[IdentityTask]:
    """A page of the open tasks, the oldest first, without the identifiers."""
    rows = await connection.execute(_LIST_OPEN, _OLDEST.bound(asked))
    return _OLDEST.page(asked, [_task(row) for row in rows])


async def lock(connection: AsyncConnection, reference: str) -> IdentityTask | None:
    """One task, held until the transaction ends."""
    row = (await connection.execute(_LOCK, {"reference": reference})).first()
    return _task(row) if row else None


async def set_claim(connection: AsyncConnection, reference: str, by: str | None, until: datetime | None) -> None:
    await connection.execute(_SET_CLAIM, {"reference": reference, "by": by, "until": until})


async def settle(connection: AsyncConnection, reference: str, outcome: str, at: datetime) -> Sequence[str]:
    """Answer a task and forget its identifier. Returns the tokens that somebody waits for."""
    rows = await connection.execute(_SETTLE, {"references": [reference], "outcome": outcome, "at": at})
    return [row.token for row in rows]


async def settle_known(connection: AsyncConnection, persons: Collection[str], at: datetime) -> Sequence[str]:
    """Answer every open task whose identifier belongs to one of `persons`."""
    if not persons:
        return []
    rows = await connection.execute(_OPEN_OF, {"persons": list(persons)})
    references = [row.task for row in rows]
    if not references:
        return []
    answered = await connection.execute(_SETTLE, {"references": references, "outcome": "known", "at": at})
    return [row.token for row in answered]


async def backlog(connection: AsyncConnection) -> Backlog:
    row = (await connection.execute(_BACKLOG)).one()
    return Backlog(int(row.open), row.oldest)


def _task(row: Row[tuple[object, ...]]) -> IdentityTask:
    return IdentityTask(
        reference=row.reference,
        kind=row.kind,
        source=row.source,
        state=row.state,
        asked_at=row.asked_at,
        incident=row.incident,
        outcome=row.outcome,
        claimed_by=row.claimed_by,
        claimed_until=row.claimed_until,
        sealed=row.sealed,
    )


_OWNER = text(
    "select c.person from claim c join person p on p.token = c.person"
    " where c.token = any(cast(:tokens as text[])) and c.kind = 'identifier' and p.standing = 'active' limit 1"
)
_BY_TOKEN = text(
    "select t.* from identity_task t join identity_alias a on a.task = t.reference"
    " where a.token = any(cast(:tokens as text[])) limit 1 for update of t"
)
_OPEN = text(
    "insert into identity_task (reference, kind, source, incident, sealed, state, asked_at)"
    " values (:reference, :kind, :source, :incident, :sealed, 'open', :asked_at)"
)
_ADD_ALIASES = text(
    "insert into identity_alias (token, task, asked) select t, :task, t = :asked"
    " from unnest(cast(:tokens as text[])) as u(t)"
    " on conflict (token) do update set asked = identity_alias.asked or excluded.asked"
)
_REOPEN = text(
    "update identity_task set state = 'open', outcome = null, answered_at = null, sealed = :sealed, asked_at = :at,"
    " claimed_by = null, claimed_until = null where reference = :reference"
)
_OLDEST: Order[IdentityTask] = Order(
    {"asked_at": "timestamptz", "reference": "text"}, attrgetter("asked_at", "reference")
)
_LIST_OPEN = text(f"select * from identity_task where state = 'open'{_OLDEST.sql}")  # noqa: S608 - our own words
_LOCK = text("select * from identity_task where reference = :reference for update")
_SET_CLAIM = text("update identity_task set claimed_by = :by, claimed_until = :until where reference = :reference")
_SETTLE = text(
    "with settled as (update identity_task set state = 'answered', outcome = :outcome, answered_at = :at,"
    " sealed = null, claimed_by = null, claimed_until = null"
    " where reference = any(cast(:references as text[])) and state = 'open' returning reference)"
    " select a.token from identity_alias a join settled s on s.reference = a.task where a.asked order by a.token"
)
_OPEN_OF = text(
    "select distinct a.task from claim c join identity_alias a on a.token = c.token"
    " join identity_task t on t.reference = a.task"
    " where c.person = any(cast(:persons as text[])) and c.kind = 'identifier' and t.state = 'open'"
)
_BACKLOG = text("select count(*) as open, min(asked_at) as oldest from identity_task where state = 'open'")
