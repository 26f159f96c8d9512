"""Bugs as somebody might make them in how the engine warns."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from aftercare.programme.clocks import ClockRule
from aftercare.sla.domain import derive, marks, transitions
from aftercare.sla.domain.model import Mark

Patch = pytest.MonkeyPatch
Plant = Callable[[Patch], None]


def forgets_warnings(patch: Patch) -> None:
    patch.setattr(transitions, "_warned_before", lambda _said, _clock: frozenset())


def of_marks(change: Callable[[tuple[Mark, ...]], tuple[Mark, ...]]) -> Plant:
    def plant(patch: Patch) -> None:
        right = marks.marks_of
        patch.setattr(derive, "marks_of", lambda *what: change(right(*what)))

    return plant


def all_marks_at_birth(patch: Patch) -> None:
    right = marks.marks_of
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    patch.setattr(derive, "marks_of", lambda rule, frame, _born: right(rule, frame, long_ago))


def first_mark_at_birth(patch: Patch) -> None:
    right = marks.marks_of

    def marks_of(rule: ClockRule, frame: Any, born: datetime) -> tuple[Mark, ...]:
        found = right(rule, frame, born)
        return (*(replace(mark, at=born) for mark in found[:1]), *found[1:])

    patch.setattr(derive, "marks_of", marks_of)


def next_mark_at_news(patch: Patch) -> None:
    right = transitions.transitions

    def said_of(said: Any, fresh: Any, now: datetime) -> Any:
        if said is not None and fresh is not None and fresh is not said.clock:
            waiting = [mark for mark in fresh.marks if mark.percent not in said.warned and mark.at > now]
            hasty = tuple(replace(mark, at=now) if mark in waiting[:1] else mark for mark in fresh.marks)
            fresh = replace(fresh, marks=hasty)
        return right(said, fresh, now)

    patch.setattr(transitions, "transitions", said_of)
