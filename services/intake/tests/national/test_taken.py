"""National formats through the ledger, on a real database: order, history, guards."""

from typing import Any

import pytest

from aftercare.intake.domain.outcome import Ending
from aftercare.intake.service_layer.ledger import Effect

from .conftest import RECORDS

pytestmark = pytest.mark.real


def record(name: str) -> bytes:
    return (RECORDS / name).read_bytes()


async def test_an_update_changes_the_incident_of_its_first_report(running: Any) -> None:
    for name in ("p07", "p08-fatal"):
        await running.take(record(f"hl7v2/{name}.hl7"))
    published = await running.published("aftercare.incident")
    assert [content["state"]["harm"] for _, content in published] == ["severe", "death"]
    assert len({content["state"]["incident"] for _, content in published}) == 1


async def test_a_first_report_that_comes_late_changes_nothing(running: Any) -> None:
    await running.take(record("hl7v2/p08-fatal.hl7"))
    before = await running.published("aftercare.incident")
    [late] = await running.take(record("hl7v2/p07.hl7"))
    assert late.effect is Effect.SUPERSEDED
    assert await running.published("aftercare.incident") == before


async def test_closed_cases_are_books_without_tasks(running: Any) -> None:
    taken = await running.take(record("jcqhc/cases.cp932.csv"))
    assert [one.outcome for one in taken] == [Ending.MAPPED] * 3 + [Ending.PARKED]
    published = await running.published("aftercare.incident")
    assert [content["state"]["backfill"] for _, content in published] == [True] * 3
    assert await running.rows("select 1 from involvement_task") == []


async def test_who_fears_repercussion_has_a_task_that_no_manager_sees(running: Any) -> None:
    await running.take(record("lfpse/v5-anonymous-who-fears.json"))
    [task] = await running.rows("select coordinators_only from involvement_task")
    assert task.coordinators_only


async def test_a_deletion_through_two_queues_takes_back_the_report(running: Any) -> None:
    await running.take(record("hmpps/report-on-hold.json"))
    await running.take(record("hmpps/event-deleted-through-sns-and-sqs.json"))
    published = await running.published("aftercare.incident")
    assert published[-1][0].startswith("org.aftercare.incident.withdrawn")
    assert len({content["state"]["incident"] for _, content in published}) == 1
