"""Numbers that stand in two packages agree."""

from datetime import timedelta

from aftercare.kit.store.inbox import INBOX_RETENTION
from aftercare.schemas.topic_registry import load_topics


def test_the_inbox_remembers_longer_than_a_topic_and_its_replays_can_last() -> None:
    """A record that comes again after the inbox forgot it would be handled twice."""
    for spec in load_topics():
        kept = timedelta(days=(spec.retention_days or 0) + spec.dead_letter.retention_days)
        assert kept <= INBOX_RETENTION, f"{spec.topic} and its dead letters outlive the inbox"
