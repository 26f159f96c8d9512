"""One outreach service in a test: real Postgres, a clock that stands still, couriers and contacts in memory."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from pydantic import SecretStr
from sqlalchemy import text

from aftercare.kit.clock import FixedClock
from aftercare.kit.messaging.consumer import Received
from aftercare.kit.messaging.envelope import Cause
from aftercare.kit.service import DueTimer, Runtime, Service
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.outreach.application import Outreach
from aftercare.outreach.bootstrap import Ports, bootstrap
from aftercare.outreach.config import OutreachSettings
from aftercare.outreach.domain.vocabulary import Channel
from aftercare.outreach.entrypoints.api import create_app
from aftercare.outreach.service_layer.ports import Contact, ContactGone, Contacts, Courier, Letter, Refused, TryLater
from aftercare.programme.loader import load_organisation, load_programme
from aftercare.schemas.base import Message
from aftercare.schemas.outreach_request import CardGrantedV1, ContactRequestedV1, Purpose
from aftercare.schemas.staff import ChannelKind

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
RECEIPT_TOKEN = "let-me-in-please"
PUBLIC = "https://care.example.org"


def ref(prefix: str) -> str:
    return f"{prefix}_{uuid4().hex}"


class FakeCourier:
    """Keeps what it is given; fails as told."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []
        self.tried: list[Letter] = []
        self.fail_with: list[Exception] = []

    async def send(self, letter: Letter) -> None:
        self.tried.append(letter)
        if self.fail_with:
            raise self.fail_with.pop(0)
        self.sent.append(letter)

    async def close(self) -> None:
        pass


class FakeContacts:
    """Contacts by token."""

    def __init__(self) -> None:
        self.known: dict[str, Contact] = {}
        self.down = False
        self.asked: list[str] = []
        self.for_cards: list[str] = []

    async def resolve(self, person: str, *, for_card: bool = False) -> Contact:
        self.asked.append(person)
        self.for_cards += [person] if for_card else []
        if self.down:
            raise TryLater("directory-down")
        if person not in self.known:
            raise ContactGone
        return self.known[person]


@dataclass
class World:
    """What a test holds in its hands."""

    runtime: Runtime
    service: Service
    clock: FixedClock
    contacts: FakeContacts
    mail: FakeCourier
    sms: FakeCourier
    web: httpx.AsyncClient
    woken: list[str] = field(default_factory=list)

    @property
    def app(self) -> Outreach:
        application: Outreach = self.service.application
        return application

    def person(self, *, sms: bool = True, email: bool = True, zone: str = "Europe/London", language: str = "en") -> str:
        """Somebody whom `directory` knows."""
        person = ref("per")
        addresses = []
        if email:
            addresses.append((Channel.EMAIL, f"{person}@staff.example"))
        if sms:
            addresses.append((Channel.SMS, "+441632960111"))
        self.contacts.known[person] = Contact("Robin Example", language, zone, tuple(addresses))
        return person

    async def hear(self, *messages: Message) -> None:
        """Messages arrive on the topic, in one batch."""
        batch = [
            Received("urn:test", str(uuid4()), message, Cause(correlation_id=str(uuid4()))) for message in messages
        ]
        async with self.runtime.unit_of_work() as tx:
            await self.service.consumers[0].handle(tx, batch)

    async def request(self, person: str | None, purpose: Purpose = Purpose.OFFER, **more: Any) -> ContactRequestedV1:
        """`support` asks to reach somebody."""
        message = contact_requested(person, purpose, requested=self.clock.now(), **more)
        await self.hear(message)
        return message

    async def send(self) -> None:
        """The sender does what is due."""
        await self.app.sender.drain()

    async def pass_time(self, by: timedelta) -> None:
        """Time goes by, from timer to timer, as it would."""
        until = self.clock.now() + by
        await self.settle()
        while (due := await self._next_due(until)) is not None:
            self.clock.set(max(due, self.clock.now()))
            await self.settle()
        self.clock.set(until)
        await self.settle()

    async def settle(self) -> None:
        """Fire due timers and send due messages until there is nothing left to do now."""
        while await self._fire():
            pass
        await self.send()
        while await self._fire():
            await self.send()

    async def offer(self, **more: Any) -> tuple[str, ContactRequestedV1]:
        """Somebody gets an offer by mail. Returns person and request."""
        person = self.person()
        request = await self.request(person, urgent=more.pop("urgent", False), **more)
        await self.pass_time(timedelta(minutes=3))
        return person, request

    async def events(self, kind: str = "") -> list[dict[str, Any]]:
        """What has been put into the outbox, in order."""
        rows = await self.rows("select headers, value from outbox order by id")
        return [
            {"type": row.headers["ce_type"], **json.loads(bytes(row.value))}
            for row in rows
            if kind in row.headers["ce_type"]
        ]

    async def rows(self, sql: str, **values: Any) -> Sequence[Any]:
        async with self.runtime.unit_of_work() as tx:
            return (await tx.connection.execute(text(sql), values)).all()

    async def snapshot(self) -> dict[str, list[Any]]:
        """Every row of every table that an answer could change."""
        tables = ("approach", "request", "message", "answer", "card", "card_look", "confirmation", "outbox", "receipt")
        return {name: [tuple(row) for row in await self.rows(f"select * from {name} order by 1")] for name in tables}

    async def _fire(self) -> int:
        async with self.runtime.unit_of_work() as tx:
            rows = (
                await tx.connection.execute(
                    text("delete from timer where due_at <= :now returning owner, kind, due_at, payload"),
                    {"now": tx.now},
                )
            ).all()
            for row in rows:
                await self.service.timers[row.kind](tx, [DueTimer(*row)])
        return len(rows)

    async def _next_due(self, until: datetime) -> datetime | None:
        rows = await self.rows("select min(due_at) as due from timer where due_at <= :until", until=until)
        due: datetime | None = rows[0].due
        return due


