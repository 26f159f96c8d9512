"""The one way in: whatever brings a body, Kafka or HTTP, it goes through `Intake.receive`."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from aftercare.intake.adapters import fetches, ledger_reads, suspicions
from aftercare.intake.adapters.ledger_writes import Kept, LedgerWrites, RawBody
from aftercare.intake.adapters.subscriptions import note_gaps
from aftercare.intake.domain.examine import Delivery, Door, Examination
from aftercare.intake.service_layer.take import Taken, take, wanted_by
from aftercare.kit.store.transaction import Transaction

LARGE = 256 * 1024
"""Bodies above it are read in a thread, so that one large body doesn't hold up everybody's small ones."""
PURGE = "purge-raw"
Tell = Callable[[Taken], None]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery with the W3C trace context of its hop."""

    delivery: Delivery
    traceparent: str | None = None


@dataclass(slots=True)
class Intake:
    """The use case of this service, wired. `tell` counts each ending.

    `door` is replaced as a whole when the files that it was made of have changed; a body sees one door.
    """

    door: Door
    writes: LedgerWrites
    tell: Tell = field(repr=False)

    async def receive(self, tx: Transaction, arrivals: Sequence[Arrival]) -> list[tuple[Taken, ...]]:
        """Take all records of all arrivals, in order, in this transaction: what became of each, per arrival.

        Every new record is kept with its raw body, encrypted. A record that came before is not kept twice; its
        first reference comes back.
        """
        examined = [(arrival, await self._examine(arrival.delivery)) for arrival in arrivals]
        hashes = [raw_hash(arrival.delivery) for arrival in arrivals]
        everything = [(one, digest) for (_, found), digest in zip(examined, hashes, strict=True) for one in found]
        naming = self.writes.naming
        ledger = await ledger_reads.load(tx, wanted_by(everything, naming), naming)
        raws: list[RawBody] = []
        kept: list[Kept] = []
        traces: dict[str, str | None] = {}
        results = []
        for (arrival, found), digest in zip(examined, hashes, strict=True):
            taken = await note_gaps(tx, [take(ledger, naming, one, digest, tx.now) for one in found], naming)
            results.append(taken)
            fresh = [one for one in taken if one.is_new]
            traces.update({one.reference: arrival.traceparent for one in fresh})
            raw = _raw_body(arrival.delivery, naming.reference("raw"), self.door.limit) if fresh else None
            raws.extend([raw] if raw else [])
            kept.extend(Kept(one, raw.reference if raw else None) for one in fresh)
        await self.writes.keep(tx, raws, kept)
        await fetches.wish(tx, [one for taken in results for one in taken if not one.is_new], self.writes.vault)
        await self.writes.save(tx, ledger, traces)
        await suspicions.look(tx, ledger.touched, naming)
        if raws:
            set_purge_timer(tx, self.writes.raw_days)
        for taken in results:
            for one in taken:
                self.tell(one)
        return results

    async def _examine(self, delivery: Delivery) -> tuple[Examination, ...]:
        door = self.door
        if delivery.body is not None and len(delivery.body) > LARGE:
            return await asyncio.to_thread(door.examine, delivery)
        return door.examine(delivery)


def set_purge_timer(tx: Transaction, raw_days: int) -> None:
    """Look again when what came today has lived out its days: one timer per day of arrival."""
    day = tx.now.date()
    due = tx.now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=raw_days + 1)
    tx.set_timer(f"raw:{day.isoformat()}", PURGE, due)


def raw_hash(delivery: Delivery) -> str:
    return hashlib.sha256(delivery.body if delivery.body is not None else b"").hexdigest()


def _raw_body(delivery: Delivery, reference: str, limit: int) -> RawBody | None:
    """What is kept to map it again: headers and body. Nothing of a body that was refused for its size."""
    if delivery.body is None or len(delivery.body) > limit:
        return None
    way = {"source": delivery.source, "fallback": delivery.fallback, "headers": dict(delivery.headers)}
    head = json.dumps(way, separators=(",", ":")).encode()
    return RawBody(reference, head + b"\n" + delivery.body)


def read_raw(content: bytes) -> Delivery:
    """A kept body as it came in."""
    head, _, body = content.partition(b"\n")
    said = json.loads(head)
    return Delivery(body, said["headers"], said["source"], said["fallback"])
