"""The guard on Faust's commits. When Faust's version changes, `test_the_guard_is_for_this_version` fails: read it."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any, cast

import faust
import pytest
from faust.transport.consumer import Consumer as BaseConsumer
from faust.transport.drivers.aiokafka import Consumer
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from aftercare.kit.stream import offset_guard
from aftercare.kit.stream.offset_guard import Delivered, WrongFaustError

TP0 = TP("t", 0)


class FakeConsumer:
    """What Faust's consumer keeps about its partitions, its own `ack`, and a broker that may refuse a commit."""

    def __init__(self) -> None:
        self.app = SimpleNamespace(topics=SimpleNamespace(acks_enabled_for=lambda _topic: True))
        self.at_broker: int | None = None
        self.is_refused = False
        self.meanwhile: Callable[[], None] = lambda: None
        self._waiting_for_ack = None
        self._unacked_messages: set[Any] = set()
        self._n_acked = 0
        self.assign()

    def assign(self) -> None:
        """As after a rebalance: nothing is known but what the broker has."""
        self.__dict__.pop("_delivered", None)
        self._acked: Any = defaultdict(list)
        self._acked_index: Any = defaultdict(set)
        self._committed_offset: Any = defaultdict(lambda: None)
        if self.at_broker is not None:
            self._committed_offset[TP0] = self.at_broker

    def assignment(self) -> set[TP]:
        return {TP0}

    def deliver(self, *offsets: int) -> None:
        for offset in offsets:
            offset_guard.delivered_by(self).setdefault(TP0, Delivered()).add(offset)

    def ack(self, *offsets: int) -> None:
        """By Faust's own code, which forgets what is below the committed offset."""
        for offset in offsets:
            BaseConsumer.ack(cast("Any", self), cast("Any", Message(offset)))

    def commit(self) -> int | None:
        """What Faust commits each second. Returns the offset that the broker took, if it is news."""
        position = offset_guard.new_offset(self, TP0)
        if position is None or position <= (self._committed_offset[TP0] or -1):
            return None
        return position if asyncio.run(offset_guard.commit_offsets(self, {TP0: position})) else None

    async def _commit(self, offsets: dict[TP, int]) -> bool:
        is_refused, meanwhile, self.meanwhile = self.is_refused, self.meanwhile, lambda: None
        if not is_refused:
            self.at_broker = offsets[TP0]
        meanwhile()
        return not is_refused


class Message:
    """A message of the one partition, as far as `ack` looks."""

    def __init__(self, offset: int) -> None:
        self.acked, self.tp, self.topic, self.offset = False, TP0, TP0.topic, offset


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
    assert Consumer._commit_offsets is offset_guard.commit_offsets


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


def test_a_commit_that_the_group_refused_is_tried_again(consumer: FakeConsumer) -> None:
    consumer.deliver(0, 1, 2)
    consumer.ack(0, 1, 2)
    consumer.is_refused = True
    assert consumer.commit() is None
    consumer.is_refused = False
    assert consumer.commit() == 3


def test_a_commit_refused_by_a_rebalance_holds_up_nothing_that_comes_again_after_it(consumer: FakeConsumer) -> None:
    """The first commit of a fresh group meets a rebalance: the broker has no offset yet, so all is delivered again."""
    consumer.deliver(0, 1, 2)
    consumer.ack(0, 1, 2)
    consumer.is_refused, consumer.meanwhile = True, consumer.assign
    assert consumer.commit() is None
    consumer.is_refused = False
    consumer.deliver(0, 1, 2, 3)
    consumer.ack(0, 1, 2, 3)
    assert consumer.commit() == 4


def test_a_commit_that_waited_for_the_broker_through_a_rebalance_is_no_news_about_what_comes_after(
    consumer: FakeConsumer,
) -> None:
    consumer.deliver(0, 1, 2)
    consumer.ack(0)
    assert consumer.commit() == 1

    def rejoined() -> None:
        """The place in the partition was asked for before the commit arrived."""
        consumer.at_broker = 1
        consumer.assign()
        consumer.deliver(1, 2)
        consumer.at_broker = 3

    consumer.ack(1, 2)
    consumer.meanwhile = rejoined
    consumer.commit()
    consumer.deliver(3)
    consumer.ack(1, 2, 3)
    assert consumer.commit() == 4


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


@given(st.lists(st.tuples(st.sampled_from(["deliver", "ack", "refuse", "rebalance", "commit"]), st.integers(1, 4))))
def test_whatever_the_group_does_no_commit_is_early_and_in_the_end_all_is_committed(
    steps: list[tuple[str, int]],
) -> None:
    consumer = FakeConsumer()
    handled: set[int] = set()
    read = 0

    def finish(offsets: Iterable[int]) -> None:
        consumer.ack(*offsets)
        handled.update(offsets)

    def rebalance() -> None:
        nonlocal read
        consumer.assign()
        read = consumer.at_broker or 0

    for step, number in steps:
        consumer.is_refused = step in ("refuse", "rebalance")
        if step == "deliver":
            consumer.deliver(*range(read, read + number))
            read += number
        elif step == "ack":
            finish(range(max(0, read - number), read, 2))
        elif step == "rebalance":
            consumer.meanwhile = rebalance
            consumer.commit()
            consumer.meanwhile()
        else:
            consumer.commit()
        assert handled >= set(range(consumer.at_broker or 0))
    consumer.is_refused, consumer.meanwhile = False, lambda: None
    consumer.deliver(*range(consumer.at_broker or 0, read + 1))
    finish(range(read + 1))
    consumer.commit()
    assert consumer.at_broker == read + 1
