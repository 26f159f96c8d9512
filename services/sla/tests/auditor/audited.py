"""One side of the clocks with nobody but its auditor, on a real broker and a real database."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

from aftercare.kit.clock import FixedClock
from aftercare.kit.messaging.codec import read_kafka
from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.messaging.consumer import Record
from aftercare.kit.messaging.kafka_publisher import KafkaPublisher
from aftercare.kit.messaging.topic_reader import reader
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.relay import Relay
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.programme.clocks import ClockRule, Side
from aftercare.schemas.base import Message
from aftercare.schemas.clock import EventClockStartedV1, EventClockWarnedV1, WarningRoute
from aftercare.schemas.clock_audit import EventClockDifferenceFoundV1
from aftercare.schemas.registry import decode
from aftercare.sla.auditor.process import Auditor, Book, Limits

from .story import MINUTE, at, deadline, organisation, packs, ref

MIGRATIONS = Path(__file__).parents[2] / "migrations_auditor"
MONDAY = at("2026-03-02T10:00")


def as_user(kafka_server: Any, name: str) -> KafkaConnection:
    access = kafka_server.users[name]
    return KafkaConnection(access.bootstrap, access.protocol, access.mechanism, access.username, access.password)


class Audited:
    """One side with nobody but its auditor: what is on the topics, the test has put there."""

    def __init__(self, url: str, kafka_server: Any, name: str, *rules: ClockRule) -> None:
        self.kafka_server = kafka_server
        self.name = name
        self.rules = rules or (deadline("in-a-day", hours=24),)
        self.limits = Limits()
        self.clock = FixedClock(MONDAY + MINUTE)
        self.engine = create_engine(url)
        self.unit_of_work = UnitOfWork(self.engine, self.clock, "urn:aftercare:sla-event-auditor")
        self.auditor = self.fresh_auditor()

    def fresh_auditor(self) -> Auditor:
        book = Book(Side.EVENT, packs(*self.rules), organisation())
        return Auditor(self.unit_of_work, as_user(self.kafka_server, "sla-event-auditor"), book, self.limits)

    async def publish(self, user: str, *told: tuple[Message, str], said: datetime = MONDAY) -> None:
        """Messages as their own service sends them, each with an identity."""
        producer = AIOKafkaProducer(**as_user(self.kafka_server, user).for_aiokafka())
        await producer.start()
        for message, identity in told:
            attributes = {
                "ce_specversion": "1.0",
                "ce_id": f"{self.name} {identity}",
                "ce_source": f"urn:aftercare:{user}",
                "ce_type": message.type,
                "ce_time": said.isoformat(),
            }
            body = message.model_dump_json(exclude_none=True).encode()
            headers = [(key, value.encode()) for key, value in attributes.items()]
            await producer.send_and_wait(str(message.topic), body, key=message.key().encode(), headers=headers)
        await producer.stop()

    async def round_after(self, wait: timedelta) -> None:
        self.clock.set(self.clock.now() + wait)
        await self.auditor.step()

    async def found(self) -> list[EventClockDifferenceFoundV1]:
        """What the auditor has published about this test's incident."""
        return [one for one in await self.all_found() if one.subject == ref("inc", self.name)]

    async def all_found(self) -> list[EventClockDifferenceFoundV1]:
        """What the auditor has published on this broker."""
        publisher = KafkaPublisher(as_user(self.kafka_server, "sla-event-auditor"), "auditor")
        relay = Relay(self.engine, publisher, self.clock)
        await relay.publish_some()
        await publisher.close()
        access = self.kafka_server.access
        admin = KafkaConnection(access.bootstrap, access.protocol, access.mechanism, access.username, access.password)
        found = []
        async with reader(admin) as topics:
            ends = await topics.ends("aftercare.event-clock-audit")
            async for records in topics.records("aftercare.event-clock-audit", ends):
                found += [_difference(record) for record in records]
        return found


def _difference(record: Record) -> EventClockDifferenceFoundV1:
    event = read_kafka(record)
    message = decode(event.type, event.data)
    assert isinstance(message, EventClockDifferenceFoundV1)
    return message


def started(name: str, hours: int, since: datetime = MONDAY, **fields: Any) -> EventClockStartedV1:
    """An engine's word that a clock runs: right for a day, wrong for any other number of hours."""
    state = {
        "clock": ref("clk", name),
        "revision": 1,
        "pack": "generic",
        "pack_version": 1,
        "rule": "in-a-day",
        "rule_version": 1,
        "catalogue": "local",
        "standing": "local",
        "verified": True,
        "form": "deadline",
        "owner": "disclosure-lead",
        "subject": ref("inc", name),
        "start": since,
        "start_from": "received",
        "due": since + timedelta(hours=hours),
        "born": since,
        **fields,
    }
    return EventClockStartedV1.model_validate({"state": state})


def later(told: EventClockStartedV1, revision: int) -> Any:
    """The state of the same clock in a later event."""
    return told.state.model_copy(update={"revision": revision})


def warned(told: EventClockStartedV1) -> EventClockWarnedV1:
    """An engine's word that half of its time has passed on Monday."""
    return EventClockWarnedV1(state=later(told, 2), percent=50, at=MONDAY, route=WarningRoute.WORKLIST)
