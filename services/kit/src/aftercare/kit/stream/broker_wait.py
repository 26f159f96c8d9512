"""Waiting for the broker at the start: Faust would give up at once."""

import asyncio
import contextlib
import logging

from aiokafka import AIOKafkaClient
from aiokafka.errors import KafkaError

from aftercare.kit.backoff import Backoff
from aftercare.kit.messaging.connection import KafkaConnection
from aftercare.kit.messaging.standing import Standing

log = logging.getLogger(__name__)

_PLAIN = "waiting for Kafka at %s (%s)"
_SECURED = _PLAIN + "; if it is up, check user and password"  # a wrong one looks like a broken connection


async def wait_for_broker(connection: KafkaConnection, standing: Standing) -> None:
    """Return when the broker answers and lets us in. Says what it waits for; never gives up."""
    backoff = Backoff(first=0.3, longest=5.0)
    while True:
        client = AIOKafkaClient(**connection.for_aiokafka(), request_timeout_ms=5_000)
        try:
            await client.bootstrap()
        except (KafkaError, OSError) as error:
            name = type(error).__name__
            standing.troubled("kafka", f"waits: {name}")
            log.warning(_SECURED if connection.uses_sasl else _PLAIN, connection.bootstrap, name)
        else:
            standing.fine("kafka")
            return
        finally:
            with contextlib.suppress(Exception):
                await client.close()
        await asyncio.sleep(backoff.delay())
