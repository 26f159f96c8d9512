"""What coordinators, supporters and everybody on the staff can do, and what nobody can find out."""

from typing import Any

import pytest

pytestmark = pytest.mark.real

COORDINATOR = "casey:coordinator"


async def test_a_refused_request_looks_the_same_whether_the_case_exists_or_not(world: Any, http: Any) -> None:
    case = await world.accepted("ana")
    missing = f"cas_{'0' * 32}"
    for who in ("rita:manager", "ana:staff", "casey:coordinator:south", None):
        for action in ("take", "close", "contact"):
            there = await http(who, "POST", f"/cases/{case}/{action}")
            gone = await http(who, "POST", f"/cases/{missing}/{action}")
            assert (there.status_code, there.content) == (gone.status_code, gone.content)
            assert there.status_code in (401, 403, 404)
    assert await world.state("ana") == "escalated"


async def test_a_refusal_never_touches_the_database(world: Any, http: Any) -> None:
    await world.engine.dispose()
    http.app.state.support = None
    for who in ("rita:manager", None):
        answer = await http(who, "POST", f"/cases/cas_{'0' * 32}/take")
        assert answer.status_code in (401, 403)


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        ("staff", ["/tasks", "/cases", "/supporters", "/my/requests", "/my/supported-cases"]),
        ("supporter", ["/tasks", "/cases", "/supporters", "/my/case"]),
        ("manager", ["/tasks", "/cases", "/supporters", "/my/requests", "/my/case"]),
    ],
)
async def test_each_role_sees_its_own_pages_only(world: Any, http: Any, role: str, paths: list[str]) -> None:
    for path in paths:
        answer = await http(f"x:{role}", "GET", path)
        assert answer.status_code == 403, path
        assert answer.headers["content-type"] == "application/problem+json"


async def test_the_queue_shows_need_and_due_and_nobodys_name_or_incident(world: Any, http: Any, names: Any) -> None:
    case = await world.accepted("ana")
    (task,) = (await http(COORDINATOR, "GET", "/tasks")).json()["tasks"]
    assert (task["need"], task["case"]) == ("find-supporter", case)
    (shown,) = (await http(COORDINATOR, "GET", "/cases")).json()["cases"]
    assert shown["state"] == "escalated"
    everything = str(task) + str(shown)
    assert names.ref("per", "ana") not in everything
    assert "inc_" not in everything


async def test_self_request_needs_no_incident_and_finds_a_supporter(world: Any, http: Any) -> None:
    await world.hear(world.say.staff("ana"))
    await world.supporter("sue")
    made = await http("ana:staff", "POST", "/self-requests", {"wishes": ["by-phone"]})
    assert made.status_code == 201
    assert made.json()["state"] == "matching"
    assert (await world.ends())["self"] == "offer-made"
    (request,) = (await http("sue:supporter", "GET", "/my/requests")).json()["requests"]
    assert request["wishes"] == ["by-phone"]
    assert set(request) == {"request", "wishes", "urgent", "asked"}


