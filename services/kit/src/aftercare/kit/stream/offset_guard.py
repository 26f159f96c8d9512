"""Keeps Faust's commits true: never past a message that is still being handled, never held up by one that isn't.

faust-streaming 0.15.3 withholds a commit only when more than one message stands before the acknowledged ones,
and not at all in a fresh group: one unfinished message at the head is committed over and lost after a crash
(upstream issue 606; the fix is pull request 707). Here the commit follows the messages in the order in which they
were delivered, so offsets that don't exist (compacted away) need no bookkeeping.

It also takes a commit that the group refused ("already rebalanced") for done, and from then on ignores what is
acknowledged below it: delivered again after the rebalance, those messages would never be committed. Here only a
commit that succeeded counts, and only for the assignment in which it was begun; the next one tries again.

It is written against one version and refuses any other.
"""

from collections import deque
from collections.abc import Mapping
from typing import Any

FAUST_VERSION = "0.15.3"


class WrongFaustError(RuntimeError):
    """Another version of Faust: look whether it still needs this guard, then change or remove it."""


class Delivered:
    """The offsets of one partition that were delivered in one assignment, in order."""

    def __init__(self) -> None:
        self._waiting: deque[int] = deque()
        self._next = 0
        self._position: int | None = None

    def add(self, offset: int) -> None:
        """A message was delivered; one delivered again after a seek changes nothing."""
        if offset >= self._next:
            self._waiting.append(offset)
            self._next = offset + 1

    def settle(self, settled: set[int], committed: int | None) -> int | None:
        """The offset to commit, after the unbroken run of settled messages; `None` while the very first is unsettled.

        What lies below `committed` is settled: Faust forgets whatever is acknowledged there.
        """
        while self._waiting and (self._waiting[0] in settled or self._waiting[0] < (committed or 0)):
            self._position = self._waiting.popleft() + 1
        return self._position


def install(consumer: Any, version: str) -> None:
    """Patch Faust's consumer class. Raises `WrongFaustError` for a version that this was not written for."""
    if version != FAUST_VERSION:
        raise WrongFaustError(f"the offset guard is for faust-streaming {FAUST_VERSION}, not {version}")
    if getattr(consumer, "_aftercare_guard", False):
        return
    to_message, on_partitions_revoked = consumer._to_message, consumer.on_partitions_revoked  # noqa: SLF001

    def remember_delivery(self: Any, tp: Any, record: Any) -> Any:
        delivered_by(self).setdefault(tp, Delivered()).add(record.offset)
        return to_message(self, tp, record)

    async def forget_revoked(self: Any, revoked: Any) -> None:
        for tp in revoked:
            delivered_by(self).pop(tp, None)
        await on_partitions_revoked(self, revoked)

    consumer._to_message = remember_delivery  # noqa: SLF001
    consumer.on_partitions_revoked = forget_revoked
    consumer._add_gap = ignore_gap  # noqa: SLF001
    consumer._new_offset = new_offset  # noqa: SLF001
    consumer._commit_offsets = commit_offsets  # noqa: SLF001
    consumer._aftercare_guard = True  # noqa: SLF001


def delivered_by(consumer: Any) -> dict[Any, Delivered]:
    """What the consumer has delivered since it got each partition."""
    partitions: dict[Any, Delivered] = consumer.__dict__.setdefault("_delivered", {})
    return partitions


async def ignore_gap(_consumer: Any, _tp: Any, _offset_from: int, _offset_to: int) -> None:
    """Offsets that don't exist were never delivered, so nothing waits for them."""


def new_offset(consumer: Any, tp: Any) -> int | None:
    """In place of Faust's own: how far partition `tp` may be committed, whether or not it has been already."""
    delivered, settled = delivered_by(consumer).get(tp), consumer._acked_index[tp]  # noqa: SLF001
    position = delivered.settle(settled, consumer._committed_offset[tp]) if delivered is not None else None  # noqa: SLF001
    if position is None:
        return None
    consumer._acked[tp] = [offset for offset in consumer._acked[tp] if offset >= position]  # noqa: SLF001
    settled.intersection_update(consumer._acked[tp])  # noqa: SLF001
    return position


async def commit_offsets(consumer: Any, offsets: Mapping[Any, int], start_new_transaction: bool = True) -> bool:  # noqa: ARG001, FBT001, FBT002 # Faust's own signature
    """In place of Faust's own: commit what is still assigned, and believe only what the broker has taken.

    A commit may wait for a broker through a rebalance. What it says then is no news about the new assignment.
    """
    held = {tp: offset for tp, offset in offsets.items() if tp in consumer.assignment()}
    before = {tp: delivered_by(consumer).get(tp) for tp in held}
    if not held or not await consumer._commit(held):  # noqa: SLF001
        return False
    still = {tp: offset for tp, offset in held.items() if delivered_by(consumer).get(tp) is before[tp]}
    consumer._committed_offset.update(still)  # noqa: SLF001
    return True
