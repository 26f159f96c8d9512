"""Hears `NOTIFY` from other processes of the service, so that nobody has to poll quickly."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

import asyncpg

from aftercare.kit.backoff import Backoff
from aftercare.kit.store.engine import plain_url
from aftercare.kit.store.transaction import WAKE_CHANNEL

log = logging.getLogger(__name__)


class Wakeups:
    """Calls `wake` with each notification's payload, and with nothing after each reconnect: one may be missed."""

    def __init__(self, database_url: str, wake: Callable[[str], None], channel: str = WAKE_CHANNEL) -> None:
        self._url = plain_url(database_url)
        self._wake = wake
        self._channel = channel

    async def run(self) -> None:
        """Listen until cancelled; reconnect by itself."""
        backoff = Backoff(first=0.2, longest=10.0)
        while True:
            try:
                await self._listen(backoff)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("wakeups: %s, listening again soon", type(error).__name__)
            await asyncio.sleep(backoff.delay())

    async def _listen(self, backoff: Backoff) -> None:
        connection = await asyncpg.connect(
            self._url, timeout=10, server_settings={"application_name": "aftercare wakeups"}
        )
        ended = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: ended.set())
            await connection.add_listener(self._channel, lambda *heard: self._wake(str(heard[-1])))
            backoff.reset()
            self._wake("")
            await ended.wait()
        finally:
            with contextlib.suppress(Exception):
                await connection.close(timeout=2)
