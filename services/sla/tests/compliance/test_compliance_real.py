"""Offer compliance with a real database: from who was named and what came of it to what is published, once."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from aftercare.kit.clock import FixedClock
from aftercare.kit.messaging.consumer import Received, Record
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.programme.clocks import Side
from aftercare.schemas import incident, support_case
from aftercare.schemas.base import Message
from aftercare.schemas.offer_compliance import Answer, OfferCompliancePublishedV1
from aftercare.schemas.registry import decode
from aftercare.sla.bootstrap import desk_of
from aftercare.sla.config import SlaSettings
from aftercare.sla.domain.compliance import Policy
from aftercare.sla.service_layer.compliance import CompliancePublisher, NamingHandlers

pytestmark = pytest.mark.real

MIGRATIONS = Path(__file__).parents[2] / "migrations"
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ref(prefix: str, name: str) -> str:
    return f"{prefix}_{uuid.uuid5(uuid.NAMESPACE_OID, name).hex}"


class SupportSide:
    """The support side's engine, its clock standing still."""

    def __init__(self, url: str) -> None:
        self.clock = FixedClock(MONDAY)
        self.engine = create_engine(url)
        self.unit_of_work = UnitOfWork(self.engine, self.clock, "urn:aftercare:sla-support")
        settings = SlaSettings(
            database_url=SecretStr("postgresql://nobody@nowhere/nothing"),
            kafka_bootstrap="nowhere:1",
            organisation="demo-organisation",
            side=Side.SUPPORT,
        )
        self.handlers = NamingHandlers(desk_of(settings))
        self.publishers = [
            CompliancePublisher(self.unit_of_work, Policy(k=2), (time(6), time(18))) for _replica in range(2)
        ]

    async def hear(self, *messages: Message) -> None:
        async with self.unit_of_work() as tx:
            await self.handlers.on_messages(tx, [self._received(one) for one in messages])

    def _received(self, message: Message) -> Received[Message]:
        identity = str(uuid.uuid4())
        attributes = {
            "ce_specversion": "1.0",
            "ce_id": identity,
            "ce_source": "urn:test",
            "ce_type": message.type,
            "ce_time": self.clock.now().isoformat(),
        }
        headers = tuple((name, value.encode()) for name, value in attributes.items())
        record = Record(str(message.topic), 0, 0, message.key().encode(), b"{}", headers)
        return Received("urn:test", identity, message, record=record)

    async def published_at(self, now: datetime) -> list[OfferCompliancePublishedV1]:
        """What all replicas together publish when it is `now`."""
        self.clock.set(now)
        for publisher in self.publishers:
            await publisher.step()
        async with self.unit_of_work() as tx:
            rows = (await tx.connection.execute(text("select headers, value from outbox order by id"))).all()
            await tx.connection.execute(text("delete from outbox"))
        found = [decode(row.headers["ce_type"], row.value) for row in rows]
        return [one for one in found if isinstance(one, OfferCompliancePublishedV1)]


@pytest.fixture
async def support(database: Any) -> AsyncIterator[SupportSide]:
    one = SupportSide(database(migrations=MIGRATIONS))
    yield one
    await one.engine.dispose()


def named(*people: str, revision: int = 1, synthetic: bool = False) -> Message:
    involved = [
        {"involvement": ref("inv", person), "person": f"v1.k1.{uuid.uuid5(uuid.NAMESPACE_OID, person).hex:a<43}"}
        for person in people
    ]
    state = {
        "incident": ref("inc", "fall"),
        "revision": revision,
        "source": "safety",
        "received": MONDAY,
        "harm_rule": "v1",
        "involved": involved,
        "synthetic": synthetic,
    }
    kind = incident.IncidentReportedV1 if revision == 1 else incident.IncidentAmendedV1
    return kind.model_validate({"state": state})


def owed(person: str, now: datetime, route: str = "incident") -> Message:
    return support_case.ObligationOpenedV1.model_validate(
        {
            "obligation": ref("obl", person),
            "incident": ref("inc", "fall"),
            "route": route,
            "received": now,
            "opened": now,
        }
    )


def settled(person: str, now: datetime, how: str = "offer-made") -> Message:
    return support_case.ObligationSettledV1.model_validate(
        {"obligation": ref("obl", person), "settlement": how, "settled": now}
    )


async def test_it_is_published_at_fixed_instants_once_and_counts_every_way_of_settling_alike(
    support: SupportSide,
) -> None:
    await support.hear(named("ana", "ben", "cyd"))
    await support.hear(owed("ana", MONDAY), owed("ben", MONDAY), owed("cyd", MONDAY))
    (early,) = await support.published_at(MONDAY + 8 * HOUR)
    assert (early.as_of, early.all_settled, early.due) == (MONDAY + 8 * HOUR, Answer.NOT_YET, None)
    assert await support.published_at(MONDAY + 9 * HOUR) == []
    await support.hear(settled("ana", MONDAY + 9 * HOUR), settled("ben", MONDAY + 9 * HOUR, "already-in-care"))
    await support.hear(settled("cyd", MONDAY + 9 * HOUR, "no-offer-made"))
    await support.published_at(MONDAY + 20 * HOUR)
    (kept,) = await support.published_at(MONDAY + 33 * HOUR)
    assert (kept.as_of, kept.all_settled) == (datetime(2026, 3, 3, 18, tzinfo=UTC), Answer.YES)
    assert (kept.due, kept.settled, kept.overdue) == (3, 3, 0)


async def test_an_offer_that_is_overdue_shows_as_a_word(support: SupportSide) -> None:
    await support.hear(named("ana", "ben"))
    await support.hear(owed("ana", MONDAY), owed("ben", MONDAY), settled("ana", MONDAY + HOUR))
    (said,) = await support.published_at(MONDAY + 33 * HOUR)
    assert (said.all_settled, said.due, said.settled, said.overdue) == (Answer.NOT_YET, 2, None, None)


async def test_who_asks_for_herself_is_in_no_answer(support: SupportSide) -> None:
    await support.hear(named("ana", "ben"))
    await support.hear(owed("ana", MONDAY), owed("ben", MONDAY), owed("self", MONDAY, route="self"))
    await support.hear(settled("ana", MONDAY + HOUR), settled("ben", MONDAY + HOUR))
    (said,) = await support.published_at(MONDAY + 33 * HOUR)
    assert (said.all_settled, said.due) == (Answer.YES, 2)


async def test_nobody_keeps_who_they_were_and_made_up_incidents_are_not_published(support: SupportSide) -> None:
    await support.hear(named("ana", "ben", synthetic=True))
    assert await support.published_at(MONDAY + 33 * HOUR) == []
    support.clock.set(MONDAY)
    await support.hear(named("ana"), named("ana", "ben", revision=2))
    async with support.unit_of_work() as tx:
        rows = (await tx.connection.execute(text("select named, incident from compliance_named"))).all()
    assert len(rows) == 2
    assert all(row.named.startswith("nam_") for row in rows)
