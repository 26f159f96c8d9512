"""What the governance tests share: the checkout they look at."""

from pathlib import Path

import pytest

from aftercare.schemas.topic_registry import TopicSpec, load_topics


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def topics() -> tuple[TopicSpec, ...]:
    return load_topics()
