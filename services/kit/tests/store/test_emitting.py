"""What goes out, and who is woken for it."""

from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from sqlalchemy import text

from aftercare.kit.clock import FixedClock
from aftercare.kit.messaging.envelope import written
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.transaction import Transaction, UnitOfWork

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Rang:
    """A message of a doorbell."""

    type: ClassVar[str] = "org.example.rang.v1"
    tombstone: ClassVar[bool] = False
    topic = "bells"

    def key(self) -> str:
        return "front"

    @classmethod
    def dataschema(cls) -> str:
        return "urn:org:example:rang:v1"

    def model_dump_json(self, *, exclude_none: bool = False) -> str:
        return '{"times":2}' if exclude_none else '{"times":2,"by":null}'


class Gone(Rang):
    """There is no such bell any more."""

    tombstone: ClassVar[bool] = True


@pytest.mark.parametrize("message", [Rang(), Gone()])
def test_what_was_written_before_goes_out_as_if_it_were_written_now(message: Rang) -> None:
    transaction: Any = Transaction(connection=None, now=NOW, source="urn:test")  # type: ignore[arg-type]
    ids = [transaction.emit(message), transaction.emit(written(message))]
    now, before = transaction._outbox
    assert ids == [now.headers["ce_id"], before.headers["ce_id"]]
    own = ("ce_id", "ce_correlationid")
    said = [{name: value for name, value in row.headers.items() if name not in own} for row in (now, before)]
    assert said[0] == said[1]
    assert (now.topic, now.key, now.value) == (before.topic, before.key, before.value)


@pytest.mark.real
async def test_many_commits_in_a_row_wake_nobody_and_leave_everything(database: Any) -> None:
    engine, kicks = create_engine(database()), list[int]()
    unit_of_work = UnitOfWork(engine, FixedClock(NOW), "urn:test", lambda: kicks.append(1))
    for _ in range(3):
        async with unit_of_work.without_kick()() as tx:
            tx.emit(Rang())
    assert kicks == []
    async with unit_of_work() as tx:
        tx.emit(Rang())
    assert kicks == [1]
    async with engine.connect() as connection:
        assert await connection.scalar(text("select count(*) from outbox where key = 'front'")) == 4
    await engine.dispose()
