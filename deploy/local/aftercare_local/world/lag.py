"""How far each service's consumer group is behind the topics that it reads."""

from collections.abc import Iterable, Mapping
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import OffsetSpec
from kafka.errors import RetriableError
from kafka.structs import TopicPartition

from aftercare.schemas.topic_registry import load_topics
from aftercare_local.environment import SERVICES


class Lag:
    """Asks the broker itself, so that a service cannot be wrong about its own lag."""

    def __init__(self, admin: KafkaAdminClient) -> None:
        self._admin = admin
        self._topics = load_topics()
        self._reads: dict[str, list[TopicPartition]] = {}
        """By service. Who only looks on, such as an auditor, keeps its own place and is waited for by nobody."""
        for spec in self._topics:
            partitions = [TopicPartition(spec.topic.value, number) for number in range(spec.partitions)]
            for service in set(spec.consumers).intersection(SERVICES):
                self._reads.setdefault(service, []).extend(partitions)

    def __call__(self) -> dict[str, int]:
        """Records not yet committed, by service. A broker that has just come back may not answer: then it is behind."""
        try:
            return self._measured()
        except RetriableError:
            return {"the broker": 1}

    def _measured(self) -> dict[str, int]:
        wanted = sorted({partition for partitions in self._reads.values() for partition in partitions})
        ends = self._ends(wanted)
        groups = self._admin.list_group_offsets([f"aftercare.{service}" for service in self._reads])
        return {
            f"{service} lag": self._behind(partitions, ends, groups[f"aftercare.{service}"])
            for service, partitions in self._reads.items()
        }

    def dead_letters(self) -> int:
        """Records on all dead-letter topics."""
        names = [spec.topic.dead_letters for spec in self._topics]
        known = {item["name"]: len(item["partitions"]) for item in self._admin.describe_topics(names)}
        wanted = [TopicPartition(name, number) for name, count in known.items() for number in range(count)]
        return sum(self._ends(wanted).values())

    def _ends(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        found = self._admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
        return {partition: known.offset for partition, known in found.items()}

    @staticmethod
    def _behind(
        partitions: list[TopicPartition], ends: dict[TopicPartition, int], committed: Mapping[TopicPartition, Any]
    ) -> int:
        behind = 0
        for partition in partitions:
            known = committed.get(partition)
            done = known.offset if known is not None and known.offset >= 0 else 0
            behind += max(0, ends[partition] - done)
        return behind
