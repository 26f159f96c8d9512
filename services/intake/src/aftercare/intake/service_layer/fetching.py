"""Fetching what sources only point at: with patience, at the source's rate, and never in a database transaction."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aftercare.intake.adapters import fetches
from aftercare.intake.adapters.fetches import Wish
from aftercare.intake.domain.examine import Delivery
from aftercare.intake.domain.fhir.changes import DELETED_KINDS
from aftercare.intake.domain.outcome import Pointer
from aftercare.intake.domain.source import Source
from aftercare.intake.service_layer.fetch_ports import Answer, Fetched, FhirClient
from aftercare.intake.service_layer.receive import Arrival, Intake
from aftercare.kit.service import DueTimer
from aftercare.kit.store.transaction import Transaction, UnitOfWork

STEP = "fetch"
PATIENCE = timedelta(hours=24)
"""After so long nobody tries any more, and a human sees it in the parking lot."""
_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(hours=1)
_AT_ONCE = 16
_IDLE_SECONDS = 30.0
_MARGIN_SECONDS = 60.0
Pause = Callable[[float], Awaitable[None]]
TellFetch = Callable[[str, Answer, float], None]
"""Source, answer, and the seconds since the notification."""


@dataclass
class Fetcher:
    """A background step. `connect` is called when there is something to fetch, so that only who fetches pays for it.

    `pause` keeps to a source's rate; tests hand over one that doesn't wait.
    """

    intake: Intake
    unit_of_work: UnitOfWork
    connect: Callable[[], FhirClient] = field(repr=False)
    tell: TellFetch = field(repr=False)
    pause: Pause = field(default=asyncio.sleep, repr=False)
    _client: FhirClient | None = field(default=None, repr=False)

    async def step(self) -> float:
        """Fetch what is due. Returns when to look again at the latest, in seconds."""
        sources = self._sources()
        if not sources:
            return _IDLE_SECONDS
        async with self.unit_of_work() as tx:
            until = _lease(tx, sources.values())
            claimed = await fetches.claim(tx, list(sources), self.intake.writes.vault, until, _AT_ONCE)
        by_source: dict[str, list[Wish]] = defaultdict(list)
        for wanted in claimed:
            by_source[wanted.source].append(wanted)
        work = [self._fetch_all(sources[source], found) for source, found in by_source.items()]
        for ended in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(ended, BaseException):  # told once every other source has had its turn
                raise ended
        return 0.0 if len(claimed) == _AT_ONCE else _IDLE_SECONDS

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    def _sources(self) -> Mapping[str, Source]:
        known = self.intake.door.sources.known
        return {source.name: source for source in known if source.fhir_server or source.hmpps_api}

    async def _fetch_all(self, source: Source, wanted: Sequence[Wish]) -> None:
        client = self._client = self._client or self.connect()
        for number, one in enumerate(wanted):
            server = source.server_of(one.pointer.kind)
            if number and server is not None:
                await self.pause(1 / server.per_second)
            fetched = await client.fetch(server, one.pointer) if server is not None else Fetched(Answer.NO_SERVER)
            async with self.unit_of_work() as tx:
                await self._settle(tx, one, fetched)
                waited = (tx.now - one.notified_at).total_seconds()
            self.tell(one.source, fetched.answer, waited)

    async def _settle(self, tx: Transaction, wanted: Wish, fetched: Fetched) -> None:
        body = _body(wanted.pointer, fetched)
        if body is not None:
            arrival = Arrival(Delivery(body, {"content-type": "application/json"}, wanted.source))
            [taken] = await self.intake.receive(tx, [arrival])
            await fetches.settle(tx, wanted, fetched.answer, taken[0].incident, taken[0].rca)
            return
        next_at = tx.now + _wait(wanted.attempts, fetched.wait)
        if fetched.answer.is_worth_another_try and next_at <= wanted.notified_at + PATIENCE:
            await fetches.postpone(tx, wanted, fetched.answer, next_at)
        else:
            await fetches.give_up(tx, wanted, fetched.answer)


def look_when_due(wake: Callable[[str], None]) -> Callable[[Transaction, Sequence[DueTimer]], Awaitable[None]]:
    """The handler of the timers: the step looks at once."""

    async def handle(tx: Transaction, due: Sequence[DueTimer]) -> None:  # noqa: ARG001 - it decides by what it finds
        wake(STEP)

    return handle


def _lease(tx: Transaction, sources: Iterable[Source]) -> datetime:
    """Long enough for everything that one step may claim."""
    servers = [server for source in sources for server in (source.fhir_server, source.hmpps_api) if server is not None]
    slowest = max(server.timeout_seconds + 1 / server.per_second for server in servers)
    return tx.now + timedelta(seconds=slowest * _AT_ONCE + _MARGIN_SECONDS)


def _wait(attempts: int, said: float | None) -> timedelta:
    """What the server says, else twice as long each time."""
    if said is not None:
        return max(timedelta(seconds=said), _FIRST_WAIT)
    doublings = min(max(attempts - 1, 0), 20)
    return min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)


def _body(pointer: Pointer, fetched: Fetched) -> bytes | None:
    """What there is to take: the resource, or the news that it was deleted, if that can mean something."""
    if fetched.answer is Answer.FETCHED:
        return fetched.body
    if fetched.answer is not Answer.GONE or pointer.kind not in DELETED_KINDS:
        return None
    entry = {"request": {"method": "DELETE", "url": f"{pointer.kind}/{pointer.id}"}}
    return json.dumps({"resourceType": "Bundle", "type": "history", "entry": [entry]}).encode()
