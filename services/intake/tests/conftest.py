"""Synthetic records and a wired service for these tests. Every name in here is made up."""

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from aftercare.intake.adapters.ledger_writes import LedgerWrites
from aftercare.intake.adapters.naming import KeyedNaming
from aftercare.intake.adapters.vault import AesVault
from aftercare.intake.bootstrap import Application
from aftercare.intake.config import IntakeSettings
from aftercare.intake.domain.examine import Delivery, Door
from aftercare.intake.domain.source import Places, Source, Sources
from aftercare.intake.entrypoints.api import create_app
from aftercare.intake.service_layer.receive import Arrival, Intake
from aftercare.intake.service_layer.take import Taken
from aftercare.kit.auth.principal import Principal, Unauthenticated
from aftercare.kit.clock import FixedClock
from aftercare.kit.privacy.identifiers import IdentifierKeyring
from aftercare.kit.privacy.sealed import new_key_pair
from aftercare.kit.service import Runtime, Service
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.transaction import UnitOfWork

MIGRATIONS = Path(__file__).parents[1] / "migrations"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = bytes(range(32))
PUBLIC, PRIVATE = new_key_pair("test")
SAFETY = Source(
    "safety",
    base_url="https://fhir.hill.example/r4",
    zone="Europe/London",
    identifier_system="urn:hill:staff",
    harm_scale="nrls",
    ce_sources=("//safety.hill.example",),
    clients=("safety-client",),
)
PLACES = Places({"hillhospital": "hill"}, {"ward7": ("hill", "ward-7")})


@pytest.fixture
def door() -> Door:
    return Door(Sources((SAFETY,)), PLACES)


@pytest.fixture
def adverse_event() -> Callable[..., dict[str, Any]]:
    """An R4 AdverseEvent with two people; keyword arguments replace fields, `None` removes one."""

    def make(**changes: Any) -> dict[str, Any]:
        event: dict[str, Any] = {
            "resourceType": "AdverseEvent",
            "id": "ae-1",
            "meta": {"versionId": "1", "lastUpdated": "2026-03-02T08:00:00Z"},
            "identifier": {"system": "urn:hill:incidents", "value": "2026-0042"},
            "actuality": "actual",
            "event": {"text": "Wrong dose given to Berta Beispiel"},
            "subject": {"reference": "Patient/pat-9", "display": "Berta Beispiel"},
            "date": "2026-03-01",
            "detected": "2026-03-01T23:10:00+00:00",
            "recordedDate": "2026-03-02T07:55:00Z",
            "severity": {"coding": [{"code": "moderate"}]},
            "seriousness": {"coding": [{"code": "Non-serious"}]},
            "location": {"display": "Ward 7"},
            "recorder": {"reference": "Practitioner/rec-1", "display": "Rolf Recorder"},
            "contributor": [{"identifier": {"system": "urn:hill:staff", "value": "N-1001"}}],
        }
        event.update(changes)
        return {name: value for name, value in event.items() if value is not None}

    return make


@pytest.fixture
def source_event() -> Callable[..., dict[str, Any]]:
    """A CloudEvent of our own contract."""

    def make(name: str, data: dict[str, Any], **changes: Any) -> dict[str, Any]:
        event = {
            "specversion": "1.0",
            "id": f"{name}-1",
            "source": "//safety.hill.example/incidents",
            "type": f"org.aftercare.source.{name}",
            "data": data,
        }
        return event | changes

    return make


def naming() -> KeyedNaming:
    return KeyedNaming(IdentifierKeyring((("k1", KEY),)), KEY, json.dumps(PUBLIC))


def intake_with(door: Door, told: list[Taken]) -> Intake:
    return Intake(door, LedgerWrites(naming(), AesVault((KEY,)), 30), told.append)


class Running:
    """`intake` on a real database: give it records, look at what it published and keeps."""

    def __init__(self, url: str, door: Door) -> None:
        self.clock = FixedClock(NOW)
        self.engine = create_engine(url, name="test intake")
        self.unit_of_work = UnitOfWork(self.engine, self.clock, "urn:aftercare:intake")
        self.told: list[Taken] = []
        self.intake = intake_with(door, self.told)

    async def take(self, *records: Any, source: str | None = "safety") -> list[Taken]:
        """Each record as a delivery of its own, all in one transaction; the first ending of each."""
        arrivals = [Arrival(Delivery(_bytes(record), {}, source)) for record in records]
        async with self.unit_of_work() as tx:
            results = await self.intake.receive(tx, arrivals)
        return [one for taken in results for one in taken]

    async def published(self, topic: str | None = None) -> list[tuple[str, dict[str, Any]]]:
        """Type and content of all that waits in the outbox, in order."""
        async with self.engine.connect() as connection:
            rows = (await connection.execute(text("select topic, headers, value from outbox order by id"))).all()
        return [
            (row.headers["ce_type"], json.loads(row.value))
            for row in rows
            if "ce_type" in row.headers and topic in (None, row.topic)
        ]

    async def rows(self, statement: str) -> list[Any]:
        async with self.engine.connect() as connection:
            return list((await connection.execute(text(statement))).all())


def _bytes(record: Any) -> bytes | None:
    if record is None or isinstance(record, bytes):
        return record
    return json.dumps(record).encode()


@pytest.fixture
async def running(database: Any, door: Door) -> AsyncIterator[Running]:
    """The service on a fresh, migrated, real database."""
    service = Running(database(migrations=MIGRATIONS), door)
    yield service
    await service.engine.dispose()


@pytest.fixture
def settings_environment() -> dict[str, str]:
    """All that `intake` needs from its environment, with keys of this test."""
    key = base64.b64encode(KEY).decode()
    return {
        "AFTERCARE_DATABASE_URL": "postgresql://intake:secret@127.0.0.1:1/intake",
        "AFTERCARE_KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "AFTERCARE_IDENTIFIER_KEYS": f"k1:{key}",
        "AFTERCARE_DIRECTORY_PUBLIC_KEY": json.dumps(PUBLIC),
        "AFTERCARE_PATIENT_KEY": key,
        "AFTERCARE_RAW_KEY": key,
        "AFTERCARE_TOKEN_ISSUER": "https://issuer.example",
        "AFTERCARE_TOKEN_AUDIENCE": "aftercare-event",
        "AFTERCARE_TOKEN_JWKS": "https://issuer.example/jwks",
    }


class Badges:
    """Stands in for the authenticator: the token is `role:client:site`."""

    async def authenticated(self, header: str | None) -> Principal:
        if not header:
            raise Unauthenticated("no-token")
        role, client, site = header.removeprefix("Bearer ").split(":")
        return Principal(client, "test", frozenset({role}), frozenset(filter(None, {site})), client)


@pytest.fixture
async def web(running: Any, settings_environment: dict[str, str], monkeypatch: Any) -> AsyncIterator[httpx.AsyncClient]:
    for name, value in settings_environment.items():
        monkeypatch.setenv(name, value)
    settings = IntakeSettings(body_limit=100_000)
    application = Application(settings, running.intake, running.intake.writes.vault)
    runtime = Runtime("intake", running.clock, running.unit_of_work, lambda _: None)
    app = create_app(Service("intake", application), runtime, Badges())  # type: ignore[arg-type]
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake.test") as client:
        yield client


def badge(role: str, client: str = "safety-client", site: str = "") -> dict[str, str]:
    return {"Authorization": f"Bearer {role}:{client}:{site}"}


Take = Callable[..., Awaitable[list[Taken]]]
