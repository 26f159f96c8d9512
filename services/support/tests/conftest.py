"""What the tests of support share: a world with a real database, a clock that stands still, and words to say."""

import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from sqlalchemy import text

from aftercare.kit.auth import Principal, Unauthenticated
from aftercare.kit.clock import FixedClock
from aftercare.kit.messaging.consumer import Received
from aftercare.kit.messaging.envelope import Cause
from aftercare.kit.privacy.logins import login_token
from aftercare.kit.service import Service
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.timers import Timers as TimerLoop
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.programme import load_organisation, load_programme
from aftercare.schemas import answer as answers
from aftercare.schemas import identity as identities
from aftercare.schemas import incident, outreach, outreach_request, rca, support_case
from aftercare.schemas import staff as roster
from aftercare.schemas.base import Message
from aftercare.schemas.registry import decode
from aftercare.support.bootstrap import Support, timers_of
from aftercare.support.entrypoints.api import create_app
from aftercare.support.service_layer.desk import Policy
from aftercare.support.service_layer.handlers import Handlers

MIGRATIONS = Path(__file__).parents[1] / "migrations"
KEY = b"k" * 32
MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def ref(prefix: str, name: str) -> str:
    """The same reference for the same name."""
    return f"{prefix}_{uuid.uuid5(uuid.NAMESPACE_OID, prefix + name).hex}"


def token(name: str) -> str:
    return f"v1.k1.{uuid.uuid5(uuid.NAMESPACE_OID, name).hex:_<43}"


def login(name: str) -> str:
    return f"login.v1.{uuid.uuid5(uuid.NAMESPACE_OID, name).hex:_<43}"


