"""The door on a real database: what is published, what is kept, and that nothing happens twice."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from aftercare.intake.adapters.parking import Filter
from aftercare.intake.domain.outcome import Ending, Reason
from aftercare.intake.service_layer.ledger import Effect
from aftercare.intake.service_layer.nominate import nomination, say_nobody
from aftercare.intake.service_layer.purge import purge
from aftercare.intake.service_layer.replay import Replaying
from aftercare.kit.privacy.sealed import open_sealed

from .conftest import PRIVATE

pytestmark = pytest.mark.real

REPORTED = "org.aftercare.incident.reported.v1"
AMENDED = "org.aftercare.incident.amended.v1"
ADDED = "org.aftercare.incident.staff-involved-added.v1"
REMOVED = "org.aftercare.incident.staff-involved-removed.v1"
WITHDRAWN = "org.aftercare.incident.withdrawn.v1"
NOBODY = "org.aftercare.incident.nobody-involved.v1"


def meta(version: int) -> dict[str, str]:
    return {"versionId": str(version), "lastUpdated": f"2026-03-02T08:{version:02}:00Z"}


def nurse(value: str) -> dict[str, Any]:
    return {"identifier": {"system": "urn:hill:staff", "value": value}}


async def incident_types(running: Any) -> list[str]:
    return [kind for kind, _ in await running.published("aftercare.incident")]


async def test_an_incident_is_published_with_questions_and_a_patient_reference(
    running: Any, adverse_event: Any
) -> None:
    [taken] = await running.take(adverse_event())
    published = await running.published()
    assert [kind for kind, _ in published] == [
        REPORTED,
        "org.aftercare.identity-question.asked.v1",
        "org.aftercare.identity-question.asked.v1",
        "org.aftercare.incident-patient.linked.v1",
    ]
    state = published[0][1]["state"]
    assert (state["revision"], state["harm"], state["site"], state["unit"]) == (1, "moderate", "hill", "ward-7")
    assert [one["relation"] for one in state["involved"]] == ["involved", "reporter"]
    assert taken.incident == state["incident"]


async def test_directory_alone_can_read_who_is_asked_about(running: Any, adverse_event: Any) -> None:
    await running.take(adverse_event(recorder=None))
    [(_, question)] = await running.published("aftercare.identity-question")
    assert open_sealed(PRIVATE, question["sealed"]) == {
        "system": "urn:hill:staff",
        "kind": "identifier",
        "value": "N-1001",
    }


async def test_the_same_record_three_times_is_one_incident(running: Any, adverse_event: Any) -> None:
    first = await running.take(adverse_event(), adverse_event())
    [third] = await running.take(adverse_event())
    assert await incident_types(running) == [REPORTED]
    assert [one.is_new for one in (*first, third)] == [True, False, False]
    assert third.reference == first[0].reference


async def test_a_person_is_asked_about_only_once(running: Any, adverse_event: Any) -> None:
    await running.take(adverse_event(), adverse_event(id="ae-2"))
    assert len(await running.published("aftercare.identity-question")) == 2


async def test_a_new_version_amends_and_its_staff_come_and_go(running: Any, adverse_event: Any) -> None:
    await running.take(adverse_event())
    severe = {"coding": [{"code": "severe"}]}
    await running.take(adverse_event(meta=meta(2), severity=severe, contributor=[nurse("N-2002")]))
    published = await running.published("aftercare.incident")
    assert [kind for kind, _ in published] == [REPORTED, AMENDED, REMOVED, ADDED]
    assert [content["state"]["revision"] for _, content in published] == [1, 2, 3, 4]
    assert published[-1][1]["state"]["harm"] == "severe"
    assert len(published[-1][1]["state"]["involved"]) == 2


async def test_a_new_version_that_changes_nothing_published_publishes_nothing(running: Any, adverse_event: Any) -> None:
    await running.take(adverse_event())
    [taken] = await running.take(adverse_event(meta=meta(2), event={"text": "Other words"}))
    assert taken.effect is Effect.APPLIED
    assert await incident_types(running) == [REPORTED]


async def test_an_older_version_that_comes_late_changes_nothing(running: Any, adverse_event: Any) -> None:
    await running.take(adverse_event(meta=meta(2), severity={"coding": [{"code": "severe"}]}))
    [late] = await running.take(adverse_event(meta=meta(1)))
    assert late.effect is Effect.SUPERSEDED
    assert await incident_types(running) == [REPORTED]


async def test_the_same_version_with_another_body_is_a_conflict_that_is_kept(running: Any, adverse_event: Any) -> None:
    [first] = await running.take(adverse_event())
    [second] = await running.take(adverse_event(severity={"coding": [{"code": "severe"}]}))
    assert second.effect is Effect.CONFLICT
    assert second.conflicts_with == first.reference
    assert await incident_types(running) == [REPORTED]
    assert len(await running.rows("select 1 from conflict")) == 1
    assert len(await running.rows("select 1 from raw")) == 2


async def test_one_business_number_for_two_events_does_not_merge_them(running: Any, adverse_event: Any) -> None:
    one, other = await running.take(adverse_event(), adverse_event(id="ae-2"))
    assert one.incident != other.incident
    assert await incident_types(running) == [REPORTED, REPORTED]


async def test_a_withdrawal_before_the_report_keeps_it_silent(running: Any, adverse_event: Any) -> None:
    await running.take({"resourceType": "AdverseEvent", "id": "ae-1", "meta": meta(2), "status": "entered-in-error"})
    [report] = await running.take(adverse_event())
    assert report.effect is Effect.SUPERSEDED
    assert await incident_types(running) == []


async def test_a_withdrawn_incident_can_come_again(running: Any, adverse_event: Any) -> None:
    await running.take(adverse_event())
    await running.take(adverse_event(meta=meta(2), status="entered-in-error"))
    await running.take(adverse_event(meta=meta(3)))
    assert await incident_types(running) == [REPORTED, WITHDRAWN, AMENDED]


async def test_staff_named_before_their_incident_are_in_its_first_report(
    running: Any, adverse_event: Any, source_event: Any
) -> None:
    data = {"incident": {"id": "ae-1"}, "staff": [{"value": "N-7", "relation": "witness"}]}
    [kept] = await running.take(source_event("staff-involved-added", data))
    assert kept.effect is Effect.KEPT
    await running.take(adverse_event(contributor=None, recorder=None))
    [(kind, content)] = await running.published("aftercare.incident")
    assert kind == REPORTED
    assert [one["relation"] for one in content["state"]["involved"]] == ["witness"]


async def test_an_interview_before_its_incident_names_the_reference_that_it_will_have(
    running: Any, adverse_event: Any, source_event: Any
) -> None:
    data = {"rca": {"id": "RCA-1"}, "incidents": [{"id": "ae-1"}], "interviewee": {"value": "N-7"}}
    await running.take(source_event("rca-interview-scheduled", data))
    [report] = await running.take(adverse_event())
    [(_, interview)] = await running.published("aftercare.rca")
    assert interview["state"]["incidents"] == [report.incident]


async def test_a_deleted_analysis_and_a_deleted_interview_are_off_and_other_deletions_leave_nothing_behind(
    running: Any,
) -> None:
    code = {"coding": [{"code": "rca"}]}
    task = {"resourceType": "Task", "id": "t-1", "status": "accepted", "code": code}
    about = {"focus": {"reference": "AdverseEvent/ae-1"}}
    asked = {"code": {"coding": [{"code": "rca-interview"}]}, "partOf": [{"reference": "Task/t-1"}]}
    await running.take(task | about, task | asked | {"id": "t-2", "for": {"reference": "Practitioner/n-1"}})
    for number in (2, 1, 3):
        entry = {"request": {"method": "DELETE", "url": f"Task/t-{number}"}}
        await running.take({"resourceType": "Bundle", "type": "transaction", "entry": [entry]})
    published = await running.published("aftercare.rca")
    assert [kind.split(".")[-2] for kind, _ in published] == [
        "commissioned",
        "interview-scheduled",
        "interview-cancelled",
        "cancelled",
    ]
    assert len({content["state"]["rca"] for _, content in published}) == 1
    assert len(await running.rows("select 1 from rca")) == 2


async def test_a_merge_hands_the_people_over(running: Any, adverse_event: Any, source_event: Any) -> None:
    await running.take(adverse_event(recorder=None))
    await running.take(adverse_event(id="ae-2", recorder=None, contributor=[nurse("N-2")]))
    await running.take(source_event("incident-merged", {"record": {"id": "ae-1"}, "into": {"id": "ae-2"}}))
    published = await running.published("aftercare.incident")
    assert [kind for kind, _ in published][-2:] == ["org.aftercare.incident.merged.v1", ADDED]
    assert len(published[-1][1]["state"]["involved"]) == 2


async def test_an_incident_that_names_nobody_opens_a_task_until_somebody_is_named(
    running: Any, adverse_event: Any
) -> None:
    [report] = await running.take(adverse_event(contributor=None, recorder=None))
    [task] = await running.rows("select * from involvement_task")
    assert (task.state, task.incident, task.site) == ("open", report.incident, "hill")
    async with running.unit_of_work() as tx:
        people = [{"value": "N-5", "route": "manager"}]
        await running.intake.receive(tx, [nomination(people, {"incident": {"reference": report.incident}})])
    published = await running.published("aftercare.incident")
    assert published[-1][0] == ADDED
    assert published[-1][1]["state"]["involved"][0]["route"] == "manager"
    assert (await running.rows("select state from involvement_task"))[0].state == "closed"


async def test_nobody_involved_is_an_event_and_closes_the_task(running: Any, adverse_event: Any) -> None:
    [report] = await running.take(adverse_event(contributor=None, recorder=None))
    async with running.unit_of_work() as tx:
        assert await say_nobody(tx, running.intake, report.incident)
    assert await incident_types(running) == [REPORTED, NOBODY]
    assert (await running.rows("select state from involvement_task"))[0].state == "closed"


async def test_a_nomination_by_number_finds_the_incident(running: Any, adverse_event: Any) -> None:
    [report] = await running.take(adverse_event())
    async with running.unit_of_work() as tx:
        arrival = nomination([{"value": "N-5"}], {"incident": {"number": "2026-0042"}})
        [[taken]] = await running.intake.receive(tx, [arrival])
    assert taken.incident == report.incident


async def test_a_number_that_two_incidents_share_is_parked_for_a_human(running: Any, adverse_event: Any) -> None:
    await running.take(adverse_event(), adverse_event(id="ae-2"))
    async with running.unit_of_work() as tx:
        arrival = nomination([{"value": "N-5"}], {"incident": {"number": "2026-0042"}})
        [[taken]] = await running.intake.receive(tx, [arrival])
    assert (taken.outcome, taken.reason) == (Ending.PARKED, Reason.AMBIGUOUS_INCIDENT)


async def test_a_nomination_without_an_incident_is_a_stressful_event_of_its_own(running: Any) -> None:
    async with running.unit_of_work() as tx:
        await running.intake.receive(
            tx, [nomination([{"value": "N-5", "route": "colleague"}], {"site": "Hill Hospital"})]
        )
    [(_, content)] = await running.published("aftercare.incident")
    assert (content["state"]["kind"], content["state"]["site"]) == ("stressful-event", "hill")
    assert content["state"]["involved"][0]["route"] == "colleague"


async def test_nothing_published_or_kept_in_clear_holds_a_name(running: Any, adverse_event: Any) -> None:
    await running.take(adverse_event())
    tables = ("record", "incident", "incident_number", "identifier_asked", "patient_link", "outbox", "raw")
    kept = [str(await running.rows(f"select to_jsonb(t) from {table} t")) for table in tables]
    for secret in ("Beispiel", "Recorder", "pat-9", "N-1001", "rec-1", "2026-0042", "Wrong dose"):
        assert not [table for table, content in zip(tables, kept, strict=True) if secret in content]


async def test_raw_records_live_as_long_as_the_setting_says(running: Any, adverse_event: Any) -> None:
    await running.take(adverse_event())
    [timer] = await running.rows("select kind, due_at from timer")
    assert timer.due_at >= running.clock.now() + timedelta(days=30)
    running.clock.set(timer.due_at)
    async with running.unit_of_work() as tx:
        await purge(tx, [])
    assert await running.rows("select 1 from raw") == []
    [record] = await running.rows("select raw, outcome from record")
    assert (record.raw, record.outcome) == (None, "mapped")


async def test_refused_bytes_are_kept_sealed_and_known_again(running: Any) -> None:
    [first] = await running.take(b'{"resourceType": "AdverseEvent", "id"')
    [again] = await running.take(b'{"resourceType": "AdverseEvent", "id"')
    assert (first.outcome, first.reason) == (Ending.REJECTED, Reason.TRUNCATED_JSON)
    assert (again.is_new, again.reference) == (False, first.reference)
    assert len(await running.rows("select 1 from raw")) == 1


async def test_a_batch_with_one_bad_record_takes_the_others(running: Any, adverse_event: Any) -> None:
    good, bad, other = await running.take(adverse_event(), b"{", adverse_event(id="ae-2"))
    assert [one.outcome for one in (good, bad, other)] == [Ending.MAPPED, Ending.REJECTED, Ending.MAPPED]


async def test_disclosure_milestones_are_counted_per_incident(running: Any, source_event: Any) -> None:
    for number, milestone in enumerate(("required", "initial-done")):
        data = {"incident": {"id": "ae-1"}, "milestone": milestone, "lead": {"value": "N-9"}}
        await running.take(source_event("disclosure-milestone-reached", data, id=f"d-{number}"))
    published = await running.published("aftercare.disclosure-milestone")
    assert [(content["milestone"], content["revision"]) for _, content in published] == [
        ("required", 1),
        ("initial-done", 2),
    ]


async def test_messages_name_our_reference_as_their_cause_and_never_the_senders(
    running: Any, source_event: Any
) -> None:
    event = source_event("incident-reported", {"record": {"id": "I-1"}}, id="Berta Beispiel 1950")
    [taken] = await running.take(event)
    headers = [row.headers for row in await running.rows("select headers from outbox")]
    assert {one["ce_correlationid"] for one in headers} == {taken.reference}
    assert "Beispiel" not in json.dumps(headers)


@pytest.mark.parametrize("contact", [True, False])
async def test_after_a_fix_parked_records_count_as_history_unless_people_may_be_contacted(
    running: Any, adverse_event: Any, contact: bool
) -> None:
    fixed = running.intake
    running.intake = replace(fixed, door=replace(fixed.door, only="fhir-bundle"))
    [parked] = await running.take(adverse_event())
    assert (parked.outcome, parked.reason) == (Ending.PARKED, Reason.NOT_THIS_FORMAT)
    replaying = Replaying(fixed, fixed.writes.vault, running.unit_of_work)
    begun = await replaying.begin(Filter(), contact=contact, rate=1000.0, asked_by="test")
    done = await replaying.run(begun.reference)
    assert (done.total, done.mapped, done.finished) == (1, 1, True)
    [(kind, content)] = await running.published("aftercare.incident")
    assert (kind, content["state"]["backfill"]) == (REPORTED, not contact)
    assert await replaying.waiting(Filter()) == 0
    running.intake = fixed
    [again] = await running.take(adverse_event())
    assert (again.is_new, again.reference) == (False, parked.reference)
