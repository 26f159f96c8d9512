"""Where the time of an incident goes: instants that the records and rows of each hop carry themselves."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftercare_local.stack import Stack
from aftercare_local.world.databases import Databases
from kafka import KafkaConsumer
from kafka.structs import TopicPartition

from aftercare.schemas.topics import Topic

STAGES = (
    ("on the source topic -> intake takes it up", "produced", "intake"),
    ("intake: commit, incident on the topic", "intake", "incident"),
    ("-> support takes it up", "incident", "support"),
    ("support: commit, request on the topic", "support", "request"),
    ("-> outreach takes it up", "request", "outreach"),
    ("outreach: commit, contact, mail, server has it", "outreach", "mail"),
)
"""Name, from, to."""


@dataclass(frozen=True, slots=True)
class Journey:
    """One incident's instants, in seconds since 1970, by name of the stage that they end."""

    instants: dict[str, float]

    @property
    def milliseconds(self) -> float:
        return (self.instants["mail"] - self.instants["produced"]) * 1000

    def stage(self, begin: str, end: str) -> float:
        """Milliseconds from one instant to another."""
        return (self.instants[end] - self.instants[begin]) * 1000


def journeys(stack: Stack, databases: Databases, produced: dict[str, float]) -> list[Journey]:
    """Follow each incident. `produced` says when, by the address of the one person whom it names."""
    arrived = mails(stack)
    incidents = {one.correlation: one for one in _records(stack, Topic.INCIDENT)}
    requests = {one.request: one for one in _records(stack, Topic.OUTREACH_REQUEST)}
    found = []
    for row in databases.rows("outreach", _SENT):
        address, at = arrived.get(row["message_id"], ("", 0.0))
        if address in produced:
            request = requests[row["ref"]]
            incident = incidents[request.correlation]
            instants = {
                "produced": produced[address],
                "intake": incident.began,
                "incident": incident.on_topic,
                "support": request.began,
                "request": request.on_topic,
                "outreach": row["queued"].timestamp(),
                "mail": at,
            }
            found.append(Journey(instants))
    return found


def mails(stack: Stack) -> dict[str, tuple[str, float]]:
    """To whom and when the mail server took each mail, by Message-ID."""
    return {
        str(mail["message_id"]): (
            str(mail["envelope_to"][0]),
            datetime.fromisoformat(str(mail["received_at"])).timestamp(),
        )
        for mail in stack.mail.messages(within=120)
    }


@dataclass(frozen=True, slots=True)
class _Seen:
    """A record on a topic: what it follows from, when its transaction began, when it was produced."""

    correlation: str
    request: str
    """Of a request to reach somebody, its reference; of anything else nothing."""
    began: float
    on_topic: float


def _records(stack: Stack, topic: Topic) -> Iterator[_Seen]:
    consumer = KafkaConsumer(**stack.kafka.access.client_options(), enable_auto_commit=False)
    try:
        numbers = consumer.partitions_for_topic(topic.value) or ()
        partitions = [TopicPartition(topic.value, number) for number in numbers]
        ends = consumer.end_offsets(partitions)
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        while any(consumer.position(partition) < ends[partition] for partition in partitions):
            for records in consumer.poll(timeout_ms=1000).values():
                yield from (_seen(record) for record in records)
    finally:
        consumer.close()


def _seen(record: Any) -> _Seen:
    headers = {name: value.decode() for name, value in record.headers}
    began = datetime.fromisoformat(headers["ce_time"]).timestamp()
    request = str(json.loads(record.value).get("request", ""))
    return _Seen(headers["ce_correlationid"], request, began, record.timestamp / 1000)


_SENT = (
    "select m.message_id, m.queued, r.ref from message m join request r on r.approach = m.approach"
    " where m.status = 'sent'"
)
