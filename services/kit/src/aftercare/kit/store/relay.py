"""The outbox relay: publishes what transactions left, in order per key, and only then deletes it.

Woken after each commit of its own process, it also sweeps each second for what a crash left. An advisory lock
per shard keeps it one at a time among all processes of the service, so order per key holds. If it dies between
the broker's word and the commit, the same events go out again with the same ids: consumers know them. So nobody
waits for the disk when rows are deleted.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aftercare.kit.backoff import Backoff
from aftercare.kit.clock import Clock
from aftercare.kit.messaging.observer import Observer
from aftercare.kit.messaging.standing import Standing
from aftercare.kit.store.tables import OUTBOX_SHARDS

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
GAUGE_SECONDS = 10.0
ROWS_PER_SHARD = 500
LOCK_CLASS = 0x0A7B
"""First half of the advisory lock's key; the second is the shard."""
BLOCKED_TOPIC_SECONDS = 5.0
_BUSY_SECONDS = (0.01, 0.5)
"""How soon, and how late at most, to look again at rows in a shard that another process is publishing from."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An outbox row as the publisher needs it."""

    id: int
    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a batch: rows on the broker, and topics that took no more, with the error's name."""

    ids: Sequence[int]
    refused: dict[str, str] = field(default_factory=dict)


class Publisher(Protocol):
    """Where rows go. `publish` returns when the broker has every row for good, or has refused it."""

    async def publish(self, rows: Sequence[Ready]) -> Published:
        """Rows arrive in order. Of a topic that refuses one, no later row counts as published.

        Raises when the broker as a whole can't be reached.
        """
        ...

    async def close(self) -> None: ...


class Relay:
    """Runs in every process of a service that writes to the outbox."""

    def __init__(
        self,
        engine: AsyncEngine,
        publisher: Publisher,
        clock: Clock,
        observer: Observer | None = None,
        standing: Standing | None = None,
    ) -> None:
        self._engine = engine
        self._publisher = publisher
        self._clock = clock
        self._observer = observer or Observer()
        self._standing = standing or Standing()
        self._kicked = asyncio.Event()
        self._blocked: dict[str, float] = {}
        self._gauged_at = float("-inf")
        self._more = False
        """The last look left rows behind that wait for the next."""
        self._busy = False
        """The last look found rows in shards that another process holds, which may not see all of them."""

    def kick(self) -> None:
        """There is something in the outbox. Returns at once; for `UnitOfWork.kick`."""
        self._kicked.set()

    async def run(self) -> None:
        """Publish until cancelled. Broker or database down: backs off, keeps everything, goes on by itself."""
        backoff, busy, rest = Backoff(first=0.2, longest=10.0), Backoff(*_BUSY_SECONDS), SWEEP_SECONDS
        try:
            while True:
                if await self._kicked_within(rest):
                    busy.reset()
                try:
                    await self.publish_some()
                    while self._more:
                        await self.publish_some()
                    await self._gauge()
                except Exception as error:  # noqa: BLE001 # whatever is down: the rows stay, and so do we
                    await self._back_off(error, backoff.delay())
                else:
                    backoff.reset()
                    self._tell()
                rest = min(busy.delay(), SWEEP_SECONDS) if self._busy else SWEEP_SECONDS
        finally:
            await self._publisher.close()

    async def publish_some(self) -> int:
        """Publish up to `ROWS_PER_SHARD` rows of each shard that is free and not empty. Returns how many went out."""
        started = asyncio.get_running_loop().time()
        async with self._engine.begin() as connection:
            rows = await self._claim(connection)
            self._more = len(rows) >= ROWS_PER_SHARD
            if not rows:
                return 0
            published = await self._publisher.publish(rows)
            if published.ids:
                await connection.execute(_DELETE, {"ids": list(published.ids)})
        now = asyncio.get_running_loop().time()
        gone = frozenset(published.ids)
        self._observer.relayed(Counter(row.topic for row in rows if row.id in gone), now - started)
        for topic, error_type in published.refused.items():
            self._block(topic, error_type, now)
        return len(published.ids)

    async def _claim(self, connection: AsyncConnection) -> list[Ready]:
        """Lock first, look second: a snapshot taken before the lock could show rows that another relay has sent."""
        now = asyncio.get_running_loop().time()
        self._blocked = {topic: until for topic, until in self._blocked.items() if until > now}
        found = (await connection.execute(_LOCK_SHARDS, {"count": OUTBOX_SHARDS, "class": LOCK_CLASS})).all()
        shards = [row.shard for row in found if row.mine]
        self._busy = len(shards) < len(found)
        if not shards:
            return []
        rows = await connection.execute(
            _READ, {"shards": shards, "blocked": list(self._blocked), "size": ROWS_PER_SHARD}
        )
        return [_ready(row) for row in rows]

    async def _kicked_within(self, seconds: float) -> bool:
        """What is committed after a look kicks again, so no look has to be repeated just to be sure."""
        try:
            async with asyncio.timeout(seconds):
                await self._kicked.wait()
        except TimeoutError:
            return False
        self._kicked.clear()
        return True

    async def _back_off(self, error: Exception, seconds: float) -> None:
        name = type(error).__name__
        self._standing.troubled("relay", f"waits: {name}")
        self._observer.relay_failed(name)
        log.warning("relay: %s, trying again in %.1f s; nothing is lost", name, seconds)
        await asyncio.sleep(seconds)

    def _block(self, topic: str, error_type: str, now: float) -> None:
        self._blocked[topic] = now + BLOCKED_TOPIC_SECONDS
        self._observer.relay_failed(error_type)
        log.error("relay: %s refused for now (%s); its rows are kept", topic, error_type)

    def _tell(self) -> None:
        if self._blocked:
            self._standing.troubled("relay", f"refused: {', '.join(sorted(self._blocked))}")
        else:
            self._standing.fine("relay")

    async def _gauge(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._gauged_at < GAUGE_SECONDS:
            return
        self._gauged_at = now
        async with self._engine.connect() as connection:
            pending, oldest = (await connection.execute(_GAUGE)).one()
        age = (self._clock.now() - oldest).total_seconds() if oldest else 0.0
        self._observer.outbox(int(pending), max(0.0, age))


def _ready(row: Row[int, str, bytes | None, bytes | None, dict[str, str]]) -> Ready:
    number, topic, key, value, headers = row
    return Ready(number, topic, key, value, tuple([(name, word.encode()) for name, word in headers.items()]))


_LOCK_SHARDS = text(
    "select s as shard, pg_try_advisory_xact_lock(cast(:class as int), s) as mine,"
    " set_config('synchronous_commit', 'off', true)"
    " from generate_series(0, cast(:count as int) - 1) as s where exists (select 1 from outbox where shard = s)"
)
_READ = text(
    "select o.id, o.topic, o.key, o.value, o.headers from unnest(cast(:shards as int[])) as s"
    " cross join lateral (select * from outbox where shard = s and topic <> all(cast(:blocked as text[]))"
    " order by id limit :size) as o order by o.id"
)
_DELETE = text("delete from outbox where id = any(cast(:ids as bigint[]))")
_GAUGE = text("select count(*), min(created_at) from outbox")
