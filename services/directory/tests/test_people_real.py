"""Merges and their undo, erasure, key rotation, the full snapshot."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from aftercare.directory.adapters import audit
from aftercare.directory.adapters.sealed_contact import open_name
from aftercare.directory.domain.people import MergeRefusedError
from aftercare.directory.service_layer import daily, people
from aftercare.directory.service_layer.contacts import Contact, NoContact, Purpose, resolve
from aftercare.directory.service_layer.retoken import retoken
from aftercare.kit.privacy.envelope_keys import CannotDecrypt, new_data_key
from aftercare.kit.service import DueTimer

pytestmark = pytest.mark.real
World = Any
ROSTER = (
    "employee_number,given_name,family_name,email,mobile,site,identifiers,login_issuer,login_subject\n"
    "1001,Anna,Quill,anna@hospital.example,+447700900123,north,inc|A-1,https://login.example,anna\n"
    "1002,Bo,Tarn,bo@hospital.example,,north,inc|A-2,,\n"
    "1003,Anna,Quill,anna2@hospital.example,,south,inc|A-3,https://login.example,anna2\n"
)
ME = "client:test"


async def contact(world: World, token: str) -> Contact | NoContact:
    async with world.directory.unit_of_work() as tx:
        return await resolve(tx, world.directory.keys, token, actor="client:outreach", purpose=Purpose.DELIVERY)


async def merged(world: World) -> tuple[str, str, str]:
    """1003 made one with 1001: survivor, loser, reference."""
    await world.roster(ROSTER)
    await world.published()
    survivor, loser = await world.token_of("1001"), await world.token_of("1003")
    async with world.directory.unit_of_work() as tx:
        return survivor, loser, await people.merge(tx, survivor, loser, actor=ME)


async def test_two_people_become_one_and_both_tokens_reach_them(world: World) -> None:
    survivor, loser, _ = await merged(world)
    events = {key: (kind, value) for kind, key, value in await world.published()}
    assert events[loser] == ("removed", None)
    kind, value = events[survivor]
    assert (kind, value["merged_from"]) == ("described", [loser])
    assert len(value["identifiers"]) == len(value["logins"]) == 2
    found = await contact(world, loser)
    assert isinstance(found, Contact)
    assert found.person == survivor


async def test_the_next_roster_keeps_two_lines_one_person(world: World) -> None:
    survivor, loser, _ = await merged(world)
    await world.published()
    await world.roster(ROSTER.replace("inc|A-3", "inc|A-33"), full=True)
    [(kind, key, value)] = await world.published()
    assert (kind, key) == ("described", survivor)
    assert value["merged_from"] == [loser]
    assert len(value["identifiers"]) == 2


async def test_one_job_ended_is_not_the_person_gone(world: World) -> None:
    survivor, *_ = await merged(world)
    await world.published()
    without = "\n".join(line for line in ROSTER.splitlines() if not line.startswith("1001"))
    await world.roster(without, full=True, allow_mass_leave=True)
    assert isinstance(await contact(world, survivor), Contact)
    assert [event for event in await world.published() if event[0] == "removed"] == []


async def test_a_merge_can_be_undone(world: World) -> None:
    survivor, loser, reference = await merged(world)
    await world.published()
    async with world.directory.unit_of_work() as tx:
        await people.undo_merge(tx, reference, actor=ME)
    events = {key: value for _, key, value in await world.published()}
    assert events[survivor].get("merged_from", []) == []
    assert (len(events[survivor]["identifiers"]), len(events[loser]["identifiers"])) == (1, 1)


async def test_nobody_is_merged_twice(world: World) -> None:
    survivor, loser, _ = await merged(world)
    with pytest.raises(MergeRefusedError):
        async with world.directory.unit_of_work() as tx:
            await people.merge(tx, survivor, loser, actor=ME)


async def test_who_is_erased_can_not_be_read_from_any_copy(world: World) -> None:
    await world.roster(ROSTER)
    token = await world.token_of("1001")
    [old] = await world.rows("select sealed_name, sealed_reach from person where token = :t", t=token)
    key_then = (await world.directory.keys.read([token]))[token]
    assert open_name(key_then, token, old.sealed_name).family == "Quill"
    await world.published()
    async with world.directory.unit_of_work() as tx:
        await people.erase(tx, world.directory.keys, [token], actor=ME)
    assert await world.directory.keys.read([token]) == {}
    with pytest.raises(CannotDecrypt):
        open_name(new_data_key(), token, old.sealed_name)
    assert await contact(world, token) == NoContact.GONE
    assert await world.published() == [("removed", token, None)]
    assert await world.rows("select 1 from claim where person = :t", t=token) == []
    assert await world.rows("select 1 from blind_index where person = :t", t=token) == []


async def test_a_ciphertext_put_into_another_row_does_not_open_there(world: World) -> None:
    await world.roster(ROSTER)
    anna, bo = await world.token_of("1001"), await world.token_of("1002")
    [row] = await world.rows("select sealed_name from person where token = :t", t=anna)
    keys = await world.directory.keys.read([anna, bo])
    with pytest.raises(CannotDecrypt):
        open_name(keys[anna], bo, row.sealed_name)


async def test_who_left_is_gone_and_after_a_month_erased(world: World, clock: Any) -> None:
    await world.roster(ROSTER)
    bo = await world.token_of("1002")
    await world.roster(
        ROSTER.replace("1002,Bo,Tarn,bo@hospital.example,,north,inc|A-2,,\n", ""), full=True, allow_mass_leave=True
    )
    assert await contact(world, bo) == NoContact.GONE
    assert bo in await world.directory.keys.read([bo])
    clock.set(clock.now() + timedelta(days=31))
    handle = daily.calendar_timer(world.directory.keys, forget_leavers_after=timedelta(days=30))
    async with world.directory.unit_of_work() as tx:
        await handle(tx, [DueTimer("directory", daily.CALENDAR, tx.now, {})])
    assert await world.directory.keys.read([bo]) == {}


async def test_a_contract_that_has_ended_removes_the_person_the_next_day(world: World, clock: Any) -> None:
    await world.roster("employee_number,family_name,email,valid_until\n1,Quill,q@hospital.example,2026-03-02\n")
    await world.published()
    clock.set(clock.now() + timedelta(days=1))
    handle = daily.calendar_timer(world.directory.keys, forget_leavers_after=timedelta(days=30))
    async with world.directory.unit_of_work() as tx:
        await handle(tx, [DueTimer("directory", daily.CALENDAR, tx.now, {})])
    assert [kind for kind, *_ in await world.published()] == ["removed"]


async def test_the_daily_snapshot_says_again_what_stands(world: World) -> None:
    await world.roster(ROSTER)
    first = {key: value for _, key, value in await world.published()}
    async with world.directory.unit_of_work() as tx:
        await daily.snapshot_timer(timedelta(days=1))(tx, [DueTimer("directory", daily.SNAPSHOT, tx.now, {})])
    again = {key: value for _, key, value in await world.published()}
    assert {key: value["revision"] for key, value in again.items()} == dict.fromkeys(first, 1)


async def test_the_master_key_rotates_without_touching_a_contact(
    world: World, open_world: Any, world_settings: Any
) -> None:
    await world.roster(ROSTER)
    anna = await world.token_of("1001")
    old, new = world_settings.contact_master_key.get_secret_value(), base64.b64encode(b"n" * 32).decode()
    both = open_world(world_settings.model_copy(update={"contact_master_key": SecretStr(f"2:{new},1:{old}")}))
    assert await both.directory.keys.count_outdated() == 3
    assert await both.directory.keys.rewrap() == 3
    assert await both.directory.keys.rewrap() == 0
    only_new = open_world(world_settings.model_copy(update={"contact_master_key": SecretStr(f"2:{new}")}))
    assert isinstance(await contact(only_new, anna), Contact)
    assert await contact(world, anna) == NoContact.UNREADABLE


async def test_new_identifier_keys_give_everybody_new_tokens(
    world: World, open_world: Any, world_settings: Any
) -> None:
    await world.roster(ROSTER)
    await world.published()
    first = world_settings.identifier_keys.get_secret_value()
    second = f"k2:{base64.b64encode(b'j' * 32).decode()}"
    both = open_world(world_settings.model_copy(update={"identifier_keys": SecretStr(f"{second},{first}")}))
    directory = both.directory
    await retoken(directory.unit_of_work, directory.keys, directory.tokens, lambda _: None)
    described = [value for kind, _, value in await both.published() if kind == "described"]
    assert len(described) == 3
    assert all({token.split(".")[1] for token in value["identifiers"]} == {"k1", "k2"} for value in described)
    only = open_world(world_settings.model_copy(update={"identifier_keys": SecretStr(second)})).directory
    await retoken(only.unit_of_work, only.keys, only.tokens, lambda _: None)
    described = [value for kind, _, value in await both.published() if kind == "described"]
    assert all({token.split(".")[1] for token in value["identifiers"]} == {"k2"} for value in described)


async def test_a_changed_audit_entry_breaks_its_chain(world: World) -> None:
    await merged(world)

    async def broken() -> int:
        async with world.directory.unit_of_work() as tx:
            return sum([not head.intact async for head in audit.verify(tx.connection)])

    assert await broken() == 0
    async with world.directory.unit_of_work() as tx:
        await tx.connection.execute(text("alter table audit_entry disable trigger audit_entry_only_grows"))
        await tx.connection.execute(text("update audit_entry set entry = replace(entry, 'merged', 'parted')"))
    assert await broken() == 1


async def test_the_audit_log_can_only_grow(world: World) -> None:
    await merged(world)
    for statement in ("update audit_entry set entry = ''", "delete from audit_entry", "truncate audit_entry"):
        with pytest.raises(DBAPIError):
            async with world.directory.unit_of_work() as tx:
                await tx.connection.execute(text(statement))


async def test_a_token_that_nobody_has_is_unknown_and_the_look_is_written_down(world: World) -> None:
    assert await contact(world, "per_" + "0" * 32) == NoContact.UNKNOWN
    [row] = await world.rows("select entry from audit_entry")
    assert json.loads(row.entry)["result"] == "unknown"
