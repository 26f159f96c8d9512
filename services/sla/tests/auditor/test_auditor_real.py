"""The auditor on a real broker and a real database: it finds what is wrong, says it once, and goes on where it was."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from aftercare.kit.clock import FixedClock
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.kit.testing.waiting import eventually
from aftercare.schemas.clock import ClockCancelReason, EventClockCancelledV1
from aftercare.schemas.clock_audit import DifferenceKind
from aftercare.sla.auditor.process import Limits

from .audited import MIGRATIONS, MONDAY, Audited, later, started, warned
from .story import MINUTE, Story, ref

pytestmark = pytest.mark.real


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


class Slow(FixedClock):
    """Whatever is done takes more than a minute."""

    def now(self) -> datetime:
        self.set(super().now() + timedelta(seconds=61))
        return super().now()


async def test_a_round_that_takes_long_judges_only_as_of_its_reading(database: Any, kafka_server: Any) -> None:
    side = Audited(database(migrations=MIGRATIONS), kafka_server, "long-round")
    side.unit_of_work = UnitOfWork(side.engine, Slow(MONDAY + MINUTE), "urn:aftercare:sla-event-auditor")
    side.limits = Limits(at_once=1)
    side.auditor = side.fresh_auditor()
    (message, _, _) = Story().incident(MONDAY, name="long-round").told[0]
    await side.publish("intake", (message, "incident"))
    await side.auditor.step()
    assert await side.found() == []
    await side.auditor.step()
    await side.auditor.step()
    assert [one.kind for one in await side.found()] == [DifferenceKind.MISSING_CLOCK]
    await side.engine.dispose()


async def test_a_warning_at_birth_is_found_and_one_that_crossed_a_withdrawal_is_right(
    database: Any, kafka_server: Any
) -> None:
    side = Audited(database(migrations=MIGRATIONS), kafka_server, "hasty")
    before, cancelled = MONDAY - timedelta(hours=12), MONDAY - timedelta(seconds=1)
    story = Story().incident(MONDAY, name="hasty").incident(before, name="crossed")
    story.withdrawn(cancelled, name="crossed", received=before)
    for number, (message, _, said) in enumerate(story.told):
        await side.publish("intake", (message, f"incident {number}"), said=said)
    hasty, crossed = started("hasty", 24), started("crossed", 24, since=before)
    gone = EventClockCancelledV1(state=later(crossed, 3), cancelled=cancelled, reason=ClockCancelReason.WITHDRAWN)
    await side.publish("sla-event", (hasty, "hasty"), (warned(hasty), "hasty warned"))
    await side.publish("sla-event", (crossed, "crossed"), said=before)
    await side.publish("sla-event", (warned(crossed), "crossed warned"), (gone, "crossed gone"))
    for _ in range(4):
        await side.round_after(2 * MINUTE)
    (found,) = [one for one in await side.all_found() if one.subject in (ref("inc", "hasty"), ref("inc", "crossed"))]
    assert (found.kind, found.subject) == (DifferenceKind.WARNING_EARLY, ref("inc", "hasty"))
    assert (found.expected, found.published) == (MONDAY + timedelta(hours=12), MONDAY)
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
