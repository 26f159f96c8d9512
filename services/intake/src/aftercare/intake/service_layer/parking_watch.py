"""Looks at the parking lot now and then, so that what waits there can be seen and alerted on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftercare.intake.adapters import parking
from aftercare.intake.adapters.parking import Filter
from aftercare.kit.store.transaction import UnitOfWork

WATCH = "parking-watch"
EVERY_SECONDS = 60.0
Show = Callable[[Sequence[Mapping[str, Any]], datetime], None]


@dataclass(frozen=True, slots=True)
class ParkingWatch:
    """`show` gets how many wait by source, format and reason, and since when."""

    unit_of_work: UnitOfWork
    show: Show

    async def step(self) -> float:
        async with self.unit_of_work() as tx:
            self.show(await parking.counts(tx, Filter()), tx.now)
        return EVERY_SECONDS
