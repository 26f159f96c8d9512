"""How far each service's consumer group is behind the topics that it reads."""

from kafka import KafkaAdminClient
from kafka.admin import OffsetSpec
from kafka.structs import TopicPartition

from aftercare.schemas.topic_registry import load_topics


class Lag:
    """Asks the broker itself, so that a service cannot be wrong about its own lag."""

    def __init__(self, admin: KafkaAdminClient) -> None:
        self._admin = admin
        self._reads: dict[str, set[str]] = {}
        for spec in load_topics():
            for service in spec.consumers:
                self._reads.setdefault(service, set()).add(spec.topic.value)

    def __call__(self) -> dict[str, int]:
        """Records not yet committed, by service."""
        return {f"{service} lag": self._of(service, topics) for service, topics in self._reads.items()}

    def dead_letters(self) -> int:
        """Records on all dead-letter topics."""
        topics = {spec.topic.dead_letters for spec in load_topics()}
        known = {item["name"]: len(item["partitions"]) for item in self._admin.describe_topics(sorted(topics))}
        partitions = [TopicPartition(name, number) for name, count in known.items() for number in range(count)]
        found = self._admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
        return sum(known.offset for known in found.values())

    def _of(self, service: str, topics: set[str]) -> int:
        committed = self._admin.list_group_offsets(f"aftercare.{service}")[f"aftercare.{service}"]
        behind = 0
        for partition, end in self._ends(topics).items():
            known = committed.get(partition)
            behind += max(0, end - (known.offset if known is not None and known.offset >= 0 else 0))
        return behind

    def _ends(self, topics: set[str]) -> dict[TopicPartition, int]:
        partitions = [tp for tp in self._partitions() if tp.topic in topics]
        found = self._admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
        return {partition: known.offset for partition, known in found.items()}

    def _partitions(self) -> list[TopicPartition]:
        return [TopicPartition(spec.topic.value, number) for spec in load_topics() for number in range(spec.partitions)]
