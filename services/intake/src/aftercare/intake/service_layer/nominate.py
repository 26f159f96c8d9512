"""What people say themselves: who was involved, or that nobody was. It takes the same way in as every record."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aftercare.intake.adapters import ledger_reads
from aftercare.intake.domain.book import Book, Decision, apply_all_named, apply_nobody
from aftercare.intake.domain.contract.messages import PREFIX
from aftercare.intake.domain.examine import Delivery
from aftercare.intake.domain.source import NOMINATION
from aftercare.intake.service_layer.ledger import Effect, Wanted
from aftercare.intake.service_layer.receive import Arrival, Intake
from aftercare.kit.ids import new_event_id
from aftercare.kit.store.transaction import Transaction

Said = Mapping[str, Any]


def nomination(staff: Sequence[Said], said: Said, *, key: str | None = None) -> Arrival:
    """A nomination as a message of our own contract.

    `said` may have `incident` (`number`, `reference`, or `source` and `id`); without one it becomes a stressful
    event of its own, with the `site`, `unit` and `occurred` of `said`. `key` makes it the same message again.
    """
    incident = said.get("incident")
    event_id = hashlib.sha256(key.encode()).hexdigest() if key else new_event_id()
    guarded = said.get("fears_repercussion") is True
    if incident:
        data: dict[str, Any] = {
            "incident": {name: incident[name] for name in ("number", "reference", "id") if incident.get(name)},
            "staff": list(staff),
            "nominator_fears_repercussion": guarded,
        }
        return _message("staff-involved-added", data, event_id, incident.get("source") or NOMINATION)
    data = {
        "record": {"id": f"nomination:{event_id}", "version": 1},
        "kind": "stressful-event",
        "staff": [{**one, "never_through_manager": guarded} for one in staff],
        **{name: said[name] for name in ("site", "unit", "occurred") if said.get(name)},
    }
    return _message("incident-reported", data, event_id, NOMINATION)


def _message(name: str, data: Said, event_id: str, source: str) -> Arrival:
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"urn:aftercare:{NOMINATION}",
        "type": f"{PREFIX}{name}",
        "data": data,
    }
    body = json.dumps(event, separators=(",", ":")).encode()
    return Arrival(Delivery(body, {"content-type": "application/cloudevents+json"}, source))


async def say_nobody(tx: Transaction, intake: Intake, incident: str) -> bool:
    """A human looked: no member of staff was involved, or nobody but those named. `False` when somebody is by now."""
    return await _settled(tx, intake, incident, apply_nobody) is not Effect.SUPERSEDED


async def say_that_is_all(tx: Transaction, intake: Intake, incident: str) -> None:
    """A human looked and has named whom they found: for the others of this incident nobody is asked again."""
    await _settled(tx, intake, incident, apply_all_named)


async def _settled(tx: Transaction, intake: Intake, incident: str, decide: Callable[[Book], Decision]) -> Effect:
    naming = intake.writes.naming
    ledger = await ledger_reads.load(tx, Wanted(references=frozenset({incident})), naming)
    effect = ledger.settle(decide(ledger.book(incident)), naming.reference("rec"))
    await intake.writes.save(tx, ledger, {})
    return effect