async def test_asking_twice_stays_one_case_and_urgent_calls_a_coordinator(world: Any, http: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"))
    first = (await http("ana:staff", "POST", "/self-requests", {})).json()
    again = (await http("ana:staff", "POST", "/self-requests", {"urgent": True})).json()
    assert first["case"] == again["case"]
    assert again["urgent"] is True
    kinds = [row.kind for row in await world.rows("select kind from task order by opened_at")]
    assert kinds[0] == "find-supporter"
    assert "urgent-call" in kinds


async def test_a_sign_in_that_nobody_knows_is_told_whom_to_turn_to(world: Any, http: Any) -> None:
    answer = await http("stranger:staff", "POST", "/self-requests", {})
    assert answer.status_code == 409
    assert "coordinator-on-call@example.org" in answer.json()["detail"]


async def test_a_supporter_sees_and_answers_own_requests_only(world: Any, http: Any) -> None:
    await world.supporter("sue")
    await world.supporter("tom", on=False)
    await world.accepted("ana")
    (request,) = (await http("sue:supporter", "GET", "/my/requests")).json()["requests"]
    assert (await http("tom:supporter", "GET", "/my/requests")).json() == {"requests": []}
    stolen = await http("tom:supporter", "POST", f"/my/requests/{request['request']}/accept")
    assert stolen.status_code == 404
    accepted = await http("sue:supporter", "POST", f"/my/requests/{request['request']}/accept")
    assert accepted.json()["state"] == "accepted"
    (case,) = (await http("sue:supporter", "GET", "/my/supported-cases")).json()["cases"]
    done = await http("sue:supporter", "POST", f"/my/supported-cases/{case['case']}/contacted")
    assert done.json()["state"] == "contacted"
    released = await http("sue:supporter", "POST", f"/my/supported-cases/{case['case']}/release")
    assert released.json()["state"] == "escalated"


async def test_a_person_can_change_the_supporter_and_never_gets_that_one_again(world: Any, http: Any) -> None:
    await world.supporter("sue")
    await world.accepted("ana")
    (ask,) = await world.requests("supporter-ask")
    await world.hear(world.say.answer(ask.regarding, "sue", "accept"))
    assert (await http("ana:staff", "GET", "/my/case")).json()["supporter_found"] is True
    changed = await http("ana:staff", "POST", "/my/case/change-supporter")
    assert changed.json()["state"] == "escalated"
    await http("ana:staff", "POST", "/my/case/decline")
    back = await http("ana:staff", "POST", "/self-requests", {})
    assert back.json()["state"] == "escalated"
    assert len(await world.requests("supporter-ask")) == 1


async def test_a_wish_for_another_site_keeps_the_own_one_out_until_it_is_changed(world: Any, http: Any) -> None:
    await world.supporter("sue")
    await world.hear(world.say.staff("ana"))
    made = await http("ana:staff", "POST", "/self-requests", {"wishes": ["other-site"]})
    assert made.json()["state"] == "escalated"
    changed = await http("ana:staff", "PUT", "/my/case/wishes", {"wishes": []})
    assert changed.json()["state"] == "matching"


async def test_a_decline_over_http_ends_the_clocks_and_leaves_the_door_open(world: Any, http: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"))
    assert (await http("ana:staff", "POST", "/my/case/decline")).json()["state"] == "declined"
    assert await world.rows("select kind from timer") == []
    assert (await http("ana:staff", "GET", "/my/case")).json() == {"case": None}
    assert (await http("ana:staff", "POST", "/self-requests", {})).status_code == 201


async def test_a_coordinator_adds_pauses_and_finds_supporters(world: Any, http: Any, names: Any) -> None:
    await world.hear(world.say.staff("sue", unit="north-ward-7"))
    body = {
        "issuer": "https://issuer.example",
        "subject": "sue",
        "trained_until": "2026-12-01T00:00:00Z",
        "modes": ["individual"],
        "load_cap": 2,
    }
    made = await http(COORDINATOR, "POST", "/supporters", body)
    assert made.status_code == 201
    sue = made.json()["supporter"]
    assert sue == names.ref("per", "sue")
    too_long = await http(COORDINATOR, "POST", "/supporters", body | {"trained_until": "2030-01-01T00:00:00Z"})
    assert too_long.status_code == 409
    paused = await http(COORDINATOR, "PUT", f"/supporters/{sue}/availability", {"available": False})
    assert paused.json()["available"] is False
    case = await world.accepted("ana")
    assert await world.state("ana") == "escalated"
    refused = await http(COORDINATOR, "POST", f"/cases/{case}/supporter", {"supporter": sue})
    assert "h4-not-available" in refused.json()["detail"]
    asked = await http(COORDINATOR, "POST", f"/cases/{case}/supporter", {"supporter": sue, "override_load": True})
    assert asked.json()["state"] == "matching"
    assert await world.rows("select task from task where state <> 'done'") == []
    assert (await http("sue:supporter", "PUT", "/my/availability", {"available": True})).json()["available"] is True


async def test_a_coordinator_of_another_site_learns_nothing_of_a_supporter_and_changes_nothing(
    world: Any, http: Any, names: Any
) -> None:
    await world.supporter("sue")
    elsewhere, sue, nobody = "olga:coordinator:south", names.ref("per", "sue"), names.ref("per", "nobody")
    paused = [
        await http(elsewhere, "PUT", f"/supporters/{one}/availability", {"available": False}) for one in (sue, nobody)
    ]
    assert {answer.status_code for answer in paused} == {404}
    assert paused[0].content == paused[1].content
    entry = {"issuer": "https://issuer.example", "trained_until": "2026-12-01T00:00:00Z"}
    added = [await http(elsewhere, "POST", "/supporters", entry | {"subject": one}) for one in ("sue", "nobody")]
    assert {answer.status_code for answer in added} == {409}
    assert added[0].content == added[1].content
    assert [row.available for row in await world.rows("select available from supporter")] == [True]


async def test_a_coordinator_cannot_pass_over_a_conflict_of_interest(world: Any, http: Any, names: Any) -> None:
    await world.supporter("sue")
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana", "sue"))
    case = await world.case("ana")
    await world.hear(world.say.answer(case, "ana", "talk"))
    wanted = {"supporter": names.ref("per", "sue"), "override_load": True}
    refused = await http(COORDINATOR, "POST", f"/cases/{case}/supporter", wanted)
    assert (refused.status_code, "h1-involved" in refused.json()["detail"]) == (409, True)


async def test_a_coordinator_takes_a_case_without_another_mail_and_records_the_contact(world: Any, http: Any) -> None:
    case = await world.accepted("ana")
    mails = len(await world.requests("coordinator-task"))
    assert (await http(COORDINATOR, "POST", f"/cases/{case}/take")).json()["state"] == "assigned"
    assert len(await world.requests("coordinator-task")) == mails
    (task,) = (await http(COORDINATOR, "GET", "/tasks")).json()["tasks"]
    assert task["claimed_by_you"] is True
    done = await http(COORDINATOR, "POST", f"/cases/{case}/contact")
    assert done.json()["state"] == "contacted"
    assert (await http(COORDINATOR, "GET", "/tasks")).json() == {"tasks": [], "next": None}
    assert (await http(COORDINATOR, "POST", f"/cases/{case}/close")).json()["state"] == "closed"
    assert await world.rows("select kind from timer") == []


async def test_a_task_is_one_persons_until_they_stay_silent(world: Any, http: Any) -> None:
    await world.accepted("ana")
    (task,) = (await http(COORDINATOR, "GET", "/tasks")).json()["tasks"]
    assert (await http(COORDINATOR, "POST", f"/tasks/{task['task']}/claim")).status_code == 200
    other = await http("olga:coordinator", "POST", f"/tasks/{task['task']}/claim")
    assert other.status_code == 409
    await world.pass_time(hours=2, minutes=1)
    assert (await http("olga:coordinator", "POST", f"/tasks/{task['task']}/claim")).status_code == 200


async def test_a_coordinator_completes_a_call_with_the_persons_choice(world: Any, http: Any) -> None:
    await world.hear(world.say.staff("ana"), world.say.reported("fall", "ana"))
    (offer,) = await world.offers("ana")
    await world.hear(world.say.sent(offer), world.say.human_needed(offer))
    (task,) = (await http(COORDINATOR, "GET", "/tasks")).json()["tasks"]
    done = await http(COORDINATOR, "POST", f"/tasks/{task['task']}/complete", {"outcome": "reached", "choice": "no"})
    assert done.json()["state"] == "done"
    assert await world.state("ana") == "declined"


async def test_nobody_can_end_the_only_task_of_somebody_who_waits(world: Any, http: Any) -> None:
    await world.accepted("ana")
    (task,) = (await http(COORDINATOR, "GET", "/tasks")).json()["tasks"]
    refused = await http(COORDINATOR, "POST", f"/tasks/{task['task']}/complete", {"outcome": "no-longer-needed"})
    assert refused.status_code == 409
    assert len((await http(COORDINATOR, "GET", "/tasks")).json()["tasks"]) == 1


async def test_free_text_is_refused_and_not_repeated(world: Any, http: Any) -> None:
    secret = "Ana fell apart"
    answer = await http("ana:staff", "POST", "/self-requests", {"note": secret, "wishes": [secret]})
    assert answer.status_code == 422
    assert secret not in answer.text


async def test_every_change_names_who_made_it_and_is_never_altered(world: Any, http: Any) -> None:
    case = await world.accepted("ana")
    await http(COORDINATOR, "POST", f"/cases/{case}/take")
    actors = {row.actor for row in await world.rows("select actor from audit where subject = :c", c=case)}
    assert actors == {"intake", "outreach", http.login("casey")}
    with pytest.raises(Exception, match="never changed"):
        async with world.unit_of_work() as tx:
            await tx.connection.exec_driver_sql("delete from audit")
