"""Receipts: what a server says about a message after it took it. They move the ladder; they never reopen it."""

from dataclasses import dataclass

from aftercare.kit.store.transaction import Transaction
from aftercare.outreach.adapters import approaches, messages
from aftercare.outreach.adapters.rows import Message
from aftercare.outreach.adapters.tables import Failure, Kind
from aftercare.outreach.domain.delivery import Action, after_receipt
from aftercare.outreach.domain.vocabulary import MessageStatus
from aftercare.outreach.service_layer.climbing import Climbing
from aftercare.outreach.telemetry import count_receipt


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a delivery report says, without the address it says it about."""

    return_token: str
    action: Action
    status_class: int | None


class Receiving:
    """Delivery reports of mail servers, and receipts of SMS providers."""

    def __init__(self, climbing: Climbing) -> None:
        self._climbing = climbing

    async def delivery_report(self, tx: Transaction, report: DeliveryReport) -> None:
        """One report. Unknown, late and doubled ones change nothing."""
        message = await messages.by_return_token(tx, report.return_token)
        await self._apply(tx, message, report.action, report.status_class)

    async def provider_receipt(self, tx: Transaction, reference: str, action: Action) -> None:
        """A provider's word on a message that it names by our reference."""
        await self._apply(tx, await messages.by_ref(tx, reference), action, None)

    async def _apply(self, tx: Transaction, message: Message | None, action: Action, status_class: int | None) -> None:
        if message is None:
            count_receipt("unknown")
            return
        status = after_receipt(message.status, action)
        if status is message.status:
            count_receipt("no-change")
            return
        count_receipt(str(status))
        failure = Failure.REPORTED if status is MessageStatus.FAILED else None
        await messages.record_receipt(tx, message.ref, action, status_class)
        await messages.settle(tx, message.ref, status, failure=failure)
        if message.kind is Kind.RECEIPT:
            return
        approach = await approaches.get(tx, message.approach)
        self._climbing.tell(tx, message, approach, await approaches.carried(tx, approach.ref), status)
        if status is MessageStatus.FAILED:
            await self._climbing.climb(tx, approach.ref)
