"""Lists page by page: each row once, whatever comes and goes meanwhile, and no cursor that breaks anything."""

import json
from base64 import urlsafe_b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import text

from aftercare.kit.ids import random_reference
from aftercare.kit.store.engine import create_engine
from aftercare.kit.store.paging import Cursor, Instant, Order, PageAsked, Reference, UnreadableCursor
from aftercare.kit.testing.paging import CURSORS

START = datetime(2026, 3, 1, tzinfo=UTC)
KEY = Cursor(bool, Instant | None, Reference)


def _cursor(*key: object) -> str:
    return urlsafe_b64encode(json.dumps(key).encode()).decode()


@given(CURSORS)
@example(_cursor(True, "0001-01-01T00:00:00+14:00", "tsk_" + "0" * 32))
@example(_cursor(True, "9999-12-31T23:59:59-14:00", "tsk_" + "0" * 32))
@example(_cursor(True, "2026-03-01T00:00:00", "tsk_" + "0" * 32))
def test_any_text_is_a_key_or_refused_in_words_of_ours(cursor: str) -> None:
    with suppress(UnreadableCursor):
        _, at, reference = KEY.read(cursor)
        assert at is None or at.utcoffset() == timedelta(0)
        assert reference.partition("_")[2].isalnum()


@given(st.booleans(), st.datetimes(timezones=st.just(UTC)) | st.none(), st.integers(0, 16**32 - 1))
def test_a_key_comes_back_to_the_microsecond(urgent: bool, at: datetime | None, number: int) -> None:
    cursor = KEY.write(urgent, at, f"tsk_{number:032x}")
    assert KEY.read(cursor) == (urgent, at, f"tsk_{number:032x}")
    assert all(letter.isalnum() or letter in "-_" for letter in cursor)


@pytest.mark.real
@pytest.mark.parametrize("newest_first", [False, True])
async def test_every_row_that_stays_is_met_once_though_rows_come_and_go(database: Any, newest_first: bool) -> None:
    order: Order[Any] = Order(
        {"not urgent": "boolean", "at": "timestamptz", "row": "text"},
        lambda one: (not one["urgent"], one["at"], one["row"]),
        newest_first=newest_first,
    )
    listing = text(f"select * from listed where true{order.sql}")
    engine = create_engine(database())
    async with engine.connect() as connection:
        await connection.execute(text("create temp table listed (row text, urgent boolean, at timestamptz)"))

        async def add(urgent: bool, hours: int) -> str:
            row = random_reference("row")
            told = {"row": row, "urgent": urgent, "at": START + timedelta(hours=hours)}
            await connection.execute(text("insert into listed values (:row, :urgent, :at)"), told)
            return row

        stay = {await add(urgent, hours) for urgent in (True, False) for hours in (0, 0, 0, 1, 2)}
        seen, after, more = [], None, True
        while more:
            asked = PageAsked(3, after)
            rows = (await connection.execute(listing, order.bound(asked))).mappings()
            page = order.page(asked, [dict(one) for one in rows])
            seen += page.rows
            after, more = page.next, page.next is not None
            if more:
                for hours in (-1, 0, 3):
                    await add(hours == 0, hours)
                first = next(one["row"] for one in seen if one["row"] in stay)
                await connection.execute(text("delete from listed where row = :row"), {"row": first})
            assert len(seen) < 100
    await engine.dispose()
    met = [one["row"] for one in seen]
    assert len(met) == len(set(met))
    assert stay <= set(met)
    keys = [(not one["urgent"], one["at"], one["row"]) for one in seen]
    assert keys == sorted(keys, reverse=newest_first)


@pytest.mark.real
async def test_the_last_page_has_no_next_though_it_is_full(database: Any) -> None:
    order: Order[Any] = Order({"n": "bigint"}, lambda one: (one["n"],))
    engine = create_engine(database())
    async with engine.connect() as connection:
        for asked, more in ((PageAsked(3), False), (PageAsked(2), True)):
            found = await connection.execute(
                text(f"select * from (values (1), (2), (3)) as v(n) where true{order.sql}"), order.bound(asked)
            )
            assert (order.page(asked, [dict(row) for row in found.mappings()]).next is not None) is more
    await engine.dispose()
