"""Every place of a running system where an identity might have got to."""

from collections.abc import Iterator

import httpx
from aftercare_local.stack import Stack
from aftercare_local.world.databases import Databases
from kafka import KafkaConsumer, TopicPartition

from aftercare.schemas.topic_registry import load_topics
from aftercare.schemas.topics import Topic

Place = tuple[str, bytes]

_TABLES = (
    "select table_schema as schema, table_name as name from information_schema.tables"
    " where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')"
)


def topics(stack: Stack) -> Iterator[Place]:
    """Keys, headers and values of every record on every topic but the sources' own, dead letters too."""
    consumer = KafkaConsumer(**stack.kafka.access.client_options(), enable_auto_commit=False)
    try:
        for spec in load_topics():
            names = (
                [spec.topic.dead_letters] if spec.topic is Topic.SOURCE else [spec.topic.value, spec.topic.dead_letters]
            )
            for name in names:
                yield from _records(consumer, name)
    finally:
        consumer.close()


def _records(consumer: KafkaConsumer, topic: str) -> Iterator[Place]:
    partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    ends = consumer.end_offsets(partitions)
    while any(consumer.position(partition) < end for partition, end in ends.items()):
        for records in consumer.poll(timeout_ms=500).values():
            for record in records:
                headers = b" ".join(name.encode() + b"=" + (value or b"") for name, value in record.headers)
                where = f"{topic}/{record.partition}/{record.offset}"
                yield f"{where} key", record.key or b""
                yield f"{where} headers", headers
                yield f"{where} value", record.value or b""


def tables(databases: Databases, services: tuple[str, ...]) -> Iterator[Place]:
    """Every row of every table, binary columns as hex."""
    for service in services:
        for table in databases.rows(service, _TABLES):
            name = f'"{table["schema"]}"."{table["name"]}"'
            for row in databases.rows(service, f"select row_to_json(t)::text as row from {name} t"):
                yield f"{service} table {table['name']}", str(row["row"]).encode()


def logs(stack: Stack) -> Iterator[Place]:
    """What every process has written down, our own and others'. Only the mail server may know whom it writes to."""
    for file in sorted((stack.folder / "logs").glob("*.log")):
        yield f"log {file.name}", file.read_bytes()


def metrics(stack: Stack) -> Iterator[Place]:
    for name, url in stack.process_urls.items():
        yield f"metrics of {name}", httpx.get(f"{url}/metrics", timeout=10).content
