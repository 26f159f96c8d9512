"""The clocks of one side with a real database and a clock that stands still."""

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import text

from aftercare.kit.clock import FixedClock
from aftercare.kit.messaging.consumer import Received, Record
from aftercare.kit.messaging.envelope import Cause
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.programme.clocks import Side
from aftercare.schemas.base import Message
from aftercare.schemas.registry import decode
from aftercare.sla.bootstrap import desk_of
from aftercare.sla.config import SlaSettings
from aftercare.sla.service_layer.compliance import NamingHandlers
from aftercare.sla.service_layer.handlers import Handlers
from aftercare.sla.service_layer.ticking import Ticker

from .saying import MONDAY_NOON, ref

MIGRATIONS = Path(__file__).parents[2] / "migrations"
PACK = Path(__file__).with_name("pack.yaml")


def settings(side: Side, pack: str) -> SlaSettings:
    return SlaSettings(
        database_url=SecretStr("postgresql://nobody@nowhere/nothing"),
        kafka_bootstrap="nowhere:1",
        organisation="demo-organisation",
        side=side,
        clock_packs=pack,
    )


class World:
    """One side: deliver messages, let time pass, and see what is said."""

    def __init__(self, url: str, side: Side, pack: str | Path = PACK, now: datetime = MONDAY_NOON) -> None:
        self.url = url
        self.side = side
        self.clock = FixedClock(now)
        self.engine = create_engine(url)
        self.unit_of_work = UnitOfWork(self.engine, self.clock, f"urn:aftercare:sla-{side}")
        self.desk = desk_of(settings(side, str(pack)))
        self.handlers = (NamingHandlers if side is Side.SUPPORT else Handlers)(self.desk)
        self.ticker = Ticker(self.unit_of_work, self.desk, side)

    async def hear(self, *messages: Message, together: bool = False) -> None:
        """Deliver messages as they come from the topic: one transaction each, or all in one batch."""
        batches = [list(messages)] if together else [[one] for one in messages]
        for batch in batches:
            async with self.unit_of_work() as tx:
                await self.handlers.on_messages(tx, [self.received(one) for one in batch])

    def received(self, message: Message) -> Received[Message]:
        """What the consumer hands over, with the event's own time: now."""
        attributes = {
            "ce_specversion": "1.0",
            "ce_id": str(uuid.uuid4()),
            "ce_source": "urn:test",
            "ce_type": message.type,
            "ce_time": self.clock.now().isoformat(),
        }
        headers = tuple((name, value.encode()) for name, value in attributes.items())
        record = Record(str(message.topic), 0, 0, message.key().encode(), b"{}", headers)
        return Received("urn:test", attributes["ce_id"], message, Cause(causation_id="test"), record)

    async def said(self) -> list[Any]:
        """Everything published so far, in order."""
        rows = await self.rows("select headers, key, value from outbox order by id")
        return [decode(row.headers["ce_type"], row.value, key=row.key.decode()) for row in rows]

    async def story(self, rule: str, subject: str | None = None) -> list[str]:
        """What was said of the clocks of a rule: `started`, `warned 50`, `missed` ..."""
        told = []
        for one in await self.said():
            if one.state.rule == rule and subject in (None, one.state.subject):
                word = one.type.split(".")[-2]
                told.append(f"{word} {one.percent}" if word == "warned" else word)
        return told

    async def rows(self, sql: str, **bound: object) -> list[Any]:
        async with self.unit_of_work() as tx:
            return list((await tx.connection.execute(text(sql), bound)).all())

    async def state(self, rule: str, prefix: str, name: str) -> str:
        rows = await self.rows(
            "select state from clock where rule = :rule and subject = :subject", rule=rule, subject=ref(prefix, name)
        )
        return str(rows[0].state) if rows else "none"

    async def pass_time(self, **by: float) -> None:
        """Move the clock from due instant to due instant, and tick at each."""
        until = self.clock.now() + timedelta(**by)
        while True:
            rows = await self.rows("select min(next_at) as due from clock")
            if rows[0].due is None or rows[0].due > until:
                break
            self.clock.set(max(self.clock.now(), rows[0].due))
            await self.tick()
        self.clock.set(until)

    async def tick(self) -> None:
        """As the api process does, however lately it has looked."""
        await Ticker(self.unit_of_work, self.desk, self.side).step()

    async def snapshot(self) -> list[str]:
        """Everything that is kept, but for when it was written."""
        found: list[str] = []
        for table in ("happening", "link", "clock"):
            rows = await self.rows(f"select to_jsonb(t) - 'changed' as row from {table} t")
            found += sorted(f"{table} {sorted(row.row.items())}" for row in rows)
        return found
