"""Keeps Faust from committing past a message that is still being handled.

faust-streaming 0.15.3 withholds a commit only when more than one message stands before the acknowledged ones,
and not at all in a fresh group: one unfinished message at the head is committed over and lost after a crash
(upstream issue 606; the fix is pull request 707). This replaces the four methods concerned. It is written
against one version, and refuses any other: see `docs/decisions/`.
"""

import asyncio
from typing import Any

import faust
from faust.transport.drivers.aiokafka import Consumer

FAUST_VERSION = "0.15.3"


class WrongFaustError(RuntimeError):
    """Another version of Faust: look whether it still needs this guard, then change or remove it."""


def install() -> None:
    """Patch Faust's consumer. Raises `WrongFaustError` for a version that this was not written for."""
    if faust.__version__ != FAUST_VERSION:
        raise WrongFaustError(f"the offset guard is written for faust-streaming {FAUST_VERSION}, not {faust.__version__}")
    if getattr(Consumer, "_aftercare_guard", False):
        return
    to_message, on_partitions_revoked = Consumer._to_message, Consumer.on_partitions_revoked

    def remember_first(self: Any, tp: Any, record: Any) -> Any:
        _watermarks(self).setdefault(tp, record.offset)
        return to_message(self, tp, record)

    async def forget_revoked(self: Any, revoked: Any) -> None:
        for tp in revoked:
            _watermarks(self).pop(tp, None)
        await on_partitions_revoked(self, revoked)

    Consumer._to_message = remember_first
    Consumer.on_partitions_revoked = forget_revoked
    Consumer._add_gap = add_gap
    Consumer._new_offset = new_offset
    Consumer._aftercare_guard = True


def _watermarks(consumer: Any) -> dict[Any, int]:
    """Per partition: the first offset that is not settled yet, beginning with the first delivered here."""
    marks: dict[Any, int] = consumer.__dict__.setdefault("_watermarks", {})
    return marks


async def add_gap(consumer: Any, tp: Any, offset_from: int, offset_to: int) -> None:
    """Offsets from (inclusive) to (exclusive) don't exist: compacted away, or marks of a transaction."""
    if offset_from < offset_to:
        consumer._gap[tp].addi(offset_from, offset_to)
        await asyncio.sleep(0)
        consumer._gap[tp].merge_overlaps()


def new_offset(consumer: Any, tp: Any) -> int | None:
    """The offset to commit: behind the unbroken run of settled and missing ones. `None` if that has not grown."""
    acked, start = consumer._acked[tp], _watermarks(consumer).get(tp)
    if not acked or start is None:
        return None
    settled, gaps, position = consumer._acked_index[tp], consumer._gap[tp], start
    while True:
        if position in settled:
            position += 1
            continue
        gap = next(iter(gaps.at(position)), None) if gaps else None
        if gap is None:
            break
        position = gap.end
    if position == start:
        return None
    consumer._acked[tp] = [offset for offset in acked if offset >= position]
    settled.intersection_update(consumer._acked[tp])
    if gaps:
        gaps.chop(0, position)
    _watermarks(consumer)[tp] = position
    return int(position)
