"""How many incidents a worker makes durable per second. Prints; `make bench` runs it."""

import time
import uuid
from typing import Any

import pytest

from aftercare.kit.messaging.consumer import Received
from aftercare.kit.messaging.envelope import Cause

pytestmark = [pytest.mark.real, pytest.mark.bench]

BATCH, BATCHES, PEOPLE = 500, 10, 5_000


async def test_incidents_per_second_in_batches_of_500(world: Any) -> None:
    names = [f"person-{number}" for number in range(PEOPLE)]
    began = time.perf_counter()
    for start in range(0, PEOPLE, BATCH):
        await world.hear(*(world.say.staff(name) for name in names[start : start + BATCH]), together=True)
    staff_seconds = time.perf_counter() - began
    batches = [
        [
            Received(
                "urn:test",
                str(uuid.uuid4()),
                world.say.reported(f"i{number}-{one}", names[number * BATCH + one]),
                Cause(),
            )
            for one in range(BATCH)
        ]
        for number in range(BATCHES)
    ]
    began = time.perf_counter()
    for batch in batches:
        async with world.unit_of_work() as tx:
            await world.handlers.on_incident(tx, batch)
    seconds = time.perf_counter() - began
    offers = await world.rows("select count(*) as many from support_case where state = 'offer-due'")
    assert offers[0].many == PEOPLE
    print(f"\nstaff: {PEOPLE / staff_seconds:,.0f}/s; incidents, one person each: {BATCH * BATCHES / seconds:,.0f}/s")
