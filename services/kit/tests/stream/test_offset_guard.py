"""The guard on Faust's commits. When Faust's version changes, `test_the_guard_is_for_this_version` fails: read it."""

import asyncio
from collections import defaultdict
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from faust.transport.drivers.aiokafka import Consumer
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from aftercare.kit.stream import offset_guard
from aftercare.kit.stream.offset_guard import Delivered, WrongFaustError

TP0 = TP("t", 0)


class FakeConsumer:
    """What Faust's consumer keeps about its partitions, and the patched method."""

    def __init__(self) -> None:
        self._acked: Any = defaultdict(list)
        self._acked_index: Any = defaultdict(set)

    def deliver(self, *offsets: int) -> None:
        for offset in offsets:
            offset_guard.delivered_by(self).setdefault(TP0, Delivered()).add(offset)

    def ack(self, *offsets: int) -> None:
        self._acked[TP0].extend(offsets)
        self._acked_index[TP0].update(offsets)

    def commit(self) -> int | None:
        return offset_guard.new_offset(self, TP0)


@pytest.fixture
def consumer() -> FakeConsumer:
    return FakeConsumer()


def test_the_guard_is_for_this_version() -> None:
    """On a new Faust: does `_new_offset` still need us? If upstream pull request 707 is in, delete the guard."""
    assert version("faust-streaming") == offset_guard.FAUST_VERSION == "0.15.3"


def test_another_version_is_refused() -> None:
    with pytest.raises(WrongFaustError):
        offset_guard.install(Consumer, "0.15.4")


def test_what_is_patched_is_there_and_is_patched_once() -> None:
    offset_guard.install(Consumer, faust.__version__)
    patched = Consumer._new_offset
    offset_guard.install(Consumer, faust.__version__)
    assert Consumer._new_offset is patched is offset_guard.new_offset


def test_an_unfinished_message_at_the_head_is_never_committed_over(consumer: FakeConsumer) -> None:
    consumer.deliver(0, 1, 2, 3)
    consumer.ack(1, 2, 3)
    assert consumer.commit() is None
    consumer.ack(0)
    assert consumer.commit() == 4


def test_the_same_after_earlier_commits(consumer: FakeConsumer) -> None:
    consumer.deliver(*range(10, 20))
    consumer.ack(10, 11, 12)
    assert consumer.commit() == 13
    consumer.ack(14, 15)
    assert consumer.commit() is None
    consumer.ack(13)
    assert consumer.commit() == 16
    assert consumer.commit() is None


def test_offsets_that_compaction_removed_hold_up_nothing(consumer: FakeConsumer) -> None:
    consumer.deliver(0, 7, 8, 30)
    consumer.ack(0, 7)
    assert consumer.commit() == 8
    consumer.ack(8, 30)
    assert consumer.commit() == 31


def test_a_message_delivered_again_after_a_seek_counts_once(consumer: FakeConsumer) -> None:
    consumer.deliver(5, 6, 7)
    consumer.ack(5)
    assert consumer.commit() == 6
    consumer.deliver(5, 6, 7, 8)
    consumer.ack(6, 7, 8)
    assert consumer.commit() == 9


def test_a_partition_that_was_never_delivered_commits_nothing(consumer: FakeConsumer) -> None:
    consumer.ack(3)
    assert consumer.commit() is None


def test_a_partition_given_away_is_forgotten() -> None:
    offset_guard.install(Consumer, faust.__version__)
    consumer: Any = SimpleNamespace(_delivered={TP0: Delivered()})
    with pytest.raises(AttributeError):  # the original goes on with what this stand-in lacks
        asyncio.run(Consumer.on_partitions_revoked(consumer, {TP0}))
    assert consumer._delivered == {}


@given(st.lists(st.integers(1, 5), min_size=1, max_size=30), st.data())
def test_a_commit_never_passes_an_unfinished_message(steps: list[int], data: st.DataObject) -> None:
    consumer, offsets, at = FakeConsumer(), [], 0
    for step in steps:
        at += step
        offsets.append(at)
    consumer.deliver(*offsets)
    finished: set[int] = set()
    for offset in data.draw(st.permutations(offsets)):
        consumer.ack(offset)
        finished.add(offset)
        committed = consumer.commit()
        if committed is not None:
            assert all(each in finished for each in offsets if each < committed)
            assert committed - 1 in finished
    assert finished == set(offsets)
    assert consumer._acked[TP0] == []
