"""Promises of time: kept, or missed and said to be."""

import pytest
from aftercare_local.stack import Stack
from aftercare_local.world.world import World
from kafka import KafkaConsumer, TopicPartition

from aftercare.schemas.topics import Topic

pytestmark = pytest.mark.real

FIRST_RESPONSE, SUPPORTER_FOUND = "s-02-first-response", "s-11-supporter-found"


def test_somebody_who_said_yes_and_for_whom_nobody_is_found_is_a_missed_promise(world: World) -> None:
    nora = world.given_staff("Nora", "Waiting")
    incident = world.when_incident_is_filed(involving=[nora], harm="severe")
    world.expect_promise(FIRST_RESPONSE, world.looking.obligation_to(nora, incident), state="running")
    world.fast_forward(minutes=3)
    world.when_answered(world.expect_offer_to(nora), "talk")
    world.expect_promise(FIRST_RESPONSE, world.looking.obligation_to(nora, incident), state="met")

    case = world.looking.case_of(nora)["case"]
    assert world.expect_promise(SUPPORTER_FOUND, case, state="running")["progress_percent"] < 5
    world.fast_forward(hours=4)
    missed = world.expect_promise(SUPPORTER_FOUND, case, state="overdue")
    assert (missed["class"], missed["owner"]) == ("local", "coordinator")
    assert missed["progress_percent"] >= 100
    world.expect_coordinators_told()


def test_a_patient_who_is_told_and_one_who_is_not_are_told_apart_by_the_event_side(world: World, stack: Stack) -> None:
    told = world.when_incident_is_filed(involving=[], harm="severe")
    forgotten = world.when_incident_is_filed(involving=[], harm="death")
    world.fast_forward(hours=2)
    world.when_patient_is_told(told)
    world.expect_clock("apology", forgotten, state="running")
    world.fast_forward(hours=1)
    clocks = world.expect_clock("apology", told, state="met"), world.expect_clock("apology", forgotten, state="overdue")
    patients = [clock["subject"] for clock in clocks]
    assert all(one.startswith("pat_") for one in patients), "each file names its patient"
    assert len(set(patients)) == 2, "by a reference that holds in one incident alone"
    words = {
        subject: [event for event in said_on(stack, Topic.EVENT_CLOCK) if event[1] == subject] for subject in patients
    }
    assert [[word for word, _ in events] for events in words.values()] == [
        ["started", "warned", "met"],
        ["started", "warned", "missed"],
    ]


def test_a_talk_with_one_family_is_no_talk_with_the_other(world: World) -> None:
    incident = world.when_incident_harms(["P-1", "P-2"], harm="severe")
    world.fast_forward(hours=1)
    world.when_patient_is_told(incident)
    assert len(world.clocks_of("apology", incident, state="running")) == 2, "nobody knows which of the two was told"
    world.when_patient_is_told(incident, patient="P-2")
    world.fast_forward(hours=2)
    world.expect_clock("apology", incident, state="met")
    world.expect_clock("apology", incident, state="overdue")


def said_on(stack: Stack, topic: Topic) -> list[tuple[str, str]]:
    """The last word of each event's type, and its key."""
    consumer = KafkaConsumer(**stack.kafka.access.client_options(), enable_auto_commit=False)
    try:
        numbers = consumer.partitions_for_topic(topic.value) or ()
        partitions = [TopicPartition(topic.value, number) for number in numbers]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        found: list[tuple[str, str]] = []
        while any(consumer.position(partition) < end for partition, end in ends.items()):
            for records in consumer.poll(timeout_ms=500).values():
                found += [(dict(one.headers)["ce_type"].decode().split(".")[-2], one.key.decode()) for one in records]
        return found
    finally:
        consumer.close()
