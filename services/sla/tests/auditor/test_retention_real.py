"""An auditor that begins when the broker has let go of the past: it says so, and raises no false alarm about it.

On a broker of its own: what is cut away here would be missed by other tests.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aftercare_local.kafka import ExternalKafka, kafka_for
from aftercare_local.kafka_access import admin_client
from kafka import KafkaConsumer, TopicPartition

from aftercare.schemas import rca
from aftercare.schemas.clock_audit import DifferenceKind
from aftercare.schemas.topics import Topic

from .audited import MIGRATIONS, MONDAY, Audited, started
from .story import DAY, MINUTE, Story, deadline, ref

pytestmark = pytest.mark.real

OLD, NEW = [f"old-{number}" for number in range(8)], [f"new-{number}" for number in range(8)]
TUESDAY = MONDAY + DAY
ANALYSIS = deadline(
    "analysed",
    rest={
        "subject": "rca",
        "start": {"on": ["rca-commissioned"], "at": "received"},
        "stop": {"on": ["rca-completed"]},
        "when": {"harm_at_least": "severe"},
    },
    days=60,
)


@pytest.fixture
def broker(_stack_parts: tuple[Path, Any], tmp_path: Path) -> Iterator[Any]:
    kafka = kafka_for(tmp_path, _stack_parts[1])
    if isinstance(kafka, ExternalKafka):
        pytest.skip("the broker is not ours: nothing was cut away from it")
    kafka.start()
    yield kafka
    kafka.close()


def cut_away(broker: Any, topic: Topic) -> None:
    """All that is there now, as retention does."""
    consumer = KafkaConsumer(**broker.access.client_options())
    partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    ends = consumer.end_offsets(partitions)
    consumer.close()
    admin = admin_client(broker.access)
    admin.delete_records(ends)
    admin.close()


async def test_what_retention_has_cut_away_raises_no_false_alarm_and_hides_no_later_fault(
    database: Any, broker: Any, caplog: pytest.LogCaptureFixture
) -> None:
    side = Audited(database(migrations=MIGRATIONS), broker, "cut", deadline("in-a-day", hours=24), ANALYSIS)
    before = Story()
    for name in OLD:
        before.incident(MONDAY, name=name)
    await side.publish("intake", *((message, identity) for message, identity, _ in before.told))
    await side.publish("sla-event", *((started(name, 24), f"clock {name}") for name in OLD))
    cut_away(broker, Topic.INCIDENT)

    with caplog.at_level(logging.WARNING):
        for wait in (timedelta(), 2 * MINUTE, 2 * MINUTE):
            await side.round_after(wait)
    assert await side.all_found() == []
    assert {record.args[0] for record in caplog.records if "is gone" in record.msg} == {Topic.INCIDENT}

    side.clock.set(TUESDAY)
    after = Story().analysis(rca.RcaCommissionedV1, TUESDAY, OLD[0])
    for name in NEW:
        after.incident(TUESDAY, name=name)
    await side.publish("intake", *((message, f"later {identity}") for message, identity, _ in after.told), said=TUESDAY)
    wrong = {NEW[0]: 25}
    clocks = [(started(name, wrong.get(name, 24), TUESDAY), f"clock {name}") for name in NEW]
    clocks.append((_analysis_started(), "clock of the analysis"))
    await side.publish("sla-event", *clocks, said=TUESDAY)
    for wait in (MINUTE, 2 * MINUTE, 2 * MINUTE):
        await side.round_after(wait)
    (found,) = await side.all_found()
    assert (found.kind, found.subject) == (DifferenceKind.WRONG_DUE, ref("inc", NEW[0]))
    await side.engine.dispose()


def _analysis_started() -> Any:
    """By the harm of an incident that nobody can read any more."""
    fields = {"rule": "analysed", "subject": ref("rca", "why"), "due": TUESDAY + 60 * DAY}
    return started("why", 24, TUESDAY, **fields)
