"""Keeps who was named how long ago, and publishes at fixed instants what may be said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from aftercare.kit.clock import SystemClock
from aftercare.kit.ids import derived_reference
from aftercare.kit.messaging.codec import read_kafka
from aftercare.kit.messaging.consumer import Received
from aftercare.kit.store.transaction import Transaction, UnitOfWork
from aftercare.schemas.base import Message
from aftercare.schemas.incident import IncidentState
from aftercare.schemas.offer_compliance import Answer, OfferCompliancePublishedV1
from aftercare.sla.adapters import compliance as names
from aftercare.sla.domain.compliance import Policy, Publication, last_instant, next_instant, publication
from aftercare.sla.domain.model import Told
from aftercare.sla.domain.persons import without_persons
from aftercare.sla.service_layer.handlers import Handlers

LOOK_SECONDS = 60.0
TEST_CLOCK_SECONDS = 0.2


class NamingHandlers(Handlers):
    """The handlers of the support side: they also note who was named for which incident, and since when."""

    def heard(self, received: Received[Message]) -> Told:
        """Whom else it befell is nothing to this side: it has clocks of staff alone, and keeps no patient."""
        return without_persons(Handlers.heard(self, received))

    async def on_messages(self, tx: Transaction, batch: Sequence[Received[Message]]) -> None:
        await Handlers.on_messages(self, tx, batch)
        await names.note(tx.connection, [one for received in batch for one in _named(received, tx.now)])


@dataclass(slots=True)
class CompliancePublisher:
    """A background step of every `api` process. One of them publishes each instant, once."""

    unit_of_work: UnitOfWork
    policy: Policy
    times: tuple[time, ...]

    async def step(self) -> float:
        """Publish the newest instant, if nobody did. Returns the seconds until the next look."""
        async with self.unit_of_work() as tx:
            instant = last_instant(tx.now, self.times)
            if await names.claim(tx.connection, instant):
                await self._publish(tx, instant)
            return self._rest(tx.now)

    async def _publish(self, tx: Transaction, instant: datetime) -> None:
        oldest = instant - self.policy.within - self.policy.published_for
        for naming in await names.namings(tx.connection, oldest):
            said = publication(naming, self.policy, instant)
            if said is not None:
                tx.emit(message_of(said))

    def _rest(self, now: datetime) -> float:
        if not isinstance(self.unit_of_work.clock, SystemClock):
            return TEST_CLOCK_SECONDS
        wait: timedelta = next_instant(now, self.times) - now
        return min(wait.total_seconds(), LOOK_SECONDS)


def message_of(said: Publication) -> OfferCompliancePublishedV1:
    """In the words of the contract."""
    return OfferCompliancePublishedV1(
        incident=said.incident,
        as_of=said.as_of,
        all_settled=Answer.YES if said.all_settled else Answer.NOT_YET,
        due=said.due,
        settled=said.settled,
        overdue=said.overdue,
    )


def _named(received: Received[Message], now: datetime) -> list[names.Named]:
    """Everybody whom a revision names. Made-up incidents and history replayed name nobody."""
    state = getattr(received.message, "state", None)
    if not isinstance(state, IncidentState) or state.synthetic or state.backfill:
        return []
    time_of = read_kafka(received.record).time if received.record is not None else None
    references = {derived_reference("nam", state.incident, one.person) for one in state.involved}
    return [names.Named(reference, state.incident, time_of or now) for reference in sorted(references)]
