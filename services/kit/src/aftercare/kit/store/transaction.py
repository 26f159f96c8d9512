"""One transaction: state, inbox marks, outgoing messages and timers, all or nothing.

Application code gets a `Transaction`, never commits it, and never publishes: it says what should go out
(`emit`) and when to look again (`set_timer`). The rows are written in bulk just before the commit.
"""

import json
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aftercare.kit.clock import Clock
from aftercare.kit.ids import new_event_id
from aftercare.kit.messaging.envelope import Cause, Outgoing, Written, written
from aftercare.kit.store.tables import OUTBOX_SHARDS

Payload = Mapping[str, str | int | bool | None]
Trace = Callable[[str | None], str | None]
"""The trace context that a message carries, from the one that its cause states."""
WAKE_CHANNEL = "aftercare_wake"
"""Says that timers were set, and in its payload when the first of them is due, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A record to publish, exactly as it will stand on the topic."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, str]

    @property
    def shard(self) -> int:
        return zlib.crc32(self.key or b"") % OUTBOX_SHARDS


@dataclass(frozen=True, slots=True)
class TimerRow:
    """Something to look at again at an absolute instant. One per owner and kind; setting it again moves it."""

    owner: str
    kind: str
    due_at: datetime
    payload: Payload = field(default_factory=dict)


class Transaction:
    """The unit of work. `now` is one instant for everything done in it."""

    def __init__(
        self, connection: AsyncConnection, now: datetime, source: str, trace: Trace = lambda stated: stated
    ) -> None:
        self.connection = connection
        self.now = now
        self._time = now.isoformat().replace("+00:00", "Z")
        self._source = source
        self._trace = trace
        self._outbox: list[OutboxRow] = []
        self._timers: dict[tuple[str, str], TimerRow] = {}
        self._cancelled: dict[tuple[str, str | None], None] = {}

    def emit(self, message: Outgoing | Written, cause: Cause | None = None) -> str:
        """Publish `message` once this transaction has committed. Returns the event's id."""
        ready = message if isinstance(message, Written) else written(message)
        cause = cause or Cause()
        event_id = new_event_id()
        headers = {
            "ce_specversion": "1.0",
            "ce_id": event_id,
            "ce_source": self._source,
            "ce_type": ready.type,
            "ce_subject": ready.key,
            "ce_time": self._time,
            "ce_dataschema": ready.dataschema,
            "ce_correlationid": cause.correlation_id or event_id,
            "content-type": "application/json",
        }
        if cause.causation_id:
            headers["ce_causationid"] = cause.causation_id
        if traceparent := self._trace(cause.traceparent):
            headers["traceparent"] = traceparent
            headers["ce_traceparent"] = traceparent
        self.publish(OutboxRow(ready.topic, ready.key.encode(), ready.value, headers))
        return event_id

    def publish(self, row: OutboxRow) -> None:
        """Put a ready record into the outbox: dead letters and replays, whose bytes must not change."""
        self._outbox.append(row)

    def set_timer(self, owner: str, kind: str, due_at: datetime, payload: Payload | None = None) -> None:
        """Have the service's timer handler called for `(owner, kind)` at `due_at`, never earlier."""
        self._timers[owner, kind] = TimerRow(owner, kind, due_at, payload or {})

    def cancel_timers(self, owner: str, kind: str | None = None) -> None:
        """Forget one timer of `owner`, or all. Cancelling what is not there is fine.

        A timer that is being fired this very moment is skipped, not waited for: its handler sees the
        state that this transaction leaves and must decide by that.
        """
        self._cancelled[owner, kind] = None
        for key in [key for key in self._timers if key[0] == owner and kind in (None, key[1])]:
            del self._timers[key]

    async def flush(self) -> bool:
        """Write timers and outbox in bulk. Returns whether there is anything to wake somebody for."""
        if self._cancelled:
            await self.connection.execute(
                _CANCEL_TIMERS,
                {"owners": [owner for owner, _ in self._cancelled], "kinds": [kind for _, kind in self._cancelled]},
            )
        if self._timers:
            rows = list(self._timers.values())
            await self.connection.execute(
                _SET_TIMERS,
                {
                    "owners": [row.owner for row in rows],
                    "kinds": [row.kind for row in rows],
                    "dues": [row.due_at for row in rows],
                    "payloads": [json.dumps(dict(row.payload)) for row in rows],
                    "channel": WAKE_CHANNEL,
                },
            )
        if self._outbox:
            await self.connection.execute(
                _ADD_TO_OUTBOX,
                {
                    "shards": [row.shard for row in self._outbox],
                    "topics": [row.topic for row in self._outbox],
                    "keys": [row.key for row in self._outbox],
                    "headers": [to_json(row.headers).decode() for row in self._outbox],
                    "contents": [row.value for row in self._outbox],
                    "now": self.now,
                },
            )
        stirred = bool(self._timers or self._outbox)
        self._cancelled.clear()
        self._timers.clear()
        self._outbox.clear()
        return stirred


class UnitOfWork:
    """Opens transactions for one service. `kick` is called after each commit that left something in the outbox."""

    def __init__(
        self,
        engine: AsyncEngine,
        clock: Clock,
        source: str,
        kick: Callable[[], None] = lambda: None,
        trace: Trace = lambda stated: stated,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.kick = kick
        self._source = source
        self._trace = trace

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Transaction]:
        """A transaction that commits at the end of the block and rolls back on any exception."""
        async with self.engine.begin() as connection:
            transaction = self.on(connection)
            yield transaction
            stirred = await transaction.flush()
        if stirred:
            self.kick()

    def without_kick(self) -> "UnitOfWork":
        """The same, but its commits wake nobody: for many in a row, whose caller says `kick` after the last.

        The relay's sweep still finds what they leave.
        """
        return UnitOfWork(self.engine, self.clock, self._source, trace=self._trace)

    @asynccontextmanager
    async def one_statement(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which each statement is a transaction of its own: a third of the round trips."""
        async with self.engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    def on(self, connection: AsyncConnection) -> Transaction:
        """A transaction on a connection that somebody else commits (the caller flushes and kicks)."""
        return Transaction(connection, self.clock.now(), self._source, self._trace)


_CANCEL_TIMERS = text(
    "delete from timer where id in (select t.id from timer t"
    " join unnest(cast(:owners as text[]), cast(:kinds as text[])) as c(owner, kind)"
    " on t.owner = c.owner and (c.kind is null or t.kind = c.kind) for update of t skip locked)"
)
_SET_TIMERS = text(
    "with fresh as (insert into timer (owner, kind, due_at, payload) select * from unnest(cast(:owners as text[]),"
    " cast(:kinds as text[]), cast(:dues as timestamptz[]), cast(:payloads as jsonb[]))"
    " on conflict (owner, kind) do update set due_at = excluded.due_at, payload = excluded.payload returning due_at)"
    " select pg_notify(:channel, cast(extract(epoch from min(due_at)) as text)) from fresh"
)
_ADD_TO_OUTBOX = text(
    "insert into outbox (shard, topic, key, headers, value, created_at)"
    " select s, t, k, h, v, :now from unnest(cast(:shards as smallint[]), cast(:topics as text[]),"
    " cast(:keys as bytea[]), cast(:headers as jsonb[]), cast(:contents as bytea[])) as u(s, t, k, h, v)"
)
