"""Connections: asked only after a rest, and replaced when the server has gone."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from aftercare.kit.store import engine as engine_module
from aftercare.kit.store.engine import create_engine

pytestmark = pytest.mark.real


async def backend(engine: AsyncEngine) -> int:
    async with engine.begin() as connection:
        return int(await connection.scalar(text("select pg_backend_pid()")) or 0)


@pytest.fixture
def pings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    asked: list[int] = []
    real = engine_module.ping

    def noting(*arguments: Any) -> None:
        asked.append(1)
        real(*arguments)

    monkeypatch.setattr(engine_module, "ping", noting)
    return asked


async def test_a_connection_in_use_is_not_asked_and_a_rested_one_is(
    database: Any, pings: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine(database())
    first = await backend(engine)
    assert await backend(engine) == first
    assert not pings
    monkeypatch.setattr(engine_module, "RESTED_SECONDS", 0.0)
    assert await backend(engine) == first
    assert pings
    await engine.dispose()


@pytest.mark.parametrize("rested", [0.0, 3600.0])
async def test_a_connection_that_the_server_ended_is_replaced_unseen(
    database: Any, monkeypatch: pytest.MonkeyPatch, rested: float
) -> None:
    monkeypatch.setattr(engine_module, "RESTED_SECONDS", rested)
    url = database()
    engine, other = create_engine(url), create_engine(url)
    first = await backend(engine)
    async with other.begin() as connection:
        await connection.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": first})
    assert await backend(engine) != first
    await engine.dispose()
    await other.dispose()
