"""Keeps Faust from committing past a message that is still being handled.

faust-streaming 0.15.3 withholds a commit only when more than one message stands before the acknowledged ones,
and not at all in a fresh group: one unfinished message at the head is committed over and lost after a crash
(upstream issue 606; the fix is pull request 707). Here the commit follows the messages in the order in which they
were delivered, so offsets that don't exist (compacted away) need no bookkeeping. It is written against one
version and refuses any other.
"""

from collections import deque
from typing import Any

FAUST_VERSION = "0.15.3"


class WrongFaustError(RuntimeError):
    """Another version of Faust: look whether it still needs this guard, then change or remove it."""


class Delivered:
    """The offsets of one partition that were delivered and are not committed, in order."""

    def __init__(self) -> None:
        self._waiting: deque[int] = deque()
        self._next = 0

    def add(self, offset: int) -> None:
        """A message was delivered; one delivered again after a seek changes nothing."""
        if offset >= self._next:
            self._waiting.append(offset)
            self._next = offset + 1

    def settle(self, settled: set[int]) -> int | None:
        """The offset to commit, after the unbroken run of settled messages; `None` if the head is unsettled."""
        position = None
        while self._waiting and self._waiting[0] in settled:
            position = self._waiting.popleft() + 1
        return position


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
    consumer._aftercare_guard = True  # noqa: SLF001


def delivered_by(consumer: Any) -> dict[Any, Delivered]:
    """What the consumer has delivered since it got each partition."""
    partitions: dict[Any, Delivered] = consumer.__dict__.setdefault("_delivered", {})
    return partitions


async def ignore_gap(_consumer: Any, _tp: Any, _offset_from: int, _offset_to: int) -> None:
    """Offsets that don't exist were never delivered, so nothing waits for them."""


def new_offset(consumer: Any, tp: Any) -> int | None:
    """In place of Faust's own: how far partition `tp` may be committed. `None` if that has not grown."""
    delivered, settled = delivered_by(consumer).get(tp), consumer._acked_index[tp]  # noqa: SLF001
    position = delivered.settle(settled) if delivered is not None else None
    if position is None:
        return None
    consumer._acked[tp] = [offset for offset in consumer._acked[tp] if offset >= position]  # noqa: SLF001
    settled.intersection_update(consumer._acked[tp])  # noqa: SLF001
    return position
