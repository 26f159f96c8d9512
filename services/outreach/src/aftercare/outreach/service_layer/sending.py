"""Sends queued messages: claim one, resolve the contact, hand it to a courier, write down what became of it.

One transaction and one row lock per message while it is in flight. A kill in between repeats the messages in
flight, at most, with the same `Message-ID` and a link that works.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from aftercare.kit.store.transaction import UnitOfWork
from aftercare.outreach.adapters import links, messages
from aftercare.outreach.adapters.links import NewLink
from aftercare.outreach.domain.links import NONCE_VALID
from aftercare.outreach.service_layer.dispatch import Dispatch, postpone
from aftercare.outreach.service_layer.purse import TokenPurse

log = logging.getLogger(__name__)

SEND = "send"
_IDLE_SECONDS = 1.0
_TIDY_EVERY_SECONDS = 3600.0


@dataclass(slots=True)
class _Trouble:
    """What the last failed delivery raised, shown by the step that follows."""

    error: Exception | None = None


class Sender:
    """A background step. Deliveries run beside it, so that a slow server holds up only its own messages."""

    def __init__(
        self,
        unit_of_work: UnitOfWork,
        dispatch: Dispatch,
        purse: TokenPurse,
        link_valid: timedelta,
        wake: Callable[[], None],
        at_once: int,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._dispatch = dispatch
        self._purse = purse
        self._link_valid = link_valid
        self._wake = wake
        self._at_once = at_once
        self._flying: dict[str, asyncio.Task[None]] = {}
        self._trouble = _Trouble()
        self._tidied = float("-inf")
        self._swept = float("-inf")
        self._sweep_wanted = False
        self._committed = False

    async def step(self) -> float:
        """Start as many deliveries as there is room for. Returns when to look again at the latest, in seconds.

        What this process has queued itself starts without a search. Everything else (what another process left,
        what waited for its instant or for a server) is found by a sweep, once a second and when a timer says so.
        """
        error, self._trouble.error = self._trouble.error, None
        if error is not None:
            raise error
        if self._committed:
            for ref, looks in self._purse.take_fresh(self._at_once - len(self._flying)).items():
                self._start(ref, looks)
            self._committed = self._purse.has_fresh and len(self._flying) >= self._at_once
        now = asyncio.get_running_loop().time()
        if self._sweep_wanted or now - self._swept >= _IDLE_SECONDS:
            await self._sweep(now)
        return max(0.0, self._swept + _IDLE_SECONDS - asyncio.get_running_loop().time())

    def committed(self) -> None:
        """A transaction of this process has committed: what it queued can be found now."""
        self._committed = True
        self._wake()

    def look(self) -> None:
        """Something may be due that this process did not queue: search at once."""
        self._sweep_wanted = True
        self._wake()

    async def drain(self) -> None:
        """Send everything that is due now, and wait for it."""
        while True:
            self._sweep_wanted = True
            await self.step()
            if not self._flying:
                return
            await asyncio.wait(list(self._flying.values()))

    async def close(self) -> None:
        """Let what is in flight land."""
        if self._flying:
            await asyncio.wait(list(self._flying.values()), timeout=10)
        for task in self._flying.values():
            task.cancel()

    def _start(self, ref: str, looks: int) -> None:
        task = asyncio.create_task(self._deliver(ref, looks))
        self._flying[ref] = task
        task.add_done_callback(partial(self._landed, ref))

    async def _sweep(self, now: float) -> None:
        """Start what is due and not already under way."""
        room = self._at_once - len(self._flying)
        if room <= 0:
            self._sweep_wanted = True
            return
        self._swept = now
        await self._tidy()
        found = await self._due(room)
        for ref in found:
            if ref not in self._flying:
                self._start(ref, 0)
        self._sweep_wanted = len(found) == room

    async def _due(self, room: int) -> list[str]:
        """Due messages, each with a link whose token this process holds; the link is committed before the mail goes."""
        minted: list[str] = []
        try:
            async with self._unit_of_work() as tx:
                refs = await messages.due(tx, room, list(self._flying))
                fresh = []
                for ref in refs:
                    if not self._purse.has(ref):
                        message = await messages.get(tx, ref)
                        until = tx.now + self._link_valid
                        minted.append(ref)
                        fresh.append(NewLink(self._purse.mint(ref), message.approach, ref, message.kind, until))
                await links.add(tx, fresh)
        except BaseException:
            for ref in minted:
                self._purse.forget(ref)  # their links were not stored
            raise
        return refs

    async def _deliver(self, ref: str, looks: int) -> None:
        try:
            async with self._unit_of_work() as tx:
                message = await messages.claim(tx, ref)
                settled = message is not None and await self._dispatch.send(tx, message, self._purse.token(ref))
            if settled:
                self._purse.forget(ref)
            elif message is None:
                self._purse.look_again(ref, looks)
        except Exception as error:  # noqa: BLE001 - its text may hold an address: only its type is told
            log.warning("a message could not be handled: %s", type(error).__name__)
            await self._set_aside(ref, error)

    async def _set_aside(self, ref: str, error: Exception) -> None:
        """Our own fault or the database's: try again later, and let the step tell."""
        self._trouble.error = error
        try:
            async with self._unit_of_work() as tx:
                message = await messages.claim(tx, ref)
                if message is not None:
                    await postpone(tx, ref, message.attempts)
        except Exception as further:  # noqa: BLE001 - the database is down: the message stays as it is
            log.warning("it could not be put off either: %s", type(further).__name__)

    def _landed(self, ref: str, _task: asyncio.Task[None]) -> None:
        self._flying.pop(ref, None)
        self._wake()

    async def _tidy(self) -> None:
        """Once an hour: used nonces that are too old to be accepted anyway."""
        now = asyncio.get_running_loop().time()
        if now - self._tidied > _TIDY_EVERY_SECONDS:
            self._tidied = now
            async with self._unit_of_work() as tx:
                await links.forget_nonces(tx, tx.now - 4 * NONCE_VALID)
