"""A broker that is away is asked a few times a second, not as often as a core can."""

import asyncio
import contextlib
import logging

import pytest
from aiokafka.client import AIOKafkaClient

from aftercare.kit.messaging.metadata_rest import REST_SECONDS, rest_after_failures


async def test_a_broker_that_is_away_is_not_asked_without_a_pause(caplog: pytest.LogCaptureFixture) -> None:
    rest_after_failures()
    client = AIOKafkaClient(bootstrap_servers="127.0.0.1:9")
    asking = asyncio.create_task(client._md_synchronizer())
    with caplog.at_level(logging.ERROR, "aiokafka"), contextlib.suppress(TimeoutError):
        async with asyncio.timeout(REST_SECONDS * 4):
            while True:
                await client.force_metadata_update()
    asking.cancel()
    assert 1 <= len(caplog.records) <= 5


async def test_a_broker_that_answers_is_not_waited_for() -> None:
    class Answered:
        async def _metadata_update(self, cluster: object, topics: object) -> bool:
            return cluster is topics

    rest_after_failures(Answered)
    rest_after_failures(Answered)
    async with asyncio.timeout(REST_SECONDS / 2):
        assert await Answered()._metadata_update(None, None)
