"""Who is this: known at once, asked of a coordinator, answered by a later roster."""

from datetime import timedelta
from typing import Any

import pytest

from aftercare.directory.adapters import identity_tasks
from aftercare.directory.service_layer import identity, people
from aftercare.directory.service_layer.identity import NoSuchTaskError, TaskHeldError
from aftercare.directory.service_layer.people import IdentifierTakenError
from aftercare.kit.outcome import InvalidMessage
from aftercare.kit.store.paging import PageAsked

pytestmark = pytest.mark.real
World = Any
ROSTER = (
    "employee_number,given_name,family_name,email,site,identifiers\n"
    "1001,Anna,Quill,anna@hospital.example,north,inc|A-1\n"
    "1002,Bo,Tarn,bo@hospital.example,north,\n"
)
CORA, DAN = "login.v1.cora", "login.v1.dan"


async def asked(world: World, *questions: Any) -> None:
    async with world.directory.unit_of_work() as tx:
        await identity.on_asked(tx, world.directory.seals, questions)


async def open_tasks(world: World) -> list[Any]:
    async with world.directory.unit_of_work() as tx:
        return (await identity_tasks.list_open(tx.connection, PageAsked(100))).rows


async def claimed(world: World, coordinator: str = CORA) -> str:
    [task] = await open_tasks(world)
    async with world.directory.unit_of_work() as tx:
        await identity.claim(tx, world.directory.seals, task.reference, coordinator=coordinator)
    return str(task.reference)


async def test_an_identifier_of_the_roster_is_known_at_once(world: World, ask: Any) -> None:
    await world.roster(ROSTER)
    await world.published()
    question = ask("A-1")
    await asked(world, question)
    [(kind, key, value)] = await world.published()
    assert (kind, key, value["outcome"]) == ("answered", question.message.person, "known")
    assert await open_tasks(world) == []


async def test_the_same_unknown_identifier_opens_one_task(world: World, ask: Any) -> None:
    await asked(world, ask("Z-9"), ask("Z-9"))
    await asked(world, ask("Z-9"))
    assert len(await open_tasks(world)) == 1
    assert await world.published() == []


async def test_a_token_that_is_not_of_the_sealed_identifier_is_a_dead_letter(world: World, ask: Any) -> None:
    other = ask("A-2").message.person
    with pytest.raises(InvalidMessage) as refused:
        await asked(world, ask("A-1", token=other))
    assert refused.value.reason == "token-mismatch"
    assert "A-1" not in str(refused.value)


async def test_a_later_roster_answers_the_question_by_itself(world: World, ask: Any) -> None:
    question = ask("Z-9")
    await asked(world, question)
    await world.roster(ROSTER + "1003,Cy,Oak,cy@hospital.example,north,inc|Z-9\n")
    answers = [(key, value["outcome"]) for kind, key, value in await world.published() if kind == "answered"]
    assert answers == [(question.message.person, "known")]
    [task] = await world.rows("select * from identity_task")
    assert (task.state, task.sealed) == ("answered", None)


async def test_a_coordinator_links_the_identifier_and_everybody_learns_it(world: World, ask: Any) -> None:
    await world.roster(ROSTER)
    question = ask("Z-9")
    await asked(world, question)
    await world.published()
    reference, bo = await claimed(world), await world.token_of("1002")
    directory = world.directory
    async with directory.unit_of_work() as tx:
        opened = await identity.open_held(tx, directory.seals, reference, coordinator=CORA)
        await people.link(tx, directory.keys, directory.tokens, bo, opened.identifier, actor=CORA)
        await identity.answer(tx, reference, "known", coordinator=CORA)
    events = {kind: (key, value) for kind, key, value in await world.published()}
    assert events["described"][0] == bo
    assert question.message.person in events["described"][1]["identifiers"]
    assert events["answered"][0] == question.message.person


async def test_what_a_coordinator_linked_survives_the_next_roster(world: World, ask: Any) -> None:
    await test_a_coordinator_links_the_identifier_and_everybody_learns_it(world, ask)
    await world.roster(ROSTER.replace("Bo,Tarn", "Bo,Thorn"))
    assert await world.published() == []
    [row] = await world.rows("select count(*) as n from claim where origin = 'coordinator'")
    assert row.n == 1


async def test_not_staff_is_said_once_and_again_when_asked_again(world: World, ask: Any) -> None:
    await asked(world, ask("Z-9"))
    reference = await claimed(world)
    async with world.directory.unit_of_work() as tx:
        await identity.answer(tx, reference, "not-staff", coordinator=CORA)
    await asked(world, ask("Z-9"))
    assert [value["outcome"] for _, _, value in await world.published()] == ["not-staff", "not-staff"]
    assert await open_tasks(world) == []


async def test_a_task_that_somebody_holds_is_closed_to_others_until_the_claim_lapses(
    world: World, ask: Any, clock: Any
) -> None:
    await asked(world, ask("Z-9"))
    reference = await claimed(world, CORA)
    with pytest.raises(TaskHeldError):
        await claimed(world, DAN)
    with pytest.raises(TaskHeldError):
        async with world.directory.unit_of_work() as tx:
            await identity.answer(tx, reference, "not-staff", coordinator=DAN)
    clock.set(clock.now() + timedelta(minutes=31))
    assert await claimed(world, DAN) == reference


async def test_an_answered_task_can_not_be_opened_again(world: World, ask: Any) -> None:
    await asked(world, ask("Z-9"))
    reference = await claimed(world)
    async with world.directory.unit_of_work() as tx:
        await identity.answer(tx, reference, "cannot-be-identified", coordinator=CORA)
    with pytest.raises(NoSuchTaskError):
        async with world.directory.unit_of_work() as tx:
            await identity.claim(tx, world.directory.seals, reference, coordinator=CORA)


async def test_every_look_at_an_identifier_is_in_the_audit_log(world: World, ask: Any) -> None:
    await asked(world, ask("Z-9"))
    reference = await claimed(world)
    rows = await world.rows("select entry from audit_entry where entry like '%identifier.opened%'")
    assert len(rows) == 1
    assert CORA in rows[0].entry
    assert reference in rows[0].entry


async def test_an_identifier_of_somebody_else_can_not_be_linked(world: World, ask: Any) -> None:
    await world.roster(ROSTER)
    directory, bo = world.directory, await world.token_of("1002")
    anna = directory.seals.open(ask("A-1").message.sealed).identifier
    with pytest.raises(IdentifierTakenError):
        async with directory.unit_of_work() as tx:
            await people.link(tx, directory.keys, directory.tokens, bo, anna, actor=CORA)


async def test_a_name_is_never_matched_by_itself(world: World, ask: Any) -> None:
    await world.roster(ROSTER)
    await world.published()
    await asked(world, ask("Anna Quill", kind="display-name"))
    assert await world.published() == []
    assert len(await open_tasks(world)) == 1
