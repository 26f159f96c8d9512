"""Records from a topic: known by their place, refused ones told by reference only."""

import json
from dataclasses import replace
from typing import Any

import pytest

from aftercare.intake.domain.source import Sources
from aftercare.intake.entrypoints.stream import arrived, consumers
from aftercare.kit.messaging.consumer import Record
from aftercare.kit.messaging.pipeline import Pipeline

from .conftest import SAFETY

SOURCES = Sources((SAFETY,))


def record(value: bytes | None, offset: int = 0, **headers: str) -> Record:
    pairs = tuple((name.replace("_", "-"), text.encode()) for name, text in headers.items())
    return Record("aftercare.source", 0, offset, b"patient-7", value, pairs)


def test_a_record_is_known_by_its_place_not_by_what_it_says() -> None:
    received = arrived(record(b"{}", 5), SOURCES)
    assert (received.source, received.id) == ("aftercare.source", "aftercare.source/0/5")


def test_a_tombstone_is_a_record_too() -> None:
    assert arrived(record(None), SOURCES).message.delivery.body is None


def test_a_header_may_name_the_source() -> None:
    assert arrived(record(b"{}", aftercare_source="safety"), SOURCES).message.delivery.source == "safety"
    assert arrived(record(b"{}", aftercare_source="nomination"), SOURCES).message.delivery.source is None


def test_a_topic_can_be_one_systems_own() -> None:
    sources = Sources((replace(SAFETY, topics=("aftercare.source",)),))
    assert arrived(record(b"{}"), sources).message.delivery.fallback == "safety"


@pytest.mark.real
async def test_a_batch_from_the_topic_is_taken_once(running: Any, adverse_event: Any) -> None:
    [consumer] = consumers(running.intake, ["aftercare.source"])
    assert consumer.keeps_bytes
    good = json.dumps(adverse_event()).encode()
    alive = b'{"resourceType": "SubscriptionStatus", "type": "heartbeat"}'
    flag = b'{"resourceType": "Flag", "id": "Berta Beispiel"}'
    batch = [record(body, place) for place, body in enumerate((good, flag, None, alive))]
    pipeline = Pipeline(consumer, running.unit_of_work, "intake")
    await pipeline.handle_batch(batch)
    await pipeline.handle_batch(batch)
    assert len(await running.published("aftercare.incident")) == 1
    letters = await running.rows("select key, value, headers from outbox where topic = 'aftercare.source.dlq'")
    assert [letter.headers["x-dead-letter-reason"] for letter in letters] == ["not-an-incident", "empty"]
    assert not [letter for letter in letters if "Beispiel" in str(letter) or b"patient-7" in letter.key]
    assert len(await running.rows("select 1 from record")) == 4
