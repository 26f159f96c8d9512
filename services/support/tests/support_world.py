"""Support with a real database and a clock that stands still."""

import json
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from aftercare.kit.clock import FixedClock
from aftercare.kit.messaging.consumer import Received
from aftercare.kit.messaging.envelope import Cause
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.timers import Timers as TimerLoop
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.programme import load_organisation, load_programme
from aftercare.schemas import outreach_request, support_case
from aftercare.schemas.base import Message
from aftercare.schemas.registry import decode
from aftercare.support.bootstrap import timers_of
from aftercare.support.service_layer.desk import Policy
from aftercare.support.service_layer.handlers import Handlers

from .saying import Say, ref

MIGRATIONS = Path(__file__).parents[1] / "migrations"
MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class World:
    """Support with a real database. `hear` delivers messages, `said` are the messages that went out."""

    def __init__(self, url: str, policy: Policy | None = None) -> None:
        self.clock = FixedClock(MONDAY_NOON)
        self.engine = create_engine(url)
        self.unit_of_work = UnitOfWork(self.engine, self.clock, "urn:aftercare:support")
        self.policy = policy or Policy(load_programme("generic"), load_organisation("demo-organisation"))
        self.handlers = Handlers(self.policy)
        self.timers = timers_of(self.policy)
        self.say = Say(self.clock)

    async def hear(self, *messages: Message, together: bool = False) -> None:
        """Deliver messages: one transaction each, or all of one topic in one batch."""
        batches = [list(messages)] if together else [[one] for one in messages]
        for batch in batches:
            async with self.unit_of_work() as tx:
                received = [Received("urn:test", str(uuid.uuid4()), one, Cause(causation_id="test")) for one in batch]
                await self._handle_for(batch[0])(tx, received)

    def _handle_for(self, message: Message) -> Any:
        return {
            "aftercare.incident": self.handlers.on_incident,
            "aftercare.rca": self.handlers.on_rca,
            "aftercare.staff": self.handlers.on_staff,
            "aftercare.identity-answer": self.handlers.on_identity_answer,
            "aftercare.answer": self.handlers.on_answer,
            "aftercare.outreach": self.handlers.on_outreach,
        }[str(message.topic)]

    async def said(self) -> list[Message]:
        """Everything published so far, in order."""
        async with self.unit_of_work() as tx:
            rows = await tx.connection.execute(text("select headers, key, value from outbox order by id"))
            found = [decode(row.headers["ce_type"], row.value, key=row.key.decode()) for row in rows]
        assert None not in found
        return [one for one in found if one is not None]

    async def said_of(self, kind: type[Any], **fields: Any) -> list[Any]:
        return [
            one
            for one in await self.said()
            if isinstance(one, kind) and all(getattr(one, name) == value for name, value in fields.items())
        ]

    async def offers(self, name: str | None = None) -> list[outreach_request.ContactRequestedV1]:
        asked = await self.said_of(outreach_request.ContactRequestedV1)
        return [
            one
            for one in asked
            if one.purpose.value.startswith("offer") and (name is None or one.person == ref("per", name))
        ]

    async def requests(self, purpose: str) -> list[outreach_request.ContactRequestedV1]:
        return await self.said_of(outreach_request.ContactRequestedV1, purpose=outreach_request.Purpose(purpose))

    async def rows(self, sql: str, **bound: object) -> list[Any]:
        async with self.unit_of_work() as tx:
            return list((await tx.connection.execute(text(sql), bound)).all())

    async def state(self, name: str) -> str | None:
        """Where the newest case of a person is."""
        rows = await self.rows(
            "select state from support_case where person = :p order by opened_at desc, changed_at desc, revision"
            " limit 1",
            p=ref("per", name),
        )
        return rows[0].state if rows else None

    async def case(self, name: str) -> str:
        """The newest case of a person."""
        rows = await self.rows(
            'select "case" from support_case where person = :p order by opened_at desc, revision limit 1',
            p=ref("per", name),
        )
        return str(rows[0].case)

    async def ends(self, inc: str | None = None) -> dict[str, str]:
        """What every obligation ended in: by involvement, or `nobody`."""
        rows = await self.rows(
            "select coalesce(involvement, rca || stage, 'nobody:' || incident, 'self') as who, settlement, reason,"
            ' unresolved, "case" from obligation where cast(:inc as text) is null or incident = :inc order by 1',
            inc=ref("inc", inc) if inc else None,
        )
        return {row.who: row.reason or row.settlement or row.unresolved for row in rows}

    async def end_of(self, inc: str, name: str) -> str:
        return (await self.ends(inc))[ref("inv", inc + name)]

    async def pass_time(self, **by: float) -> int:
        """Move the clock and fire what is due, again and again until nothing is."""
        until = self.clock.now() + timedelta(**by)
        fired = 0
        while True:
            rows = await self.rows("select min(due_at) as due from timer")
            if rows[0].due is None or rows[0].due > until:
                break
            self.clock.set(max(self.clock.now(), rows[0].due))
            fired += await TimerLoop(self.unit_of_work, self.timers).fire_due()
        self.clock.set(until)
        return fired

    async def supporter(self, name: str, **more: Any) -> None:
        """A supporter, known and trained."""
        await self.hear(self.say.staff(name, **{"unit": "north-ward-7", **more.pop("staff", {})}))
        entry = {"until": MONDAY_NOON + timedelta(days=200), "modes": ["individual"], "cap": 3, "on": True, **more}
        async with self.unit_of_work() as tx:
            await tx.connection.execute(
                text(
                    "insert into supporter (person, trained_until, modes, load_cap, available)"
                    " values (:p, :until, :modes, :cap, :on)"
                ),
                {"p": ref("per", name), **entry},
            )

    async def accepted(self, name: str) -> str:
        """A person was offered support and said yes. Returns their case."""
        await self.hear(self.say.staff(name), self.say.reported(f"of-{name}", name))
        await self.hear(self.say.sent(*(await self.offers(name))))
        case = await self.case(name)
        await self.hear(self.say.answer(case, name, "talk"))
        return case

    async def asked(self) -> list[support_case.AssignmentChangedV1]:
        return await self.said_of(support_case.AssignmentChangedV1, state=support_case.AssignmentState.ASKED)

    async def who_is_asked(self) -> list[str]:
        """Supporters with an open request, as references."""
        rows = await self.rows("select supporter from assignment where state = 'asked' order by asked_at")
        return [row.supporter for row in rows]

    async def snapshot(self) -> str:
        """Everything in every table but the audit trail, to see that doing it twice changes nothing."""
        tables = (
            "obligation",
            "support_case",
            "contact_request",
            "card",
            "assignment",
            "task",
            "timer",
            "staff",
            "incident",
            "identity.identifier",
            "identity.named",
            "outbox",
        )
        found = {}
        for table in tables:
            rows = await self.rows(f"select to_jsonb(t) - 'id' - 'settled_at' as row from {table} t")
            found[table] = Counter(json.dumps(row.row, sort_keys=True) for row in rows)
        return json.dumps({table: sorted(rows.items()) for table, rows in found.items()}, indent=1)
