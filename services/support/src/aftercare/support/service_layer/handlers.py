"""Who reads what: one function per topic. Each loads for the batch, reads message by message, writes once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aftercare.kit.messaging.consumer import Received
from aftercare.kit.messaging.envelope import Cause
from aftercare.kit.store.transaction import Transaction
from aftercare.schemas import answer, identity, outreach, staff
from aftercare.schemas.base import Message
from aftercare.support import translation_in as reading
from aftercare.support.service_layer import answers, outreach_news, roster
from aftercare.support.service_layer.desk import Desk, Policy
from aftercare.support.service_layer.identity_answers import load_identities, read_identity
from aftercare.support.service_layer.incidents import load_incidents, read_incident
from aftercare.support.service_layer.rca import load_rcas, read_rca
from aftercare.support.service_layer.settling import settle

INTAKE, DIRECTORY, OUTREACH = "intake", "directory", "outreach"


@dataclass(frozen=True, slots=True)
class Handlers:
    """The stream side of support. Every method is a `kit.messaging.consumer.Handle`."""

    policy: Policy

    async def on_incident(self, tx: Transaction, batch: Sequence[Received[reading.IncidentMessage]]) -> None:
        desk = Desk(tx, self.policy, INTAKE)
        triggers = self.policy.programme.triggers
        reads = [(one, reading.incident_read(one.message, triggers)) for one in batch]
        await load_incidents(desk, [read for _, read in reads])
        touched: dict[str, None] = {}
        for received, read in reads:
            self._touch(desk, received.cause, read_incident(desk, read), touched)
        await self._settle(desk, touched)

    async def on_rca(self, tx: Transaction, batch: Sequence[Received[Message]]) -> None:
        desk = Desk(tx, self.policy, INTAKE)
        reads = [(one, read) for one in batch if (read := reading.rca_read(one.message)) is not None]
        await load_rcas(desk, [read for _, read in reads])
        touched: dict[str, None] = {}
        for received, read in reads:
            self._touch(desk, received.cause, read_rca(desk, read), touched)
        await self._settle(desk, touched)

    async def on_identity_answer(self, tx: Transaction, batch: Sequence[Received[identity.IdentityAnsweredV1]]) -> None:
        desk = Desk(tx, self.policy, DIRECTORY)
        reads = [(one, reading.identity_read(one.message)) for one in batch]
        waiting = await load_identities(desk, [read for _, read in reads])
        touched: dict[str, None] = {}
        for received, read in reads:
            self._touch(desk, received.cause, read_identity(desk, read, waiting), touched)
        await self._settle(desk, touched)

    async def on_staff(
        self, tx: Transaction, batch: Sequence[Received[staff.StaffDescribedV1 | staff.StaffRemovedV1]]
    ) -> None:
        desk = Desk(tx, self.policy, DIRECTORY)
        reads = [(one.cause, reading.staff_read(one.message)) for one in batch]
        await roster.take_in(desk, reads)
        await desk.close_book()

    async def on_answer(
        self, tx: Transaction, batch: Sequence[Received[answer.AnswerGivenV1 | answer.AnswerUndoneV1]]
    ) -> None:
        desk = Desk(tx, self.policy, OUTREACH)
        reads = [(one.cause, reading.answer_read(one.message)) for one in batch]
        await answers.take_in(desk, reads)
        await desk.close_book()

    async def on_outreach(
        self,
        tx: Transaction,
        batch: Sequence[Received[outreach.MessageStatusChangedV1 | outreach.HumanNeededV1 | outreach.PersonReachedV1]],
    ) -> None:
        desk = Desk(tx, self.policy, OUTREACH)
        await outreach_news.take_in(desk, [(one.cause, one.message) for one in batch])
        await desk.close_book()

    def _touch(self, desk: Desk, cause: Cause, references: Iterable[str], touched: dict[str, None]) -> None:
        references = list(references)
        desk.touched_by(cause, references)
        touched.update(dict.fromkeys(references))

    async def _settle(self, desk: Desk, touched: Iterable[str]) -> None:
        settle(desk, touched)
        await desk.close_book()
