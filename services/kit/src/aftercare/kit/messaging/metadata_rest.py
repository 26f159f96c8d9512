"""Keeps aiokafka from asking a broker that is away without a pause.

aiokafka 0.14 asks for metadata again the moment a try has failed: some two thousand refused connections and log lines a
second in every process, for as long as no broker answers. Here a try that failed is followed by a rest.
"""

import asyncio
from typing import Any

from aiokafka.client import AIOKafkaClient

REST_SECONDS = 0.25
"""How soon a broker that is back is noticed; and four tries a second hurt nobody."""


def rest_after_failures(client: Any = AIOKafkaClient) -> None:
    """Patch aiokafka's client class, once."""
    if getattr(client, "_aftercare_rests", False):
        return
    update = client._metadata_update  # noqa: SLF001 # no public way to it

    async def update_or_rest(self: Any, cluster: Any, topics: Any) -> bool:
        updated = bool(await update(self, cluster, topics))
        if not updated:
            await asyncio.sleep(REST_SECONDS)
        return updated

    client._metadata_update = update_or_rest  # noqa: SLF001
    client._aftercare_rests = True  # noqa: SLF001
