"""A Task or an Appointment that its server deleted: what was to come is off, what is over stays, others say nothing."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from aftercare.intake.adapters.naming import dry_naming
from aftercare.intake.domain.book import Book
from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.outcome import Ending, Reason
from aftercare.intake.service_layer.ledger import Ledger
from aftercare.intake.service_layer.take import Taken, take, wanted_by

from .saying import bundle, concept
from .test_rca import APPOINTMENT, TASK

NOW = datetime(2026, 5, 1, tzinfo=UTC)
CANCELLED = "org.aftercare.rca.cancelled.v1"
OFF = "org.aftercare.rca.interview-cancelled.v1"
INTERVIEW_TASK = TASK | {
    "id": "int-1",
    "code": concept("rca-interview"),
    "focus": {"reference": "Practitioner/n-1"},
    "partOf": [{"reference": "Task/rca-1"}],
}


def deleted(address: str, **entry: Any) -> dict[str, Any]:
    return bundle({"request": {"method": "DELETE", "url": address}, **entry}, kind="transaction")


class Told:
    """One ledger over many deliveries."""

    def __init__(self, door: Door) -> None:
        self.door, self.naming, self.ledger = door, dry_naming(), Ledger(NOW)
        self.taken: list[Taken] = []

    def hear(self, *values: Any) -> list[str]:
        """The types of the messages that go out for these."""
        before = len(self.ledger.messages)
        for number, value in enumerate(values):
            for one in self.door.examine(Delivery(json.dumps(value).encode(), {}, "safety")):
                for key in wanted_by([(one, f"{number}")], self.naming).incidents:
                    incident = self.ledger.references.setdefault(key, self.naming.reference("inc", *key))
                    self.ledger.books.setdefault(incident, Book(incident, key[0]))
                self.taken.append(take(self.ledger, self.naming, one, f"{number}", NOW))
        return [message.type for message, _ in self.ledger.messages[before:]]


@pytest.fixture
def told(door: Door) -> Told:
    return Told(door)


@pytest.mark.parametrize("address", ["Task/rca-1", "Task/rca-1/_history/4", "https://fhir.hill.example/r4/Task/rca-1"])
def test_an_analysis_that_was_under_way_and_is_deleted_is_cancelled(told: Told, address: str) -> None:
    told.hear(TASK)
    assert told.hear(deleted(address)) == [CANCELLED]
    commissioned, cancelled = (message.model_dump()["state"] for message, _ in told.ledger.messages)
    assert cancelled["rca"] == commissioned["rca"]
    assert cancelled["incidents"] == commissioned["incidents"]
    assert cancelled["revision"] == commissioned["revision"] + 1


@pytest.mark.parametrize(("record", "address"), [(INTERVIEW_TASK, "Task/int-1"), (APPOINTMENT, "Appointment/app-1")])
def test_an_interview_that_was_to_come_and_is_deleted_is_cancelled_for_who_was_asked(
    told: Told, record: Any, address: str
) -> None:
    told.hear(TASK, record)
    assert told.hear(deleted(address)) == [OFF]
    asked, off = (message.model_dump() for message, _ in told.ledger.messages[-2:])
    assert (off["interviewee"], off["state"]["rca"]) == (asked["interviewee"], asked["state"]["rca"])


def test_all_who_were_asked_are_told_and_the_analysis_goes_on(told: Told) -> None:
    people = [{"actor": {"reference": f"Practitioner/n-{one}"}, "type": [concept("PART")]} for one in (1, 2)]
    told.hear(TASK, APPOINTMENT | {"participant": people})
    assert told.hear(deleted("Appointment/app-1")) == [OFF, OFF]
    assert told.hear(deleted("Task/rca-1")) == [CANCELLED]


@pytest.mark.parametrize(
    ("before", "address", "why"),
    [
        ([TASK, TASK | {"status": "completed"}], "Task/rca-1", "analysis that is over"),
        ([TASK, TASK | {"status": "cancelled"}], "Task/rca-1", "analysis that is over"),
        ([APPOINTMENT, APPOINTMENT | {"status": "fulfilled"}], "Appointment/app-1", "interview that is over"),
        ([APPOINTMENT, APPOINTMENT | {"status": "cancelled"}], "Appointment/app-1", "interview that is over"),
        ([], "Task/rca-1", "no analysis and no interview before"),
        ([TASK], "Task/another", "no analysis and no interview before"),
        ([APPOINTMENT], "Task/rca-1", "no analysis and no interview before"),
    ],
)
def test_a_deletion_of_what_is_over_or_was_never_told_changes_nothing_and_says_so(
    told: Told, before: list[Any], address: str, why: str
) -> None:
    told.hear(*before)
    assert told.hear(deleted(address)) == []
    assert (told.taken[-1].outcome, told.taken[-1].reason) == (Ending.REJECTED, Reason.NOT_AN_INCIDENT)
    assert why in told.taken[-1].detail


def test_a_deletion_twice_is_told_once(told: Told) -> None:
    told.hear(TASK)
    assert told.hear(deleted("Task/rca-1"), deleted("Task/rca-1")) == [CANCELLED]


def test_a_deletion_that_failed_changes_nothing(told: Told) -> None:
    told.hear(TASK)
    assert told.hear(deleted("Task/rca-1", response={"status": "409 Conflict"})) == []


def test_an_analysis_that_comes_again_after_its_deletion_can_be_cancelled_again(told: Told) -> None:
    told.hear(TASK, deleted("Task/rca-1/_history/2"))
    again = TASK | {"meta": {"versionId": "3"}, "businessStatus": concept("reopened")}
    assert told.hear(again, deleted("Task/rca-1/_history/4"))[-1] == CANCELLED


def test_a_history_that_holds_the_analysis_and_its_deletion_tells_both_in_order(told: Told) -> None:
    gone = {"request": {"method": "DELETE", "url": "Task/rca-1/_history/2"}}
    made = {"resource": TASK, "request": {"method": "POST", "url": "Task"}}
    assert told.hear(bundle(gone, made, kind="history")) == ["org.aftercare.rca.commissioned.v1", CANCELLED]


@pytest.mark.parametrize(
    "said",
    [
        {"resourceType": "AuditEvent", "action": "D", "entity": [{"what": {"reference": "Task/rca-1"}}]},
        {
            "eventType": "Microsoft.HealthcareApis.FhirResourceDeleted",
            "data": {"resourceType": "Task", "resourceFhirId": "rca-1", "resourceVersionId": 2},
        },
    ],
)
def test_other_words_for_a_deletion_count_too(told: Told, said: Any) -> None:
    told.hear(TASK)
    assert told.hear(said) == [CANCELLED]


@pytest.mark.real
async def test_an_interview_is_called_off_by_what_is_on_record_alone(running: Any) -> None:
    """Each delivery is read and written by itself, as a replica would that has heard of none before."""
    await running.take(TASK)
    await running.take(APPOINTMENT)
    await running.take(deleted("Appointment/app-1"))
    kinds = [kind for kind, _ in await running.published("aftercare.rca")]
    assert kinds[-1] == OFF
    assert (await running.rows("select outcome from record order by number"))[-1].outcome == "mapped"


@pytest.mark.real
async def test_an_interview_whose_analysis_is_not_on_record_is_refused_and_holds_up_nothing(running: Any) -> None:
    """As where a database was restored to a moment between the two."""
    await running.take(TASK)
    await running.take(APPOINTMENT)
    async with running.engine.begin() as connection:
        await connection.execute(text("delete from rca where book ->> 'interview_of' is null"))
    async with asyncio.timeout(20):
        await running.take(deleted("Appointment/app-1"))
    last = (await running.rows("select outcome, reason from record order by number"))[-1]
    assert (last.outcome, last.reason) == ("rejected", "not-an-incident")
