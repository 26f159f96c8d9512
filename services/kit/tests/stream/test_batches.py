"""Greedy batches: at once when quiet, full when busy, and never silent about a source that failed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from aftercare.kit.stream.batches import Batches, SourceEnded


class Source:
    """A stream that a test feeds."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[int | BaseException] = asyncio.Queue()
        self.taken = 0

    def feed(self, *items: int | BaseException) -> None:
        for item in items:
            self.queue.put_nowait(item)

    async def __aiter__(self) -> AsyncIterator[int]:
        while True:
            item = await self.queue.get()
            if isinstance(item, BaseException):
                raise item
            self.taken += 1
            yield item


@pytest.fixture
def source() -> Source:
    return Source()


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_single_message_is_handed_out_at_once(source: Source) -> None:
    async with contextlib.aclosing(aiter(Batches(source, 500, linger=3600))) as batches:
        source.feed(1)
        async with asyncio.timeout(5):
            assert await anext(batches) == [1]
            source.feed(2)
            assert await anext(batches) == [2]


async def test_what_is_there_comes_together_in_order_and_no_more_than_a_batch(source: Source) -> None:
    async with contextlib.aclosing(aiter(Batches(source, 10, linger=0))) as batches:
        source.feed(*range(25))
        seen: list[int] = []
        sizes: list[int] = []
        while len(seen) < 25:
            batch = await anext(batches)
            sizes.append(len(batch))
            seen += batch
            await turns()
        assert seen == list(range(25))
        assert max(sizes) == 10


async def test_while_busy_a_batch_is_given_time_to_fill(source: Source) -> None:
    async with contextlib.aclosing(aiter(Batches(source, 20, linger=5))) as batches:
        source.feed(*range(8))
        asking = asyncio.ensure_future(anext(batches))
        first = await asking
        await turns()
        while len(first) < 8:  # the pump and the reader take turns at the very start
            first += await anext(batches)
        busy = asyncio.ensure_future(anext(batches))
        source.feed(*range(8, 28))
        async with asyncio.timeout(4):
            assert len(first) + len(await busy) >= 27


async def test_the_pump_does_not_run_ahead_without_end(source: Source) -> None:
    async with contextlib.aclosing(aiter(Batches(source, 10, linger=0))) as batches:
        source.feed(*range(1000))
        await anext(batches)
        await turns(200)
        assert source.taken <= 10 + 10 + 2


async def test_a_failing_source_is_never_silent(source: Source) -> None:
    async with contextlib.aclosing(aiter(Batches(source, 10, linger=0))) as batches:
        source.feed(1, 2, ConnectionError("gone"))
        seen: list[int] = []
        while len(seen) < 2:
            seen += await anext(batches)
        assert seen == [1, 2]
        with pytest.raises(ConnectionError):
            await anext(batches)


async def test_a_failing_source_wakes_a_reader_that_waits(source: Source) -> None:
    async with contextlib.aclosing(aiter(Batches(source, 10))) as batches:
        waiting = asyncio.ensure_future(anext(batches))
        await turns()
        source.feed(ConnectionResetError())
        with pytest.raises(ConnectionResetError):
            await waiting


async def test_a_source_that_just_ends_is_an_error() -> None:
    async def empty() -> AsyncIterator[int]:
        return
        yield 0

    with pytest.raises(SourceEnded):
        await anext(aiter(Batches(empty(), 10)))


async def test_leaving_in_mid_batch_stops_the_pump_and_hands_out_nothing_more(source: Source) -> None:
    batches = aiter(Batches(source, 2, linger=0))
    source.feed(*range(10))
    await anext(batches)
    await batches.aclose()
    taken = source.taken
    source.feed(11)
    await turns()
    assert source.taken == taken
