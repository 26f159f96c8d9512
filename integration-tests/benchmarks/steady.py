"""A steady stream of incidents from the hospital's own system, and waiting for what must come of them."""

import json
import time
from typing import Any

from aftercare_local.world.hospital import Incident
from aftercare_local.world.people import Person
from aftercare_local.world.world import World
from aiokafka import AIOKafkaProducer
from benchmarks.bare import paced

from aftercare.schemas.topics import Topic


async def file_incidents(world: World, people: list[Person], per_second: float) -> dict[str, float]:
    """One severe incident for each person, at its own instant whether the last is through or not.

    Returns when each was produced, in seconds since 1970, by the person's address.
    """
    producer = AIOKafkaProducer(**world.stack.kafka.users["source"].client_options(), acks="all")
    await producer.start()
    bodies = [_body(world, person) for person in people]
    headers = [("content-type", b"application/fhir+json")]

    def send(number: int) -> Any:
        return producer.send(Topic.SOURCE.value, bodies[number], key=people[number].number.encode(), headers=headers)

    try:
        began = await paced(len(people), per_second, send)
    finally:
        await producer.stop()
    return {person.address: at for person, at in zip(people, began, strict=True)}


def wait_for_mails(world: World, count: int, within: float = 240) -> None:
    """Until so many are sent. Asks the database twice a second, so that looking costs the measured system little."""
    end = time.monotonic() + within
    while (sent := world.databases.value("outreach", "select count(*) from message where status = 'sent'")) < count:
        assert time.monotonic() < end, f"{sent} of {count} mails went out in {within} s"
        time.sleep(0.5)


def _body(world: World, person: Person) -> bytes:
    incident = Incident(world.a_new_incident_number(), [person], "severe", world.clock.now())
    return json.dumps(incident.as_fhir()).encode()
