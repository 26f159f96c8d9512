"""The sender as a background step: at once after a commit, one at a time per message, nobody held up."""

import asyncio
from typing import Any

import pytest
from conftest import MIGRATIONS
from outreach_world import FakeCourier, World, build, contact_requested

from aftercare.outreach.service_layer.ports import Letter
from aftercare.schemas.staff import ChannelKind

pytestmark = pytest.mark.real
MAIL = (ChannelKind.EMAIL,)


class SlowCourier(FakeCourier):
    """Holds each letter until told."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()
        self.holding = 0
        self.most = 0

    async def send(self, letter: Letter) -> None:
        self.holding += 1
        self.most = max(self.most, self.holding)
        await self.go.wait()
        self.holding -= 1
        await super().send(letter)


async def _until(condition: Any) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the sender tells nobody when it is done
            await asyncio.sleep(0.005)


async def test_what_a_commit_queued_is_sent_without_a_search(world: World) -> None:
    await world.app.sender.step()
    await world.request(world.person(sms=False), urgent=True, channels=MAIL)
    assert "send" in world.woken
    world.app.sender._swept = asyncio.get_running_loop().time() + 1000
    await world.app.sender.step()
    await _until(lambda: world.mail.sent)


async def test_a_look_before_the_commit_is_repeated_after_it(world: World) -> None:
    await world.app.sender.step()
    message = contact_requested(world.person(sms=False), urgent=True, channels=MAIL)
    world.app.sender._swept = asyncio.get_running_loop().time() + 1000
    async with world.runtime.unit_of_work() as tx:
        from uuid import uuid4  # noqa: PLC0415

        from aftercare.kit.messaging.consumer import Received  # noqa: PLC0415

        await world.service.consumers[0].handle(tx, [Received("urn:test", str(uuid4()), message)])
        world.app.sender.committed()
        await world.app.sender.step()
        await _until(lambda: not world.app.sender._flying)
    assert world.mail.sent == []
    await world.app.sender.step()
    await _until(lambda: world.mail.sent)


async def test_two_senders_send_each_message_once(database: Any) -> None:
    url = database(migrations=MIGRATIONS)
    first, second = build(url), build(url)
    second.contacts.known = first.contacts.known
    await first.hear(*(contact_requested(first.person(sms=False), urgent=True, channels=MAIL) for _ in range(12)))
    await asyncio.gather(first.app.sender.drain(), second.app.sender.drain())
    await asyncio.gather(first.app.sender.drain(), second.app.sender.drain())
    sent = [letter.message_id for world in (first, second) for letter in world.mail.sent]
    assert len(sent) == len(set(sent)) == 12
    for world in (first, second):
        await world.web.aclose()
        await world.runtime.unit_of_work.engine.dispose()


async def test_a_kill_repeats_at_most_what_was_in_flight_with_the_same_id(database: Any) -> None:
    """The first sender dies between the server's 250 and its own commit."""
    url = database(migrations=MIGRATIONS)
    slow = SlowCourier()
    dying = build(url, mail=slow)
    await dying.hear(*(contact_requested(dying.person(sms=False), urgent=True, channels=MAIL) for _ in range(6)))
    await dying.app.sender.step()
    await _until(lambda: slow.holding == 4)
    flying = list(dying.app.sender._flying.values())
    for task in flying:
        task.cancel()
    await asyncio.gather(*flying, return_exceptions=True)
    await dying.runtime.unit_of_work.engine.dispose()
    assert slow.most == 4, "no more at once than allowed"
    heir = build(url)
    heir.contacts.known = dying.contacts.known
    await heir.app.sender.drain()
    assert len(heir.mail.sent) == 6
    rows = await heir.rows("select message_id, status from message")
    assert {row.message_id for row in rows} == {letter.message_id for letter in heir.mail.sent}
    assert {row.status for row in rows} == {"sent"}
    for world in (dying, heir):
        await world.web.aclose()
    await heir.runtime.unit_of_work.engine.dispose()


async def test_a_fault_of_our_own_is_put_off_and_told(world: World) -> None:
    world.mail.fail_with = [RuntimeError("boom")]
    await world.request(world.person(sms=False), urgent=True, channels=MAIL)
    with pytest.raises(RuntimeError):
        await world.app.sender.drain()
    assert [row.attempts for row in await world.rows("select attempts from message")] == [1]
    await world.settle()
    assert world.mail.sent == []
    rows = await world.rows("select due from message")
    world.clock.set(rows[0].due)
    await world.settle()
    assert len(world.mail.sent) == 1
