"""After a broker's restart nobody may stand still for want of metadata."""

from types import SimpleNamespace

from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata

from aftercare.kit.stream.stale_leader import StaleLeader


def test_an_assignment_made_without_knowing_the_topic_is_heard_once() -> None:
    stale = StaleLeader()
    cluster = SimpleNamespace(partitions_for_topic=lambda _topic: None)
    member = ConsumerProtocolMemberMetadata(0, ["t"], b"")
    RoundRobinPartitionAssignor.assign(cluster, {"m": member})
    assert stale.heard()
    assert not stale.heard()


def test_an_assignment_that_knows_the_topic_is_not() -> None:
    stale = StaleLeader()
    cluster = SimpleNamespace(partitions_for_topic=lambda _topic: {0, 1})
    RoundRobinPartitionAssignor.assign(cluster, {"m": ConsumerProtocolMemberMetadata(0, ["t"], b"")})
    assert not stale.heard()
