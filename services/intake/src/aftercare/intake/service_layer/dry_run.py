"""What would become of a body, without Kafka, Postgres or any key: each record by itself, always the same answer."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftercare.intake.adapters.naming import KeyedNaming, dry_naming
from aftercare.intake.domain.book import Book
from aftercare.intake.domain.examine import Delivery, Door, Examination
from aftercare.intake.domain.facts import IncidentDetails, IncidentReport, StaffChange
from aftercare.intake.domain.outcome import Mapped
from aftercare.intake.service_layer.ledger import Ledger
from aftercare.intake.service_layer.receive import raw_hash
from aftercare.intake.service_layer.take import Taken, take, wanted_by
from aftercare.schemas.base import Message
from aftercare.schemas.identity import IdentityAskedV1
from aftercare.schemas.incident_patient import PatientLinkedV1


@dataclass(frozen=True, slots=True)
class DryResult:
    """One record's ending, the message that would go out, and the types of those beside it."""

    taken: Taken
    event: dict[str, Any] | None
    also: tuple[str, ...]
    unnamed_staff: int = 0
    """How many more of the staff there were, at least, than the record names: people are asked for them."""

    @property
    def relevant_persons(self) -> int | None:
        """How many patients, or who stands for them, the event names; `None` for one that could name none."""
        data = self.event["data"] if self.event else {}
        named = data.get("state", data).get("relevant_persons")
        return None if named is None else len(named)


def dry_run(door: Door, delivery: Delivery, received: datetime) -> Iterator[DryResult]:
    """All records of one body. Records that are about an incident are taken as if it had come before."""
    naming = dry_naming()
    digest = raw_hash(delivery)
    for examination in door.examine(delivery):
        ledger = _ledger(examination, digest, naming, received)
        taken = take(ledger, naming, examination, digest, received)
        messages = [message for message, _ in ledger.messages]
        event = structured(messages[0], taken.reference, received) if messages else None
        beside = [message.type for message in messages[1:]]
        beside += [PatientLinkedV1.type for _ in ledger.patients]
        beside += [IdentityAskedV1.type for _ in ledger.questions]
        yield DryResult(taken, event, tuple(beside), _unnamed(examination))


def _unnamed(examination: Examination) -> int:
    fact = examination.ending.fact if isinstance(examination.ending, Mapped) else None
    return fact.unnamed_staff if isinstance(fact, IncidentReport | StaffChange) else 0


def structured(message: Message, record: str, received: datetime) -> dict[str, Any]:
    """The message as a structured CloudEvent, with an id that hangs on its content alone."""
    data = json.loads(message.model_dump_json(exclude_none=True))
    name = json.dumps([record, message.type, data], sort_keys=True)
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        "source": "urn:aftercare:intake",
        "type": message.type,
        "subject": message.key(),
        "time": received.isoformat().replace("+00:00", "Z"),
        "dataschema": message.dataschema(),
        "datacontenttype": "application/json",
        "correlationid": record,
        "causationid": record,
        "data": data,
    }


def _ledger(examination: Examination, digest: str, naming: KeyedNaming, received: datetime) -> Ledger:
    wanted = wanted_by([(examination, digest)], naming)
    ledger = Ledger(received)
    reports = isinstance(examination.ending, Mapped) and isinstance(examination.ending.fact, IncidentReport)
    for key in wanted.incidents:
        reference = naming.reference("inc", *key)
        book = Book(reference, key[0])
        if not reports:
            book = Book(reference, key[0], revision=1, details=IncidentDetails(), received=received)
        ledger.books[reference] = book
        ledger.references[key] = reference
    return ledger