def contact_requested(person: str | None, purpose: Purpose = Purpose.OFFER, **more: Any) -> ContactRequestedV1:
    prefix = {Purpose.SUPPORTER_ASK: "asg", Purpose.SUPPORTER_CARD: "asg", Purpose.COORDINATOR_TASK: "tsk"}
    fields: dict[str, Any] = {
        "request": ref("req"),
        "purpose": purpose,
        "regarding": ref(prefix.get(purpose, "cas")),
        "person": person,
        "zone": "Europe/London",
        "language": "en",
        "channels": (ChannelKind.EMAIL, ChannelKind.SMS),
        "requested": NOON,
    }
    return ContactRequestedV1(**(fields | more))


def card_granted(request: ContactRequestedV1, person: str, now: datetime, **more: Any) -> CardGrantedV1:
    fields: dict[str, Any] = {
        "card": ref("crd"),
        "request": request.request,
        "regarding": request.regarding,
        "person": person,
        "holder": request.person,
        "duty": request.duty,
        "granted": now,
        "expires": now + timedelta(days=7),
    }
    return CardGrantedV1(**(fields | more))


def link_in(letter: Letter) -> str:
    """The path of the one link in a letter, with its query."""
    found = set(re.findall(rf"{re.escape(PUBLIC)}(/[ac]/[A-Za-z0-9_-]{{43}}\?lang=[a-z]+)", letter.text))
    assert len(found) == 1, "a letter has one link"
    return found.pop()


def nonce_in(page: str) -> str:
    match = re.search(r'name="nonce" value="([^"]+)"', page)
    assert match is not None, "the confirm page has a nonce"
    return match.group(1)


async def choose_and_confirm(web: httpx.AsyncClient, link: str, choice: str) -> httpx.Response:
    """What a person does: choose, read, confirm."""
    asked = await web.post(link, data={"choice": choice})
    assert asked.status_code == 200
    return await web.post(link, data={"choice": choice, "nonce": nonce_in(asked.text)})


def settings(database_url: str, **more: Any) -> OutreachSettings:
    fields: dict[str, Any] = {
        "profile": "local",
        "database_url": SecretStr(database_url),
        "kafka_bootstrap": "127.0.0.1:1",
        "public_url": PUBLIC,
        "smtp_url": SecretStr("smtp://127.0.0.1:1?starttls=none"),
        "directory_url": "http://127.0.0.1:1",
        "receipt_token": SecretStr(RECEIPT_TOKEN),
    }
    return OutreachSettings(**(fields | more))


def build(database_url: str, *, contacts: Contacts | None = None, mail: Courier | None = None, **more: Any) -> World:
    """A world on a migrated database."""
    clock = FixedClock(NOON)
    woken: list[str] = []
    unit_of_work = UnitOfWork(create_engine(database_url), clock, "urn:aftercare:outreach")
    runtime = Runtime("outreach", clock, unit_of_work, woken.append)
    fake_contacts, fake_mail, fake_sms = FakeContacts(), FakeCourier(), FakeCourier()
    ports = Ports(
        contacts=contacts or fake_contacts,
        couriers={Channel.EMAIL: mail or fake_mail, Channel.SMS: fake_sms},
        programme=load_programme("generic"),
        organisation=load_organisation("demo-organisation"),
    )
    service = bootstrap(runtime, settings(database_url, **more), ports)
    app = create_app(service, runtime)
    web = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC)
    return World(runtime, service, clock, fake_contacts, fake_mail, fake_sms, web, woken)


__all__ = ["NOON", "Refused", "TryLater", "World", "build", "card_granted", "contact_requested"]
