"""What is done with messages: keep what they tell, and reckon the clocks that it touches, in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aftercare.kit.messaging.consumer import Received
from aftercare.kit.store.transaction import Transaction
from aftercare.schemas.base import Message
from aftercare.sla.adapters import happenings
from aftercare.sla.domain.model import Happened, Link, Told
from aftercare.sla.service_layer.locking import hold
from aftercare.sla.service_layer.reckoning import Causes, Desk, reckon
from aftercare.sla.translation_in import told_by


@dataclass(frozen=True, slots=True)
class Handlers:
    """The stream side of the clocks. `on_messages` is a `kit.messaging.consumer.Handle`."""

    desk: Desk

    async def on_messages(self, tx: Transaction, batch: Sequence[Received[Message]]) -> None:
        happened: set[Happened] = set()
        links: set[Link] = set()
        causes = Causes()
        for one in batch:
            told = self.heard(one)
            happened |= told.happenings
            links |= told.links
            causes.by_subject.update(dict.fromkeys(named_in(told.happenings, told.links), one.cause))
        named = named_in(happened, links)
        if named:
            await hold(tx, named)
            await happenings.keep(tx.connection, happened)
            await happenings.join(tx.connection, links)
            await reckon(tx, self.desk, await happenings.groups(tx.connection, named), causes)

    def heard(self, received: Received[Message]) -> Told:
        """What a message tells this side."""
        return told_by(received)


def named_in(happened: Iterable[Happened], links: Iterable[Link]) -> set[str]:
    """Every subject that is spoken of."""
    ends = (end for link in links for end in (link.source, link.target))
    return {*(one.subject for one in happened), *ends}
