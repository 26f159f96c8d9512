"""A synthetic incident at a fixed rhythm: it goes the way of all others and is about nobody.

It names nobody, so nobody is asked about and nobody is written to; it is marked, so it starts no clock and stands in no
statistic; and each consumer on its way measures how long it took.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from aftercare.intake.domain.examine import Delivery
from aftercare.intake.domain.outcome import Ending
from aftercare.intake.domain.source import SYNTHETIC
from aftercare.intake.service_layer.receive import Arrival, Intake
from aftercare.kit.ids import new_event_id
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.kit.telemetry.meters import count_probe


class ProbeNotTakenError(Exception):
    """The door did not map its own synthetic incident."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A background step of the `api` process. `every` is in seconds."""

    intake: Intake
    unit_of_work: UnitOfWork
    every: float

    async def step(self) -> float:
        """Take one in. Returns the seconds until the next. Raises `ProbeNotTakenError`."""
        async with self.unit_of_work() as tx:
            ((taken,),) = await self.intake.receive(tx, [Arrival(synthetic_incident(tx.now))])
            if taken.outcome is not Ending.MAPPED:
                raise ProbeNotTakenError(taken.reason.value)
        count_probe()
        return self.every


def synthetic_incident(now: datetime) -> Delivery:
    """Grave enough to make offers due, if it were about somebody."""
    number = new_event_id()
    data = {
        "record": {"id": number, "version": "1", "updated": now.isoformat()},
        "kind": "adverse-event",
        "recorded": now.isoformat(),
        "actuality": "actual",
        "severity": "severe",
        "seriousness": "serious",
        "synthetic": True,
    }
    event = {
        "specversion": "1.0",
        "id": number,
        "source": f"urn:aftercare:{SYNTHETIC}",
        "type": "org.aftercare.source.incident-reported.v1",
        "time": now.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
    return Delivery(json.dumps(event).encode(), {"content-type": "application/cloudevents+json"}, SYNTHETIC)
