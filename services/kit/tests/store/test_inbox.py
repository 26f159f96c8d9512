"""The inbox's marks and their end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from aftercare.kit.clock import FixedClock
from aftercare.kit.store import inbox
from aftercare.kit.store.engine import create_engine, driver_url
from aftercare.kit.store.transaction import UnitOfWork

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.real
async def test_marks_are_forgotten_after_their_time_and_not_before(database: Any) -> None:
    engine, clock = create_engine(database()), FixedClock(NOW)
    unit_of_work = UnitOfWork(engine, clock, "urn:test")
    async with unit_of_work() as tx:
        assert await inbox.mark(tx, "c", [("s", "old"), ("s", "old")]) == {("s", "old")}
    clock.set(NOW + timedelta(days=10))
    async with unit_of_work() as tx:
        assert await inbox.mark(tx, "c", [("s", "old"), ("s", "new")]) == {("s", "new")}
        assert await inbox.mark(tx, "another", [("s", "old")]) == {("s", "old")}
        await tx.connection.execute(
            text(
                "insert into inbox select 'x', 's', n::text, cast(:at as timestamptz) from generate_series(1, 12000) n"
            ),
            {"at": NOW},
        )
    clock.set(NOW + inbox.INBOX_RETENTION + timedelta(seconds=1))
    assert await inbox.purge(unit_of_work) == 12_001
    async with unit_of_work() as tx:
        assert await inbox.known(tx, "c", [("s", "old"), ("s", "new")]) == {("s", "new")}
    await engine.dispose()


def test_a_database_url_of_another_kind_is_refused() -> None:
    assert driver_url("postgresql://u:p@h/d") == "postgresql+asyncpg://u:p@h/d"
    with pytest.raises(ValueError, match="AFTERCARE_DATABASE_URL"):
        driver_url("sqlite:///x")
