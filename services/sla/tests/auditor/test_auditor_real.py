"""The auditor on a real broker and a real database: it finds what is wrong, says it once, and goes on where it was."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy import text

from aftercare.kit.clock import FixedClock
from aftercare.kit.messaging.codec import read_kafka
from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.messaging.consumer import Record
from aftercare.kit.messaging.kafka_publisher import KafkaPublisher
from aftercare.kit.messaging.topic_reader import reader
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.relay import Relay
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.kit.testing.waiting import eventually
from aftercare.programme.clocks import Side
from aftercare.schemas.base import Message
from aftercare.schemas.clock import EventClockStartedV1
from aftercare.schemas.clock_audit import DifferenceKind, EventClockDifferenceFoundV1
from aftercare.schemas.registry import decode
from aftercare.sla.auditor.process import Auditor, Book, Limits

from .story import MINUTE, Story, at, deadline, organisation, packs, ref

pytestmark = pytest.mark.real

MIGRATIONS = Path(__file__).parents[2] / "migrations_auditor"
MONDAY = at("2026-03-02T10:00")


def as_user(kafka_server: Any, name: str) -> KafkaConnection:
    access = kafka_server.users[name]
    return KafkaConnection(access.bootstrap, access.protocol, access.mechanism, access.username, access.password)


class Audited:
    """One side with nobody but its auditor: what is on the topics, the test has put there."""

    def __init__(self, url: str, kafka_server: Any, name: str) -> None:
        self.kafka_server = kafka_server
        self.name = name
        self.clock = FixedClock(MONDAY + MINUTE)
        self.engine = create_engine(url)
        self.unit_of_work = UnitOfWork(self.engine, self.clock, "urn:aftercare:sla-event-auditor")
        self.auditor = self.fresh_auditor()

    def fresh_auditor(self) -> Auditor:
        book = Book(Side.EVENT, packs(deadline("in-a-day", hours=24)), organisation())
        return Auditor(self.unit_of_work, as_user(self.kafka_server, "sla-event-auditor"), book, Limits())

    async def publish(self, user: str, *told: tuple[Message, str]) -> None:
        """Messages as their own service sends them, said a moment after Monday's report."""
        producer = AIOKafkaProducer(**as_user(self.kafka_server, user).for_aiokafka())
        await producer.start()
        for message, identity in told:
            attributes = {
                "ce_specversion": "1.0",
                "ce_id": f"{self.name} {identity}",
                "ce_source": f"urn:aftercare:{user}",
                "ce_type": message.type,
                "ce_time": MONDAY.isoformat(),
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
        return [one for one in found if one.subject == ref("inc", self.name)]


def _difference(record: Record) -> EventClockDifferenceFoundV1:
    event = read_kafka(record)
    message = decode(event.type, event.data)
    assert isinstance(message, EventClockDifferenceFoundV1)
    return message


def started(name: str, hours: int) -> EventClockStartedV1:
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
        "start": MONDAY,
        "start_from": "received",
        "due": MONDAY + timedelta(hours=hours),
        "born": MONDAY,
    }
    return EventClockStartedV1.model_validate({"state": state})


async def test_a_wrong_clock_is_found_once_and_a_restart_goes_on_from_the_checkpoint(
    database: Any, kafka_server: Any
) -> None:
    side = Audited(database(migrations=MIGRATIONS), kafka_server, "real-fall")
    (message, _, _) = Story().incident(MONDAY, name="real-fall").told[0]
    await side.publish("intake", (message, "incident"))
    await side.publish("sla-event", (started("real-fall", 25), "clock"))
    await side.round_after(MINUTE)
    assert await side.found() == []
    await side.round_after(2 * MINUTE)
    assert await side.found() == []
    await side.round_after(2 * MINUTE)
    await side.round_after(2 * MINUTE)
    (found,) = await side.found()
    assert (found.kind, found.clock) == (DifferenceKind.WRONG_DUE, ref("clk", "real-fall"))
    assert (found.expected, found.published) == (MONDAY + timedelta(hours=24), MONDAY + timedelta(hours=25))
    assert side.auditor.is_current()

    async with side.unit_of_work() as tx:
        await tx.connection.execute(text("delete from said"))
    side.auditor = side.fresh_auditor()
    assert not side.auditor.is_current()
    await side.round_after(2 * MINUTE)
    async with side.unit_of_work() as tx:
        assert await tx.connection.scalar(text("select count(*) from said")) == 0
    await side.publish("sla-event", (started("real-fall", 24), "clock again"))
    await side.round_after(2 * MINUTE)
    async with side.unit_of_work() as tx:
        assert await tx.connection.scalar(text("select count(*) from said")) == 1
        assert await tx.connection.scalar(text("select count(*) from read_position where next_offset > 0")) >= 2
    await side.engine.dispose()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def _answer(url: str) -> tuple[int, str]:
    async with httpx.AsyncClient(timeout=5) as client:
        try:
            response = await client.get(url)
        except httpx.HTTPError:
            return 0, ""
        return response.status_code, response.text


async def test_the_process_is_ready_after_its_first_round_and_ends_when_asked(
    database: Any, kafka_server: Any, tmp_path: Path
) -> None:
    port = _free_port()
    environment = {
        **os.environ,
        **kafka_server.users["sla-event-auditor"].environment(),
        "AFTERCARE_DATABASE_URL": database(migrations=MIGRATIONS),
        "AFTERCARE_SIDE": "event",
        "AFTERCARE_ORGANISATION": "demo-organisation",
        "AFTERCARE_HTTP_PORT": str(port),
        "AFTERCARE_END_WITH_PARENT": "true",
    }
    command = str(Path(sys.executable).with_name("aftercare-sla"))
    migration = await asyncio.create_subprocess_exec(command, "migrate-auditor", env=environment, stdout=PIPE)
    printed, _ = await migration.communicate()
    assert printed == b"up to date\n"
    with (tmp_path / "log").open("wb") as log:
        run = await asyncio.create_subprocess_exec(command, "auditor", env=environment, stderr=log)

    async def is_ready() -> bool:
        assert run.returncode is None, (tmp_path / "log").read_text()
        return (await _answer(f"http://127.0.0.1:{port}/readyz"))[0] == 200

    try:
        await eventually(is_ready, within=60)
        _, metrics = await _answer(f"http://127.0.0.1:{port}/metrics")
    finally:
        run.terminate()
    assert await asyncio.wait_for(run.wait(), 30) == 0
    assert 'aftercare_sla_auditor_differences_open{side="event"} 0' in metrics
