"""What our timers do when their instant comes. They decide by the state that they find."""

from collections.abc import Callable, Sequence

from aftercare.kit.service import DueTimer, TimerHandler
from aftercare.kit.store.transaction import Transaction
from aftercare.outreach.service_layer.climbing import Climbing


def ladder_steps(climbing: Climbing) -> TimerHandler:
    """`ladder-step`: look at the approach again."""

    async def handle(tx: Transaction, due: Sequence[DueTimer]) -> None:
        for timer in due:
            await climbing.climb(tx, timer.owner)

    return handle


def send_due(look: Callable[[], None]) -> TimerHandler:
    """`send-due`: a queued message's instant has come. The message's row says so itself; the sender needs a nudge."""

    async def handle(_tx: Transaction, _due: Sequence[DueTimer]) -> None:
        look()

    return handle
