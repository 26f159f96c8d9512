"""The door over HTTP, on a real database, with roles from a token."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from aftercare.intake.service_layer.replay import RELEASE, Replaying
from aftercare.kit.service import DueTimer

from .conftest import badge

pytestmark = pytest.mark.real


WRITER = badge("intake-writer")


async def releasing(running: Any) -> None:
    """Fire the timers of releases until none is left, as the service does by itself."""
    replaying = Replaying(running.intake, running.intake.writes.vault, running.unit_of_work)
    while owners := await running.rows("select owner, due_at from timer where kind = 'release-parked'"):
        async with running.unit_of_work() as tx:
            await tx.connection.execute(text("delete from timer where kind = 'release-parked'"))
            await replaying.fire(tx, [DueTimer(one.owner, RELEASE, one.due_at, {}) for one in owners])


async def test_fhir_is_taken_and_answered_in_fhir(web: httpx.AsyncClient, adverse_event: Any) -> None:
    answer = await web.post("/fhir/AdverseEvent", json=adverse_event(), headers=WRITER)
    assert (answer.status_code, answer.headers["content-type"]) == (202, "application/fhir+json")
    assert answer.json()["resourceType"] == "OperationOutcome"
    record = (await web.get(answer.headers["location"], headers=WRITER)).json()
    assert (record["outcome"], record["source"], record["effect"]) == ("mapped", "safety", "applied")


async def test_a_bundle_has_an_issue_per_event(web: httpx.AsyncClient, adverse_event: Any) -> None:
    entries = [{"resource": adverse_event(id=str(number))} for number in range(3)]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    answer = await web.post("/fhir", json=bundle, headers=WRITER)
    assert [issue["severity"] for issue in answer.json()["issue"]] == ["information"] * 3


async def test_fhir_in_xml_and_signs_of_life_are_taken_too(web: httpx.AsyncClient) -> None:
    xml = {**WRITER, "content-type": "application/fhir+xml"}
    event = b'<AdverseEvent xmlns="http://hl7.org/fhir"><id value="x-1"/></AdverseEvent>'
    assert (await web.post("/fhir/AdverseEvent", content=event, headers=xml)).status_code == 202
    alive = {"resourceType": "SubscriptionStatus", "status": "active", "type": "heartbeat"}
    bundle = {"resourceType": "Bundle", "type": "subscription-notification", "entry": [{"resource": alive}]}
    assert (await web.post("/fhir", json=bundle, headers=WRITER)).status_code == 202


async def test_events_are_taken_in_all_three_modes(web: httpx.AsyncClient, source_event: Any) -> None:
    def event(number: int) -> Any:
        return source_event("incident-reported", {"record": {"id": f"I-{number}"}}, id=f"e-{number}")

    structured = await web.post("/events", json=event(1), headers=WRITER)
    batch = await web.post("/events", json=[event(2), event(3)], headers=WRITER)
    third = event(4)
    attributes = {f"ce-{name}": third[name] for name in ("specversion", "id", "source", "type")}
    binary = await web.post("/events", json=third["data"], headers=WRITER | attributes)
    assert [answer.status_code for answer in (structured, batch, binary)] == [202, 202, 202]
    assert [len(answer.json()["records"]) for answer in (structured, batch, binary)] == [1, 2, 1]
    assert all(one["outcome"] == "mapped" for answer in (structured, batch, binary) for one in answer.json()["records"])


async def test_a_duplicate_is_told_with_its_first_reference(web: httpx.AsyncClient, adverse_event: Any) -> None:
    first = (await web.post("/events", json=adverse_event(), headers=WRITER)).json()
    again = (await web.post("/events", json=adverse_event(), headers=WRITER)).json()
    assert again["records"][0]["isNew"] is False
    assert again["records"][0]["duplicateOf"] == first["reference"]


async def test_an_idempotency_key_with_another_body_is_refused(web: httpx.AsyncClient, adverse_event: Any) -> None:
    headers = WRITER | {"Idempotency-Key": "k-1"}
    first = await web.post("/events", json=adverse_event(), headers=headers)
    again = await web.post("/events", json=adverse_event(), headers=headers)
    other = await web.post("/events", json=adverse_event(id="ae-2"), headers=headers)
    assert (first.json(), other.status_code) == (again.json(), 409)


async def test_what_is_refused_is_kept_and_explained(web: httpx.AsyncClient) -> None:
    answer = await web.post("/fhir", content=b'{"resourceType": "Bundle", "ent', headers=WRITER)
    assert answer.status_code == 422
    assert "truncated-json" in answer.json()["issue"][0]["diagnostics"]
    record = (await web.get(answer.headers["location"], headers=WRITER)).json()
    assert record["explanation"].startswith("truncated-json: ")
    assert record["can_be_replayed"] is True


async def test_a_body_over_the_limit_is_refused(web: httpx.AsyncClient) -> None:
    answer = await web.post("/fhir", content=b"[" * 200_000, headers=WRITER)
    assert (answer.status_code, answer.json()["resourceType"]) == (413, "OperationOutcome")
    chunks = (b"[" * 50_000 for _ in range(5))

    async def streamed() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    assert (await web.post("/events", content=streamed(), headers=WRITER)).status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [
        ("POST", "/events", "manager"),
        ("POST", "/fhir", "coordinator"),
        ("POST", "/fhir/AdverseEvent", "staff"),
        ("POST", "/involvements", "staff"),
        ("GET", "/records/rec_0", "manager"),
        ("GET", "/tasks", "intake-writer"),
        ("POST", "/tasks/ivt_0/answer", "supporter"),
        ("GET", "/conflicts", "intake-writer"),
        ("GET", "/parked", "coordinator"),
        ("POST", "/parked/releases", "coordinator"),
        ("POST", "/parked/dry-run", "coordinator"),
        ("POST", "/dry-run", "manager"),
    ],
)
async def test_who_has_not_the_role_is_refused_before_anything_is_looked_up(
    web: httpx.AsyncClient, method: str, path: str, role: str
) -> None:
    assert (await web.request(method, path, headers=badge(role))).status_code == 403
    assert (await web.request(method, path)).status_code == 401


async def test_a_client_bound_to_a_source_sees_only_its_own_records(web: httpx.AsyncClient, adverse_event: Any) -> None:
    other = badge("intake-writer", "somebody-else")
    answer = await web.post("/events", json=adverse_event(), headers=other)
    assert (await web.get(answer.headers["location"], headers=other)).status_code == 200
    assert (await web.get(answer.headers["location"], headers=WRITER)).status_code == 404


async def test_a_manager_says_who_was_involved(web: httpx.AsyncClient, running: Any, adverse_event: Any) -> None:
    await web.post("/events", json=adverse_event(contributor=None, recorder=None), headers=WRITER)
    manager, elsewhere = badge("manager", "m", "hill"), badge("manager", "m", "valley")
    [task] = (await web.get("/tasks", headers=manager)).json()["tasks"]
    assert (task["number"], task["site"], task["unit"]) == ("2026-0042", "hill", "ward-7")
    assert (await web.get("/tasks", headers=elsewhere)).json() == {"tasks": [], "next": None}
    path = f"/tasks/{task['task']}/answer"
    answer = {"staff": [{"value": "N-5"}]}
    assert (await web.post(path, json=answer, headers=elsewhere)).status_code == 404
    assert (await web.post(path, json=answer, headers=manager)).status_code == 200
    assert (await web.post(path, json=answer, headers=manager)).status_code == 404
    assert (await running.published("aftercare.incident"))[-1][1]["state"]["involved"][0]["route"] == "manager"


async def test_a_coordinator_says_that_nobody_was_involved(
    web: httpx.AsyncClient, running: Any, adverse_event: Any
) -> None:
    await web.post("/events", json=adverse_event(contributor=None, recorder=None), headers=WRITER)
    coordinator = badge("coordinator", "c", "*")
    [task] = (await web.get("/tasks", headers=coordinator)).json()["tasks"]
    path = f"/tasks/{task['task']}/answer"
    assert (
        await web.post(path, json={"nobody": True, "staff": [{"value": "1"}]}, headers=coordinator)
    ).status_code == 422
    assert (await web.post(path, json={"nobody": True}, headers=coordinator)).status_code == 200
    assert (await running.published("aftercare.incident"))[-1][0] == "org.aftercare.incident.nobody-involved.v1"


async def test_a_manager_never_sees_a_task_in_which_somebody_fears_repercussion(
    web: httpx.AsyncClient, source_event: Any
) -> None:
    data = {"record": {"id": "I-1"}, "site": "Hill Hospital", "reporter": {"fears_repercussion": True}}
    await web.post("/events", json=source_event("incident-reported", data), headers=WRITER)
    assert (await web.get("/tasks", headers=badge("manager", "m", "hill"))).json() == {"tasks": [], "next": None}
    assert len((await web.get("/tasks", headers=badge("coordinator", "c", "*"))).json()["tasks"]) == 1


async def test_a_manager_does_not_find_out_by_naming_somebody_whether_they_were_named_before(
    web: httpx.AsyncClient, adverse_event: Any
) -> None:
    """By a colleague who fears repercussion, say."""
    await web.post("/events", json=adverse_event(), headers=WRITER)
    told = []
    for person in ("N-1001", "N-6", "N-6"):
        said = {"staff": [{"value": person}], "incident": {"number": "2026-0042"}}
        answer = (await web.post("/involvements", json=said, headers=badge("manager", "m", "hill"))).json()
        told.append(str(answer).replace(answer["reference"], ""))
    assert told == [told[0]] * 3


async def test_a_manager_can_not_pass_for_a_colleague(web: httpx.AsyncClient, running: Any) -> None:
    said = {"staff": [{"value": "N-5"}], "route": "colleague"}
    await web.post("/involvements", json=said, headers=badge("manager", "m", "hill"))
    [(_, content)] = await running.published("aftercare.incident")
    assert content["state"]["involved"][0]["route"] == "manager"


async def test_whose_token_names_no_site_sees_none(web: httpx.AsyncClient, adverse_event: Any) -> None:
    await web.post("/events", json=adverse_event(contributor=None, recorder=None), headers=WRITER)
    for role in ("manager", "coordinator"):
        assert (await web.get("/tasks", headers=badge(role, "x"))).json() == {"tasks": [], "next": None}


async def test_a_colleague_names_somebody_without_an_incident(web: httpx.AsyncClient, running: Any) -> None:
    said = {"staff": [{"value": "N-5"}], "route": "colleague", "site": "Hill Hospital", "occurred": "2026-03-01"}
    headers = badge("intake-writer", "portal") | {"Idempotency-Key": "form-1"}
    first = await web.post("/involvements", json=said, headers=headers)
    again = await web.post("/involvements", json=said, headers=headers)
    assert (first.status_code, first.json()) == (202, again.json())
    [(_, content)] = await running.published("aftercare.incident")
    assert (content["state"]["source"], content["state"]["kind"]) == ("nomination", "stressful-event")


async def test_a_form_that_can_not_be_read_names_fields_and_repeats_nothing(web: httpx.AsyncClient) -> None:
    said = {"staff": [{"value": "N-5", "relation": "Berta Beispiel"}]}
    answer = await web.post("/involvements", json=said, headers=badge("manager", "m", "hill"))
    assert answer.status_code == 422
    assert "staff.0.relation" in answer.text
    assert "Beispiel" not in answer.text


async def test_parked_records_are_mapped_again_after_a_fix(
    web: httpx.AsyncClient, running: Any, adverse_event: Any
) -> None:
    operator = badge("operator", "op")
    said = {"staff": [{"value": "N-5"}], "incident": {"number": "2026-0042"}}
    early = await web.post("/involvements", json=said, headers=badge("manager", "m", "hill"))
    assert early.json()["records"][0]["reason"].startswith("unknown-incident: ")
    await web.post("/events", json=adverse_event(contributor=None, recorder=None), headers=WRITER)
    listed = (await web.get("/parked", headers=operator)).json()
    assert [one["records"] for one in listed["counts"]] == [1]
    tried = await web.post("/parked/dry-run", json={}, headers=operator)
    assert (tried.json()["before"], tried.json()["after"]) == ({"unknown-incident": 1}, {"mapped": 1})
    asked = await web.post("/parked/releases", json={"contact": True}, headers=operator)
    assert (asked.status_code, asked.json()["total"], asked.json()["finished"]) == (202, 1, False)
    await releasing(running)
    done = (await web.get(asked.headers["location"], headers=operator)).json()
    assert (done["mapped"], done["still_refused"], done["finished"]) == (1, 0, True)
    assert (await running.published("aftercare.incident"))[-1][0].endswith("staff-involved-added.v1")
    record = (await web.get(early.headers["location"], headers=operator)).json()
    assert (record["outcome"], record["effect"]) == ("mapped", "applied")
    assert (await web.get("/parked", headers=operator)).json()["records"] == []


async def test_a_dry_run_of_a_release_says_how_each_would_end(web: httpx.AsyncClient) -> None:
    await web.post("/events", json={"number": "A-1"}, headers=WRITER)
    mapping = "mapping: house\nversion: 1\nmessages:\n  - {type: incident-reported, record: {id: number}}\n"
    operator = badge("operator", "op")
    now = await web.post("/parked/dry-run", json={}, headers=operator)
    tried = await web.post("/parked/dry-run", json={"mapping": mapping}, headers=operator)
    assert (now.json()["after"], tried.json()["after"]) == ({"parked: unknown-shape": 1}, {"mapped": 1})
    broken = await web.post("/parked/dry-run", json={"mapping": mapping.replace("id:", "di:")}, headers=operator)
    assert (broken.status_code, "mapping:4:" in broken.json()["detail"]) == (422, True)
    [shown] = (await web.get("/parked", headers=operator)).json()["records"]
    told = (await web.get(f"/parked/{shown['reference']}", headers=operator)).json()
    assert (told["alike"]["records"], told["reason"]) == (1, "unknown-shape")


async def test_an_operator_of_a_site_sees_what_waits_of_its_sources_alone(web: httpx.AsyncClient, running: Any) -> None:
    await web.post("/events", json={"number": "A-1"}, headers=WRITER)
    door = running.intake.door
    [safety] = door.sources.known
    running.intake.door = replace(door, sources=replace(door.sources, known=(replace(safety, site="hill"),)))
    for site, seen in (("hill", 1), ("north", 0), ("", 1), ("*", 1)):
        listed = (await web.get("/parked", headers=badge("operator", "op", site))).json()
        assert len(listed["records"]) == seen
    assert (await web.get("/parked?site=north", headers=badge("operator"))).json()["records"] == []
    assert (await web.get("/parked?older_than_days=x", headers=badge("operator"))).status_code == 422


async def test_a_coordinator_reads_what_became_of_records_at_its_sites(
    web: httpx.AsyncClient, adverse_event: Any
) -> None:
    taken = await web.post("/events", json=adverse_event(), headers=WRITER)
    parked = await web.post("/events", json={"number": "A-1"}, headers=WRITER)
    for site, known, waiting in (("hill", 200, 404), ("north", 404, 404), ("", 404, 404), ("*", 200, 200)):
        headers = badge("coordinator", "c", site)
        assert (await web.get(taken.headers["location"], headers=headers)).status_code == known
        assert (await web.get(parked.headers["location"], headers=headers)).status_code == waiting


async def test_conflicts_are_shown(web: httpx.AsyncClient, adverse_event: Any) -> None:
    await web.post("/events", json=adverse_event(), headers=WRITER)
    second = await web.post("/events", json=adverse_event(actuality="potential"), headers=WRITER)
    assert second.json()["records"][0]["effect"] == "conflict"
    [shown] = (await web.get("/conflicts", headers=badge("operator", "op"))).json()["conflicts"]
    assert shown["record"] == second.json()["reference"]
    third = await web.post("/events", json=adverse_event(severity=None), headers=WRITER)
    newest, oldest = (await web.get("/conflicts", headers=badge("coordinator", "c", "*"))).json()["conflicts"]
    assert {newest["record"], oldest["record"]} == {shown["record"], third.json()["reference"]}
    for site, seen in (("hill", 2), ("north", 0), ("", 0)):
        found = await web.get("/conflicts", headers=badge("coordinator", "c", site))
        assert len(found.json()["conflicts"]) == seen


async def test_a_dry_run_keeps_nothing(web: httpx.AsyncClient, running: Any, adverse_event: Any) -> None:
    answer = await web.post("/dry-run", json=adverse_event(), headers=WRITER)
    assert answer.json()["records"][0]["event"]["type"] == "org.aftercare.incident.reported.v1"
    assert await running.rows("select 1 from record") == []


async def test_who_else_was_involved_is_asked_although_some_are_named(
    running: Any, web: httpx.AsyncClient, adverse_event: Any
) -> None:
    contributors = [{"identifier": {"system": "urn:hill:staff", "value": "N-1001"}}, {"type": "Practitioner"}]
    await running.take(adverse_event(contributor=contributors))
    manager = badge("manager", "m", "hill")
    [task] = (await web.get("/tasks", headers=manager)).json()["tasks"]
    assert (task["named"], task["unnamed"]) == (2, 1)
    path = f"/tasks/{task['task']}/answer"
    assert (await web.post(path, headers=manager, json={"staff": [{"display": "\u200b"}]})).status_code == 422
    assert (await web.post(path, headers=manager, json={"nobody": True})).status_code == 200
    assert (await web.get("/tasks", headers=manager)).json() == {"tasks": [], "next": None}
    assert len((await running.published("aftercare.incident"))[-1][1]["state"]["involved"]) == 2


async def test_an_answer_closes_the_task_though_the_source_counted_more(
    running: Any, web: httpx.AsyncClient, source_event: Any
) -> None:
    data = {"record": {"id": "A"}, "unit": "Ward 7", "staff_count": 4, "staff": [{"value": "N-1"}]}
    await running.take(source_event("incident-reported", data))
    manager = badge("manager", "m", "hill")
    [task] = (await web.get("/tasks", headers=manager)).json()["tasks"]
    assert (task["named"], task["unnamed"]) == (1, 3)
    said = {"staff": [{"value": "N-2"}]}
    assert (await web.post(f"/tasks/{task['task']}/answer", headers=manager, json=said)).status_code == 200
    assert (await web.get("/tasks", headers=manager)).json() == {"tasks": [], "next": None}
