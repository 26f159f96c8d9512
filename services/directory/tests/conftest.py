"""What the directory's tests share: keys, rules, and the service on two real databases."""

import base64
import io
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text

from aftercare.directory.adapters.roster_file import RosterFile
from aftercare.directory.bootstrap import Directory, wire
from aftercare.directory.config import DirectorySettings
from aftercare.directory.entrypoints.api import create_app
from aftercare.directory.service_layer.roster_import import Options, Report
from aftercare.kit.clock import FixedClock
from aftercare.kit.ids import new_reference
from aftercare.kit.messaging.consumer import Received
from aftercare.kit.privacy.sealed import new_key_pair, seal
from aftercare.kit.service import Runtime, Service
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.transaction import UnitOfWork
from aftercare.schemas.identity import IdentifierKind, IdentityAskedV1

from .asking import Doorman

HERE = Path(__file__).parent
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PUBLIC_JWK, PRIVATE_JWK = new_key_pair("test")


def key(filler: str) -> str:
    """A key of 32 bytes that is easy to tell from the others."""
    return base64.b64encode(filler.encode() * 32).decode()


def settings_for(database_url: str, keys_url: str, **more: Any) -> DirectorySettings:
    """Settings of a test, complete without the environment."""
    return DirectorySettings(
        _env_file=None,
        **{
            "profile": "local",
            "database_url": SecretStr(database_url),
            "contact_keys_database_url": SecretStr(keys_url),
            "kafka_bootstrap": "127.0.0.1:9",
            "contact_master_key": SecretStr(key("m")),
            "identifier_keys": SecretStr(f"k1:{key('i')}"),
            "login_key": SecretStr(key("l")),
            "blind_index_key": SecretStr(key("b")),
            "directory_private_key": SecretStr(json.dumps(PRIVATE_JWK)),
            "organisation": "demo-organisation",
            "roster_country_prefix": "+44",
            **more,
        },
    )


@dataclass
class World:
    """The directory on real databases, and what it has published."""

    directory: Directory
    clock: FixedClock
    settings: DirectorySettings

    async def roster(self, content: str | bytes, **options: bool) -> Report:
        """Import a roster file."""
        data = content.encode() if isinstance(content, str) else content
        return await self.directory.roster.run(RosterFile(io.BytesIO(data)), Options(**options), _quietly)

    async def published(self) -> list[tuple[str, str, dict[str, Any] | None]]:
        """Type, key and value of all events in the outbox, which is emptied."""
        async with self.directory.unit_of_work() as tx:
            rows = await tx.connection.execute(
                text("with gone as (delete from outbox returning *) select * from gone order by id")
            )
            return [
                (row.headers["ce_type"].split(".")[-2], row.key.decode(), json.loads(row.value) if row.value else None)
                for row in rows
            ]

    async def rows(self, sql: str, **params: Any) -> list[Any]:
        async with self.directory.unit_of_work() as tx:
            return list(await tx.connection.execute(text(sql), params))

    async def token_of(self, number: str) -> str:
        """The person token behind an employee number."""
        mac = self.directory.tokens.employee_number(number)
        rows = await self.rows("select person from blind_index where field = 'employee-number' and mac = :m", m=mac)
        return str(rows[0].person)


async def _quietly(_report: Report) -> None:
    pass


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def world_settings(database: Any) -> DirectorySettings:
    """Settings for two fresh, migrated databases."""
    root = HERE.parent
    return settings_for(database(migrations=root / "migrations"), database(migrations=root / "migrations_keys"))


@pytest.fixture
async def open_world(clock: FixedClock) -> AsyncIterator[Callable[[DirectorySettings], World]]:
    """Opens the directory with given settings, as another process would, and closes it at the end."""
    opened: list[World] = []

    def make(settings: DirectorySettings) -> World:
        engine = create_engine(settings.database_url.get_secret_value())
        directory = wire(UnitOfWork(engine, clock, "urn:aftercare:directory"), settings)
        opened.append(World(directory, clock, settings))
        return opened[-1]

    yield make
    for world in opened:
        await world.directory.unit_of_work.engine.dispose()
        await world.directory.keys.engine.dispose()


@pytest.fixture
def world(open_world: Callable[[DirectorySettings], World], world_settings: DirectorySettings) -> World:
    return open_world(world_settings)


@pytest.fixture
def ask(world: World) -> Callable[..., Received[IdentityAskedV1]]:
    """Makes a question as `intake` sends it."""

    def make(value: str, *, system: str = "inc", kind: str = "identifier", token: str | None = None) -> Any:
        message = IdentityAskedV1(
            question=new_reference("que"),
            person=token or world.directory.tokens.identifiers.token(system, kind, value),
            kind=IdentifierKind(kind),
            sealed=seal(PUBLIC_JWK, {"system": system, "kind": kind, "value": value}),
            source="incident-system",
            asked=START,
        )
        return Received("urn:test", new_reference("evt"), message)

    return make


@pytest.fixture
def app(world: World) -> FastAPI:
    service = Service("directory", world.directory)
    runtime = Runtime("directory", world.clock, world.directory.unit_of_work, lambda _name: None)
    return create_app(service, runtime, Doorman())  # type: ignore[arg-type]


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://directory") as client:
        yield client