class Say:
    """Messages of the other services, about people and incidents that have names here and references there."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.login = login

    def involvement(self, inc: str, name: str, **more: Any) -> incident.Involvement:
        return incident.Involvement(involvement=ref("inv", inc + name), person=token(name), **more)

    def state(self, inc: str, *names: str, revision: int = 1, **more: Any) -> incident.IncidentState:
        involved = tuple(self.involvement(inc, name) for name in names)
        more = {"harm": incident.Harm.SEVERE, "site": "north", **more}
        return incident.IncidentState(
            incident=ref("inc", inc),
            revision=revision,
            source="synthetic",
            received=self.clock.now(),
            harm_rule="test",
            involved=more.pop("involved", involved),
            **more,
        )

    def reported(self, inc: str, *names: str, **more: Any) -> incident.IncidentReportedV1:
        return incident.IncidentReportedV1(state=self.state(inc, *names, **more))

    def amended(self, inc: str, *names: str, **more: Any) -> incident.IncidentAmendedV1:
        return incident.IncidentAmendedV1(state=self.state(inc, *names, **more))

    def withdrawn(self, inc: str, *names: str, **more: Any) -> incident.IncidentWithdrawnV1:
        return incident.IncidentWithdrawnV1(
            state=self.state(inc, *names, **more), reason=incident.WithdrawalReason.ENTERED_IN_ERROR
        )

    def merged(self, inc: str, into: str, *names: str, **more: Any) -> incident.IncidentMergedV1:
        return incident.IncidentMergedV1(state=self.state(inc, *names, **more), into=ref("inc", into))

    def removed(self, inc: str, gone: str, *names: str, **more: Any) -> incident.StaffInvolvedRemovedV1:
        return incident.StaffInvolvedRemovedV1(state=self.state(inc, *names, **more), removed=(ref("inv", inc + gone),))

    def nobody(self, inc: str, **more: Any) -> incident.NobodyInvolvedV1:
        return incident.NobodyInvolvedV1(state=self.state(inc, **more))

    def staff(self, name: str, *others: str, revision: int = 1, **more: Any) -> roster.StaffDescribedV1:
        """A person, behind the identifiers of their own name and of `others`."""
        more = {"site": "north", "unit": "north-icu", "zone": "Europe/London", **more}
        return roster.StaffDescribedV1(
            person=ref("per", name),
            revision=revision,
            identifiers=more.pop("identifiers", tuple(token(each) for each in (name, *others))),
            logins=(self.login(name),),
            languages=("en",),
            channels=(roster.ChannelKind.EMAIL,),
            described=self.clock.now(),
            **more,
        )

    def left(self, name: str) -> roster.StaffRemovedV1:
        return roster.StaffRemovedV1(person=ref("per", name))

    def identity(self, name: str, outcome: str) -> identities.IdentityAnsweredV1:
        return identities.IdentityAnsweredV1(
            person=token(name), outcome=identities.IdentityOutcome(outcome), answered=self.clock.now()
        )

    def _rca(self, name: str, *incidents: str, team: Sequence[str] = (), **more: Any) -> rca.RcaState:
        return rca.RcaState(
            rca=ref("rca", name),
            revision=1,
            source="synthetic",
            incidents=tuple(ref("inc", inc) for inc in incidents),
            team=tuple(token(member) for member in team),
            received=self.clock.now(),
            **more,
        )

    def commissioned(self, name: str, *incidents: str, **more: Any) -> rca.RcaCommissionedV1:
        return rca.RcaCommissionedV1(state=self._rca(name, *incidents, **more))

    def interview(self, name: str, who: str, *incidents: str, held: bool = False, **more: Any) -> Message:
        kind = rca.RcaInterviewHeldV1 if held else rca.RcaInterviewScheduledV1
        return kind(state=self._rca(name, *incidents, **more), interviewee=token(who))

    def answer(self, regarding: str, who: str, choice: str, **more: Any) -> answers.AnswerGivenV1:
        return answers.AnswerGivenV1(
            answer=ref("ans", more.pop("key", None) or f"{regarding}{choice}{self.clock.now()}"),
            regarding=regarding,
            person=ref("per", who),
            choice=answers.Choice(choice),
            given=more.pop("given", self.clock.now()),
            **more,
        )

    def undone(self, given: answers.AnswerGivenV1, request: str) -> answers.AnswerUndoneV1:
        return answers.AnswerUndoneV1(
            answer=given.answer,
            request=request,
            regarding=given.regarding,
            person=given.person,
            undone=self.clock.now(),
        )

    def sent(self, *requests: outreach_request.ContactRequestedV1) -> outreach.MessageStatusChangedV1:
        return outreach.MessageStatusChangedV1(
            message=ref("msg", requests[0].request),
            requests=tuple(one.request for one in requests),
            person=requests[0].person,
            purpose=requests[0].purpose,
            channel=roster.ChannelKind.EMAIL,
            status=outreach.MessageStatus.SENT,
            changed=self.clock.now(),
        )

    def human_needed(
        self, request: outreach_request.ContactRequestedV1, reason: str = "silence"
    ) -> outreach.HumanNeededV1:
        return outreach.HumanNeededV1(
            request=request.request,
            regarding=request.regarding,
            person=request.person,
            reason=outreach.HumanNeededReason(reason),
            needed=self.clock.now(),
        )


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


@pytest.fixture
async def world(database: Any) -> AsyncIterator[World]:
    one = World(database(migrations=MIGRATIONS))
    yield one
    await one.engine.dispose()


@pytest.fixture
def names() -> Any:
    """`names.ref("per", "alice")`, `names.token("alice")`."""
    return type("Names", (), {"ref": staticmethod(ref), "token": staticmethod(token), "login": staticmethod(login)})


class Tokens:
    """Signs people in by name: `Authorization: Bearer name:role[:site]`."""

    async def authenticated(self, header: str | None) -> Principal:
        if not header:
            raise Unauthenticated("no-token")
        name, role, *sites = header.removeprefix("Bearer ").split(":")
        return Principal(name, "https://issuer.example", frozenset({role}), frozenset(sites or ["*"]))


class Http:
    """Calls the API as somebody: `await http("casey:coordinator", "GET", "/tasks")`."""

    def __init__(self, world: World) -> None:
        support = Support(cast("Any", None), world.unit_of_work, world.policy, KEY)
        service = Service("support", support)
        app = create_app(service, cast("Any", None), cast("Any", Tokens()))
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://support.test")
        self.app = app

    async def __call__(self, who: str | None, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {who}"} if who else {}
        return await self.client.request(method, path, json=body, headers=headers)

    @staticmethod
    def login(name: str) -> str:
        return login_token(KEY, "https://issuer.example", name)


@pytest.fixture
async def http(world: World) -> AsyncIterator[Http]:
    one = Http(world)
    world.say.login = one.login
    yield one
    await one.client.aclose()


@pytest.fixture(scope="session")
def shared_database(database_factory: Any) -> Iterator[str]:
    name = f"support_shared_{uuid.uuid4().hex[:8]}"
    yield database_factory.create(name, migrations=MIGRATIONS)
    database_factory.drop(name)


@pytest.fixture
async def shared_world(shared_database: str) -> AsyncIterator[World]:
    """For tests that only read."""
    one = World(shared_database)
    yield one
    await one.engine.dispose()
