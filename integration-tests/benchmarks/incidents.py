"""Incidents as `intake` publishes them, many at once: records with the outbox's own headers, key and body."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from aftercare_local.stack import Stack
from aftercare_local.world.people import EMPLOYEE_SYSTEM, Person
from aiokafka import AIOKafkaProducer

from aftercare.kit.ids import new_event_id, new_reference
from aftercare.kit.privacy.identifiers import IdentifierKeyring
from aftercare.schemas.incident import Harm, IncidentReportedV1, IncidentState, Involvement


@dataclass(frozen=True, slots=True)
class Ready:
    """A record as it will stand on the topic."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def reported(stack: Stack, people: Iterable[Person], now: datetime) -> Iterator[Ready]:
    """One severe incident for each person, whom the roster knows by employee number."""
    keyring = IdentifierKeyring.from_setting(stack.keys.identifiers)
    for person in people:
        named = Involvement(
            involvement=new_reference("inv"), person=keyring.token(EMPLOYEE_SYSTEM, "identifier", person.number)
        )
        state = IncidentState(
            incident=new_reference("inc"),
            revision=1,
            source="bench",
            received=now,
            harm=Harm.SEVERE,
            harm_rule="bench-v1",
            involved=(named,),
        )
        yield _as_published(IncidentReportedV1(state=state), now)


async def preload(stack: Stack, records: Iterable[Ready]) -> int:
    """Put the records on the topic as `intake`. Returns how many, once the broker has them all."""
    producer = AIOKafkaProducer(**stack.kafka.users["intake"].client_options(), acks="all", max_batch_size=262_144)
    await producer.start()
    try:
        sent = [
            await producer.send(IncidentReportedV1.topic.value, one.value, key=one.key, headers=one.headers)
            for one in records
        ]
        await asyncio.gather(*sent)
        return len(sent)
    finally:
        await producer.stop()


def _as_published(message: IncidentReportedV1, now: datetime) -> Ready:
    event = new_event_id()
    headers = {
        "ce_specversion": "1.0",
        "ce_id": event,
        "ce_source": "urn:aftercare:intake",
        "ce_type": message.type,
        "ce_subject": message.key(),
        "ce_time": now.isoformat().replace("+00:00", "Z"),
        "ce_dataschema": message.dataschema(),
        "ce_correlationid": event,
        "content-type": "application/json",
    }
    return Ready(
        message.key().encode(),
        message.model_dump_json(exclude_none=True).encode(),
        [(name, value.encode()) for name, value in headers.items()],
    )
